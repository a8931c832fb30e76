using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Uploads;

/// <summary>What the sender says of an upload: pairs of a name and a base64 value. Two names mean something here, the others are kept.</summary>
/// <param name="Text">The header as it was sent; it is given back unchanged.</param>
/// <param name="Incident">For which incident the bytes are, from <c>incident</c>; null when not said yet.</param>
/// <param name="Sha256">The digest that the whole must have, from <c>sha256</c>; null when not said.</param>
public sealed record UploadMetadata(string Text, IncidentId? Incident, string? Sha256)
{
    private const int MostChars = 4096;

    /// <exception cref="RequestRefusedException">400 where the header, or a value that means something here, cannot be read.</exception>
    public static UploadMetadata Of(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return Parse(string.Join(',', headers[Tus.MetadataHeader].AsEnumerable()));
    }

    public static UploadMetadata Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostChars)
        {
            throw Bad($"{Tus.MetadataHeader} has at most {MostChars} characters.");
        }

        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ');
            if (parts.Length > 2 || parts[0].AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0 || !values.TryAdd(parts[0], Decode(parts.Length == 2 ? parts[1] : "")))
            {
                throw Bad($"{Tus.MetadataHeader} is a list of pairs: a name of visible ASCII characters, once, a space, and a base64 value.");
            }
        }

        return new UploadMetadata(text, ReadIncident(values), ReadDigest(values));
    }

    private static IncidentId? ReadIncident(Dictionary<string, byte[]> values) =>
        !values.TryGetValue("incident", out var bytes) ? null
        : IncidentId.TryParse(Encoding.ASCII.GetString(bytes), null, out var incident) ? incident
        : throw Bad("The value of 'incident' is not the id of an incident.");

    private static string? ReadDigest(Dictionary<string, byte[]> values) =>
        !values.TryGetValue("sha256", out var bytes) ? null
        : Encoding.ASCII.GetString(bytes) is var digest && Sha256Hex.IsWellFormed(digest) ? digest
        : throw Bad("The value of 'sha256' is not 64 lower-case hex digits.");

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? bytes[..count] : throw Bad($"A value in {Tus.MetadataHeader} is not base64.");
    }

    private static RequestRefusedException Bad(string detail) => new(StatusCodes.Status400BadRequest, UploadProblems.BadMetadata, detail);
}
