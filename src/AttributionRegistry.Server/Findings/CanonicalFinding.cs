using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// The finding itself. Its digest is the SHA-256 of its canonical JSON (RFC 8785); every representation carries that digest.
/// It says what the panel assesses, never what anyone did, and has no room for a recommended response.
/// </summary>
public sealed record CanonicalFinding
{
    public string Schema { get; init; } = "attribution-registry/finding/v1";

    public required string Number { get; init; }

    public required int Version { get; init; }

    public required VersionKind Kind { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>True in a demo: an exercise on public reporting, the finding of no body.</summary>
    public required bool Exercise { get; init; }

    /// <summary>The banner of an exercise; null elsewhere.</summary>
    public required string? ExerciseNotice { get; init; }

    public required FindingIncident Incident { get; init; }

    public required IReadOnlyList<Text> Statements { get; init; }

    /// <summary>attributed or inconclusive. Inconclusive clears nobody.</summary>
    public required FindingOutcome Outcome { get; init; }

    public required IReadOnlyList<Proposition> Propositions { get; init; }

    public required IReadOnlyList<Alternative> Alternatives { get; init; }

    public required IReadOnlyList<PublishedOpinion> Dissents { get; init; }

    public required IReadOnlyList<PublishedReply> Replies { get; init; }

    public required IReadOnlyList<DisclosedItem> Disclosed { get; init; }

    public required IReadOnlyList<WithheldItem> Withheld { get; init; }

    public required PublishedMatrix Matrix { get; init; }

    public required PublishedAssessment Assessment { get; init; }

    public required PublishedPanel Panel { get; init; }

    public required PublishedMethod Method { get; init; }

    public required IReadOnlyList<FundingSource> Funding { get; init; }

    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>What this version changed, and the digest of the one before; null for the first.</summary>
    public required PreviousVersion? Previous { get; init; }

    public string Licence { get; init; } = "CC-BY-4.0";

    public required string Citation { get; init; }
}

public enum FindingOutcome
{
    Attributed,
    Inconclusive,
}

/// <summary>The incident that the finding is about.</summary>
public sealed record FindingIncident(
    IncidentId Id, string Name, IReadOnlyList<string> Aliases, Text Summary, VagueDate? Started, VagueDate? Ended, IReadOnlyList<IncidentType> Types,
    IReadOnlyList<Receiver> Receivers, IReadOnlyList<string> VictimStates, IReadOnlyList<Source> Sources);

/// <summary>
/// One answered question. Likelihood and confidence are two fields and two sentences, each from one named scale (P1).
/// </summary>
public sealed record Proposition(
    string Question, Level Level, TallyOutcome Outcome, HypothesisId? Hypothesis, Text? HypothesisStatement, IReadOnlyList<string> StatesNamed,
    Likelihood? Likelihood, PublishedConfidence? Confidence, string Sentence, PublishedTally Tally, PublishedCrosscheck? Crosscheck);

/// <param name="Scale">The scale's id.</param>
/// <param name="Term">The term's code.</param>
/// <param name="Label">The term in words.</param>
/// <param name="Bounds">The term's bounds.</param>
/// <param name="MedianBp">Median over all votes, basis points.</param>
/// <param name="Sentence">The likelihood in a sentence of its own.</param>
public sealed record Likelihood(string Scale, string Term, string Label, string? Bounds, int MedianBp, string Sentence);

/// <param name="Scale">The scale's id.</param>
/// <param name="Value">What is published.</param>
/// <param name="OfThePanel">Lower median over all votes, before any cap.</param>
/// <param name="CappedBecause">Why the published one is lower, or null.</param>
/// <param name="Sentence">The confidence in a sentence of its own.</param>
public sealed record PublishedConfidence(string Scale, Confidence Value, Confidence OfThePanel, string? CappedBecause, string Sentence);

/// <summary>The count of the question, in the words of the tally rules (V-30 … V-39).</summary>
public sealed record PublishedTally(
    int Seats, int Eligible, int QuorumNeeded, int Threshold, AnswerCounts Counts, IReadOnlyDictionary<string, int> Support,
    IReadOnlyDictionary<string, int> Regions, int? Dissents, BlockedBy? BlockedBy);

/// <summary>P3: whether a reader of the disclosed items alone reaches the same hypothesis.</summary>
public sealed record PublishedCrosscheck(bool Holds, string Label, string Reason, string Explanation, string Sentence);

/// <summary>A hypothesis that was not adopted, and why it lost.</summary>
public sealed record Alternative(
    string Question, HypothesisId Hypothesis, Text Statement, HypothesisStatus? Status, int? MedianBp, int? InconsistencyOnDisclosed, string Sentence);

/// <summary>A dissent or separate opinion, with the same prominence as the finding.</summary>
/// <param name="Kind">dissent, separateOpinion, bareDissent.</param>
/// <param name="By">The member's name in a roll call, else the ballot key.</param>
/// <param name="Body">The opinion, or the reasons on the ballot.</param>
/// <param name="FromBallot">True when these are the reasons given on a ballot that does not support the finding.</param>
public sealed record PublishedOpinion(OpinionKind Kind, string By, Text? Body, bool FromBallot);

/// <summary>A reply, verbatim, with the answer to each point.</summary>
public sealed record PublishedReply(string Represents, Role As, DateTimeOffset At, Text Body, IReadOnlyList<ReplyPoint> Points);

/// <summary>An item that everyone may see and whose ratings anyone can weigh again.</summary>
public sealed record DisclosedItem(
    EvidenceId Id, string Title, EvidenceKind Kind, Text Description, string Sha256, long Size, Tlp Tlp, SourceGrade Source, InformationGrade Information,
    Spoofability Spoofability, string? Origin, IReadOnlyList<Source> Sources);

/// <summary>An item that is withheld: why, who saw it, and its gist. Its id and its ratings are not shown.</summary>
public sealed record WithheldItem(EvidenceKind Kind, string ReasonCode, string SeenBy, Text Gist, bool GistServedOnAllParties);

/// <summary>The matrix on disclosed items: with it anyone recomputes the ranking below.</summary>
public sealed record PublishedMatrix(
    string RuleId, string RuleText, IReadOnlyList<PublishedHypothesis> Hypotheses, IReadOnlyList<PublishedCell> Cells,
    IReadOnlyList<RankedHypothesis> DisclosedOnlyRanking, IReadOnlyList<RankedHypothesis> FullRanking);

public sealed record PublishedHypothesis(
    HypothesisId Id, Text Statement, IReadOnlyList<HypothesisKind> Kinds, Level Level, IReadOnlyList<string> States, bool Residual, bool TerritoryOnly);

public sealed record PublishedCell(HypothesisId Hypothesis, EvidenceId Evidence, Rating Rating, string? Reason);

public sealed record PublishedAssessment(
    int Version, string Digest, Text Summary, IReadOnlyList<Domain.Cases.KeyAssumption> Assumptions, IReadOnlyList<Text> Gaps, Text? ContraryMemo,
    IReadOnlyList<PublishedReview> Reviews);

public sealed record PublishedReview(Text Conclusion, IReadOnlyList<ReviewPoint> Points);

public sealed record PublishedPanel(
    VoteMode Mode, IReadOnlyList<PublishedMember> Members, IReadOnlyList<string> RecusalGrounds, string PoolDigest, IReadOnlyList<string> SeedSources,
    IReadOnlyList<string> SeedValues, string Seed);

/// <param name="Name">The member; in both modes the members are named.</param>
/// <param name="Region">Regional group.</param>
/// <param name="Presides">Whether the member chairs the panel.</param>
/// <param name="Declared">What kind of interest was declared.</param>
/// <param name="BallotKeyId">The member's ballot key, in a roll call only.</param>
public sealed record PublishedMember(string Name, Region Region, bool Presides, DeclarationKind Declared, string? BallotKeyId);

/// <param name="Round">The round that decided.</param>
/// <param name="RoundNumber">Its number in the case.</param>
/// <param name="EvidenceRoot">Merkle root of the frozen evidence set, hex.</param>
/// <param name="RulesHash">SHA-256 of the canonical rules of the vote, hex.</param>
/// <param name="PolicyVersion">The policy in force.</param>
/// <param name="Expedited">Whether the time for replies was shortened.</param>
/// <param name="LikelihoodScale">The scale's id.</param>
/// <param name="ConfidenceScale">The scale's id.</param>
/// <param name="Specialists">What invited specialists said.</param>
/// <param name="RecordDigest">SHA-256 of the canonical {declarations, draw, mapping, round} of the public record, hex.</param>
public sealed record PublishedMethod(
    RoundId Round, int RoundNumber, string EvidenceRoot, string RulesHash, int PolicyVersion, bool Expedited, string LikelihoodScale, string ConfidenceScale,
    IReadOnlyList<PublishedStatement> Specialists, string RecordDigest);

/// <summary>What an invited specialist told the panel. They had no ballot.</summary>
/// <param name="By">The name where the policy names individuals, else the role (P8).</param>
/// <param name="Conflict">What ties them to the case, in their own words.</param>
/// <param name="Body">What they said.</param>
public sealed record PublishedStatement(string By, Text Conflict, Text Body);

public sealed record PreviousVersion(int Version, string Digest, string? ChangeNote);

/// <summary>How a published version is served: the finding, its digest, and what has become of it since.</summary>
/// <param name="Number">The stable public number.</param>
/// <param name="Version">From 1.</param>
/// <param name="Status">current, underReconsideration, superseded, withdrawn, disputed or annulled.</param>
/// <param name="Banner">What a reader must see first, or null.</param>
/// <param name="Official">Whether a checkpoint of the log that covers this version has the quorum of witnesses; true at once where none is demanded.</param>
/// <param name="WitnessedSize">The size of the first checkpoint that covers this version and had the quorum, or null.</param>
/// <param name="Digest">SHA-256 of the canonical JSON of <c>finding</c>, hex.</param>
/// <param name="Finding">The finding.</param>
/// <param name="Links">Related addresses by relation.</param>
public sealed record FindingRepresentation(
    string Number, int Version, FindingStatus Status, string? Banner, bool Official, long? WitnessedSize, string Digest, System.Text.Json.Nodes.JsonNode Finding,
    IReadOnlyDictionary<string, string> Links);
