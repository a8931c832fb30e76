using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

/// <summary>How an item came from its original (W3C PROV: the kind of its derivation).</summary>
public enum Derivation
{
    WorkingCopy,
    Redaction,
    Extraction,
    Translation,
    MetadataStripped,
}

/// <summary>One setting with which a tool was run.</summary>
public sealed record ToolParameter(string Name, string Value);

/// <summary>What made a copy out of its original (prov:Activity): tool, settings, operator, time.</summary>
public sealed record Activity
{
    public required string Tool { get; init; }

    public required string ToolVersion { get; init; }

    /// <summary>Role or pseudonym of who ran the tool (prov:wasAssociatedWith); never a name.</summary>
    public required string Operator { get; init; }

    public ImmutableArray<ToolParameter> Parameters { get; init; } = [];

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>The original of a copy and how the copy came from it (prov:wasDerivedFrom).</summary>
public sealed record Parent(EvidenceId Original, Derivation How, Activity? Activity = null);

/// <summary>
/// What the log shows of a derivation: the original and the commitment to its bytes, which is the one in the frozen evidence set.
/// It tells nothing of the original; whoever is shown the original's digest and salt later can prove that the copy named these bytes.
/// </summary>
/// <param name="Original">The item from which this one was made.</param>
/// <param name="How">The relation.</param>
/// <param name="Commitment">Salted commitment to the SHA-256 of the original's bytes, base64url.</param>
public sealed record DerivedFrom(EvidenceId Original, Derivation How, string Commitment);

/// <summary>One thing found in the metadata of a file.</summary>
/// <param name="Place">Where: a segment, chunk or part of the file.</param>
/// <param name="Name">Name of the property.</param>
/// <param name="Value">Its value, cut when it is long.</param>
public sealed record MetadataEntry(string Place, string Name, string Value);

/// <summary>What was found in an original when its metadata was taken out of a copy.</summary>
/// <param name="Format">Format of the file as its bytes show it.</param>
/// <param name="Entries">What was found, in order.</param>
/// <param name="Complete">False when there is, or may be, more than is listed.</param>
public sealed record MetadataReport(string Format, ImmutableArray<MetadataEntry> Entries, bool Complete = true)
{
    /// <summary>What was kept in the copy, because the picture is wrong without it: its orientation, as EXIF numbers it.</summary>
    public ImmutableArray<MetadataEntry> Kept { get; init; } = [];
}

/// <summary>A living source of a case. Readers see the pseudonym; the name stays with the submitter and the custodian.</summary>
/// <param name="Pseudonym">"Source 3": its number in the case, which says nothing elsewhere.</param>
/// <param name="Name">The real name.</param>
/// <param name="NamedBy">Who brought it.</param>
public sealed record CaseSource(string Pseudonym, string Name, PersonId NamedBy);

/// <summary>Says that two items rest on one original report, or takes that back. The last word on a pair counts (E8).</summary>
public sealed record OriginLink(EvidenceId One, EvidenceId Other, bool Linked, PersonId By, DateTimeOffset At, string Reason)
{
    public bool Is(EvidenceId one, EvidenceId other) => (One == one && Other == other) || (One == other && Other == one);
}
