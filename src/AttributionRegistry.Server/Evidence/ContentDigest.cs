using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The digest that a sender declares for the bytes it sends (RFC 9530).</summary>
public static class ContentDigest
{
    public const string Header = "Content-Digest";
    private const string Representation = "Repr-Digest"; // The same here: bodies come without Content-Encoding, whole.

    /// <summary>SHA-256 as lower-case hex, or null when none is declared. 400 when it cannot be read: a check that was asked for is never left out silently.</summary>
    public static string? Declared(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var digests = new[] { Header, Representation }
            .SelectMany(name => headers[name])
            .SelectMany(value => (value ?? "").Split(','))
            .Select(member => member.Trim())
            .Where(member => member.StartsWith("sha-256=", StringComparison.Ordinal))
            .Select(Read)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return digests switch
        {
            [] when headers.ContainsKey(Header) || headers.ContainsKey(Representation) => throw Bad("Only sha-256 is checked here."),
            [] => null,
            [var digest] => digest,
            _ => throw Bad("Two different digests are declared."),
        };
    }

    /// <summary>One member of the header's dictionary: <c>sha-256=:base64:</c>.</summary>
    private static string Read(string member)
    {
        var digest = new byte[32];
        return member["sha-256=".Length..] is [':', .. var base64, ':'] && base64.Length == 44 &&
            Convert.TryFromBase64String(base64, digest, out var length) && length == digest.Length
                ? Convert.ToHexStringLower(digest)
                : throw Bad("A digest is declared as sha-256=:base64 of its 32 bytes:.");
    }

    private static RequestRefusedException Bad(string detail) => new(StatusCodes.Status400BadRequest, EvidenceProblems.BadDigest, detail);
}
