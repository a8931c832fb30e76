using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Findings.Search;

/// <summary>The values by which a finding is sorted, and the word that stands for each in the full-text index.</summary>
public static class FacetsOf
{
    /// <summary>Every finding has it: its counter is the number of findings.</summary>
    public const string All = "all";

    public const string Status = "status";
    public const string Outcome = "outcome";
    public const string Level = "level";
    public const string Confidence = "confidence";
    public const string State = "state";
    public const string Sector = "sector";
    public const string Type = "type";
    public const string Year = "year";
    public const string Language = "language";
    public const string Actor = "actor";

    /// <summary>A state that was hit; counted for the balance figures, not offered to narrow by.</summary>
    public const string Victim = "victim";

    /// <summary>What a reader may narrow a list by, in the order of the answer.</summary>
    public static IReadOnlyList<string> Shown { get; } = [Status, Outcome, Level, Confidence, State, Sector, Type, Year, Language, Actor];

    /// <param name="finding">The current version.</param>
    /// <param name="state">The case: which actors the adopted hypotheses name.</param>
    public static IReadOnlyList<(string Facet, string Value)> Of(CanonicalFinding finding, Case state)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(state);
        var first = FirstOf(finding);
        var adopted = finding.Propositions.Where(p => p.Hypothesis is not null).ToList();
        List<(string Facet, string? Value)> values =
        [
            (All, ""),
            (Outcome, Wire(finding.Outcome)),
            .. (adopted.Count == 0 ? [first] : adopted).Select(p => (Level, (string?)Wire(p.Level))),
            (Confidence, first.Confidence is { } confidence ? Wire(confidence.Value) : null),
            .. adopted.SelectMany(p => p.StatesNamed).Select(s => (State, (string?)s)),
            .. finding.Incident.Receivers.Select(r => (Sector, Folded(r.Sector))),
            .. finding.Incident.VictimStates.Concat(finding.Incident.Receivers.Select(r => r.State)).Select(s => (Victim, s)),
            .. finding.Incident.Types.Select(t => (Type, (string?)Wire(t))),
            (Year, finding.Incident.Started?.Value is { Length: >= 4 } started ? started[..4] : null),
            .. finding.Languages.Select(l => (Language, (string?)l)),
            .. adopted.SelectMany(p => state.Find(p.Hypothesis!.Value)?.Content.Actors ?? []).Where(a => TypedId.TryParse<ActorId>(a, out _)).Select(a => (Actor, (string?)a)),
        ];
        return [.. values.Where(v => v.Value is not null).Select(v => (v.Facet, v.Value!)).Distinct()];
    }

    /// <summary>The proposition by which a finding is listed: the first that adopts a hypothesis, else the first.</summary>
    public static Proposition FirstOf(CanonicalFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Propositions.FirstOrDefault(p => p.Hypothesis is not null) ?? finding.Propositions[0];
    }

    /// <summary>Sectors are free text: one spelling for search, lists and feeds.</summary>
    public static string? Folded(string? sector) => string.IsNullOrWhiteSpace(sector) ? null : sector.Trim().ToLowerInvariant();

    public static string Wire<TEnum>(TEnum value)
        where TEnum : struct, Enum => EnumNames.Wire<TEnum>(value.ToString());

    /// <summary>The word that stands for a value in the index. No reader can type it into another column, and no value can be syntax.</summary>
    public static string Token(string facet, string value) =>
        $"fx{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{facet}\0{value}")).AsSpan(0, 8))}";
}
