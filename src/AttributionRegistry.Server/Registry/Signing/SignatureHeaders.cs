using System.Text.RegularExpressions;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using Microsoft.Extensions.Primitives;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>
/// The two header fields of signed acts, structured fields of RFC 8941. <c>Registry-Draft</c> is a boolean (<c>?1</c>: decide and tell what there is to
/// sign) or a string (the draft that is carried out); <c>Registry-Signature</c> is one inner list of byte sequences with the key as parameter:
/// <c>(:c2ln…:  :c2ln…:);key="k-…"</c>.
/// </summary>
internal static partial class SignatureHeaders
{
    public const string Draft = "Registry-Draft";
    public const string Signature = "Registry-Signature";

    private const string Asked = "?1";

    public static bool Any(IHeaderDictionary headers) => headers.ContainsKey(Draft) || headers.ContainsKey(Signature);

    /// <summary>The token of the draft; null where a draft is asked for.</summary>
    public static (string? Token, string? Key, IReadOnlyList<byte[]> Signatures) Read(IHeaderDictionary headers)
    {
        var draft = One(headers[Draft], Draft);
        var signed = headers.ContainsKey(Signature);
        if (draft == Asked)
        {
            return signed ? throw Malformed(Signature, $"{Signature} belongs to the second request, which names the draft.") : (null, null, []);
        }

        var token = TokenForm().Match(draft);
        if (!token.Success)
        {
            throw Malformed(Draft, $"{Draft} is ?1, or the draft in quotes.");
        }

        var list = ListForm().Match(signed ? One(headers[Signature], Signature) : "");
        if (!list.Success)
        {
            throw Malformed(Signature, $"{Signature} is a list of signatures with their key: (:base64: :base64:);key=\"id\".");
        }

        return (token.Groups[1].Value, list.Groups["key"].Value, [.. list.Groups["sig"].Captures.Select(each => Decode(each.Value))]);
    }

    private static string One(StringValues values, string name) =>
        values is [{ } value] ? value.Trim(' ') : throw Malformed(name, $"{name} is sent once, and never without {Draft}.");

    private static byte[] Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Malformed(Signature, "A signature is a byte sequence in base64 between colons.");
    }

    private static RequestRefusedException Malformed(string name, string detail) => new(
        StatusCodes.Status400BadRequest, SigningProblems.HeaderMalformed, detail, new ProblemError(name, SigningProblems.HeaderMalformed, detail));

    [GeneratedRegex("^\"([A-Za-z0-9_-]{1,400})\"\\z", RegexOptions.CultureInvariant)]
    private static partial Regex TokenForm();

    [GeneratedRegex("^\\( *(?::(?<sig>[A-Za-z0-9+/]{1,200}={0,2}):(?: +|(?=\\))))+\\);key=\"(?<key>[A-Za-z0-9_-]{1,80})\"\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ListForm();
}
