using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>A file whose metadata is not read or not taken out, and why. The code is one of <see cref="EvidenceProblems"/>.</summary>
public sealed class MetadataRefusedException(string code, string reason) : Exception(reason)
{
    public string Code => code;
}

/// <summary>Collects what is found, within bounds: a file can hold more properties than a report.</summary>
public sealed class Findings
{
    private const int Most = 500;
    private const int MostChars = 300;

    private readonly List<MetadataEntry> _entries = [];
    private readonly List<MetadataEntry> _kept = [];

    public bool Complete { get; private set; } = true;

    public void Add(string place, string name, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return;
        }

        if (_entries.Count == Most)
        {
            Complete = false;
            return;
        }

        var entry = new MetadataEntry(Cut(place), Cut(name), Cut(value.Trim()));
        if (!_entries.Contains(entry))
        {
            _entries.Add(entry);
        }
    }

    /// <summary>More may be there than could be read.</summary>
    public void MayBeMore() => Complete = false;

    /// <summary>What the picture needs and the copy has too.</summary>
    public void Keep(string place, string name, string value) => _kept.Add(new MetadataEntry(Cut(place), name, value));

    public MetadataReport Report(string format) => new(format, [.. _entries], Complete) { Kept = [.. _kept] };

    // No control characters and no halves of surrogate pairs: the report is kept as JSON.
    private static string Cut(string text)
    {
        var clean = string.Concat(text.EnumerateRunes().Take(MostChars).Select(r => System.Text.Rune.IsControl(r) ? " " : r.ToString()));
        return clean.Length < text.Length ? clean + "…" : clean;
    }
}
