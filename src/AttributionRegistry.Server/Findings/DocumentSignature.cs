using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Digest and signature of a published document as HTTP headers: Content-Digest (RFC 9530) and Signature (RFC 9421) by the key of the log. The
/// signature binds the bytes to the address under which they were fetched, so that a mirror or a proxy cannot put one document in the place of another.
/// </summary>
/// <param name="ContentDigest">SHA-256 of the bytes.</param>
/// <param name="Input">What was signed, how, and by which key.</param>
/// <param name="Signature">Ed25519.</param>
public sealed record DocumentSignature(string ContentDigest, string Input, string Signature)
{
    private const string Label = "registry";

    private const string Tag = "attribution-registry/published";

    /// <summary>Signs a document as it is answered with status 200 at a path.</summary>
    public static DocumentSignature Of(NoteSigner signer, string path, string mediaType, ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";
        var parameters = string.Create(
            CultureInfo.InvariantCulture,
            $"(\"@status\" \"@path\";req \"content-type\" \"content-digest\");created={at.ToUnixTimeSeconds()};keyid=\"{signer.Name}+{signer.KeyId:x8}\";alg=\"ed25519\";tag=\"{Tag}\"");
        var signed = $"\"@status\": 200\n\"@path\";req: {path}\n\"content-type\": {mediaType}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}";
        return new DocumentSignature(digest, $"{Label}={parameters}", $"{Label}=:{Convert.ToBase64String(signer.Sign(Encoding.UTF8.GetBytes(signed)))}:");
    }

    public void Put(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers["Content-Digest"] = ContentDigest;
        headers["Signature-Input"] = Input;
        headers["Signature"] = Signature;
    }
}
