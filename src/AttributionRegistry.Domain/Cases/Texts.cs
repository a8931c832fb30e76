using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Cases;

/// <summary>Free text with its BCP 47 language tag.</summary>
public sealed record Text(string Value, string Lang = "en")
{
    [JsonIgnore]
    public bool IsBlank => string.IsNullOrWhiteSpace(Value);

    /// <summary>Words as white space separates them; the unit of the 200-word limit on statements.</summary>
    [JsonIgnore]
    public int Words => Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}

/// <summary>How exact a date is.</summary>
public enum DatePrecision
{
    Year,
    Month,
    Day,
    Instant,
}

/// <summary>A date as known: ISO 8601 value and its precision; never more exact than the source.</summary>
public sealed record VagueDate(string Value, DatePrecision Precision, string? Note = null);

/// <summary>Where a fact was read: an address or a citation, and whether the text itself was read, cited elsewhere, or only known.</summary>
public sealed record Source(string Reference, SourceStatus Status = SourceStatus.Read, string? Title = null);

/// <summary>Whether the compiler of the record read the source.</summary>
public enum SourceStatus
{
    /// <summary>The text was read.</summary>
    Read,

    /// <summary>Its address was seen cited in a document that was read.</summary>
    Cited,

    /// <summary>Known, not read: verify before display.</summary>
    Memory,
}

/// <summary>A receiver of the attack: name, ISO 3166-1 alpha-2 state, category and sector.</summary>
public sealed record Receiver(string Name, string? State = null, string? Category = null, string? Sector = null);

/// <summary>An id that another system gave to the same incident.</summary>
public sealed record ExternalId(string System, string Id);

/// <summary>EuRepoC's incident types.</summary>
public enum IncidentType
{
    DataTheft,
    DataTheftAndDoxing,
    Disruption,
    HijackingWithMisuse,
    HijackingWithoutMisuse,
    Ransomware,
}

/// <summary>What is recorded about the incident itself; facts cite sources.</summary>
public sealed record IncidentFacts
{
    public required string Name { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    public required Text Summary { get; init; }

    public VagueDate? Started { get; init; }

    public VagueDate? Ended { get; init; }

    public VagueDate? Discovered { get; init; }

    public VagueDate? Disclosed { get; init; }

    public ImmutableArray<IncidentType> Types { get; init; } = [];

    public ImmutableArray<Receiver> Receivers { get; init; } = [];

    /// <summary>ISO 3166-1 alpha-2 codes of the states whose territory or bodies were hit. They count as concerned states (V-03).</summary>
    public ImmutableArray<string> VictimStates { get; init; } = [];

    /// <summary>ISO 3166-1 alpha-2 code of the state that referred the incident, if one did. It counts as concerned (V-03).</summary>
    public string? ReferringState { get; init; }

    public ImmutableArray<Text> Effects { get; init; } = [];

    /// <summary>ATT&amp;CK technique ids, such as T1486.</summary>
    public ImmutableArray<string> Techniques { get; init; } = [];

    public ImmutableArray<string> Malware { get; init; } = [];

    public ImmutableArray<string> Cves { get; init; } = [];

    public ImmutableArray<IncidentId> RelatedIncidents { get; init; } = [];

    public ImmutableArray<ExternalId> ExternalIds { get; init; } = [];

    public ImmutableArray<Source> Sources { get; init; } = [];
}
