using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>A case file as read: everything in it is known to fit together.</summary>
public sealed record CaseFile(string Note, IReadOnlyList<CaseEntry> Cases);

/// <summary>One incident with all that was said about it in public.</summary>
public sealed record CaseEntry
{
    public required string Id { get; init; }

    public required CitedText Name { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyDictionary<string, CitedText> Dates { get; init; }

    public required IReadOnlyList<string> Types { get; init; }

    public required IReadOnlyList<string> Languages { get; init; }

    public required IReadOnlyList<string> VictimStates { get; init; }

    public required IReadOnlyList<CaseTarget> Targets { get; init; }

    public required IReadOnlyList<CaseClaim> Claims { get; init; }

    /// <summary>The residual is among them exactly once: the file's own, or one that the reader added.</summary>
    public required IReadOnlyList<CaseHypothesis> Hypotheses { get; init; }

    public required IReadOnlyList<CaseEvidence> Evidence { get; init; }

    public required IReadOnlyList<CaseReply> Replies { get; init; }

    public CaseExpectation? Expected { get; init; }
}

/// <summary>Text and where it is from.</summary>
public sealed record CitedText(string Value, IReadOnlyList<Source> Sources);

public sealed record CaseTarget(string Name, string? Sector, IReadOnlyList<Source> Sources);

/// <summary>An outside statement: an attribution or one that disputes, denies or takes back.</summary>
public sealed record CaseClaim(ClaimContent Content);

public sealed record CaseHypothesis(
    string Id, string Statement, IReadOnlyList<HypothesisKind> Kinds, Level Level, IReadOnlyList<string> States, bool Residual, IReadOnlyList<Source> Sources);

/// <summary>Why an item is not shown, and its essence.</summary>
public sealed record CaseWithholding(string ReasonCode, string Gist);

public sealed record CaseEvidence
{
    public required string Id { get; init; }

    public required string Description { get; init; }

    public required string Publisher { get; init; }

    public required VagueDate Date { get; init; }

    public MicticAspect? Mictic { get; init; }

    public Spoofability Spoofability { get; init; }

    public string? SpoofabilityNote { get; init; }

    public required SourceGrade SourceGrade { get; init; }

    public required InformationGrade InformationGrade { get; init; }

    /// <summary>False when the file gives no grades and "no basis" (F, 6) stands in for them.</summary>
    public required bool Graded { get; init; }

    public required Tlp Tlp { get; init; }

    public CaseWithholding? Withheld { get; init; }

    public string? Origin { get; init; }

    public VagueDate? CollectedWhen { get; init; }

    public string? CollectedHow { get; init; }

    /// <summary>A rating for each hypothesis.</summary>
    public required IReadOnlyDictionary<string, Rating> Ratings { get; init; }

    public required string RatedBy { get; init; }

    public string? RatingNote { get; init; }

    public required IReadOnlyList<Source> Sources { get; init; }
}

public sealed record CaseReplyPoint(string Id, string Point, string Words, string Answer, IReadOnlyList<Source> Sources);

/// <summary>What a named party said in public, as its reply, with the answers of the secretariat.</summary>
/// <param name="By">Who spoke.</param>
/// <param name="Represents">The state or organisation spoken for.</param>
/// <param name="Date">When.</param>
/// <param name="Language">BCP 47.</param>
/// <param name="Points">In the order of the file.</param>
/// <param name="Sources">Where it was read.</param>
public sealed record CaseReply(
    string By, string Represents, string Date, string Language, IReadOnlyList<CaseReplyPoint> Points, IReadOnlyList<Source> Sources);

/// <summary>What the compilers expect the exercise to come to.</summary>
public sealed record CaseExpectation(string? Adopts, string Outcome, bool CrosscheckHolds, string? DissentFor);
