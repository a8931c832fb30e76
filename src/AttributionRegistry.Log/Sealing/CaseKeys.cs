using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>
/// The key with which a person signs in one case, and the statement by which their long-term key vouches for it. In the log the key is open and the
/// statement committed to, so that signatures of two cases do not show that one hand made them.
/// </summary>
public static class CaseKeys
{
    /// <summary>The stored type of the entry that binds a key to a pseudonym of a case.</summary>
    public const string BoundType = "case-key.bound";

    /// <summary>The stored type of the entry that introduces a long-term key in the chain of an account.</summary>
    public const string IntroducedType = "key.introduced";

    public const string Tag = "attribution-registry/case-key/v1";

    private const string IdStart = "k-";

    /// <summary>Whether a key id is one of a case key: made from the key, where those of long-term keys are random.</summary>
    public static bool IsCaseKey(string id) => id.StartsWith(IdStart, StringComparison.Ordinal);

    /// <summary>What the long-term key signs: SHA-256(tag ‖ 0x00 ‖ JCS{caseId, caseKey, origin, person}). Good for one log and one case.</summary>
    public static byte[] Statement(string origin, string caseId, string person, ReadOnlySpan<byte> spki) => SHA256.HashData(
    [
        .. Encoding.ASCII.GetBytes(Tag), 0,
        .. CanonicalJson.Serialize(new JsonObject { ["caseId"] = caseId, ["caseKey"] = B64Url.Encode(spki), ["origin"] = origin, ["person"] = person }),
    ]);
}
