using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings;
using Hypothesis = AttributionRegistry.Domain.Assessment.Hypothesis;

namespace AttributionRegistry.Server.Site.Finding;

/// <summary>A version of a finding as its page shows it: the committed representation, and what has become of it since.</summary>
/// <param name="Finding">The canonical finding.</param>
/// <param name="Review">The current version as Schema.org has it, escaped for a script element; or null.</param>
/// <param name="Digest">Its digest, the same as in every other representation (P7).</param>
/// <param name="Status">What the version is now.</param>
/// <param name="Banner">What a reader must see first, beside the notice of an exercise; or null.</param>
/// <param name="Official">Whether the quorum of witnesses has covered it.</param>
/// <param name="CurrentVersion">The version that stands.</param>
/// <param name="Ballots">What each member's opened ballot says.</param>
/// <param name="Steps">The way of the case, oldest first.</param>
/// <param name="Versions">Every version there has been.</param>
/// <param name="Petitions">Petitions against the finding, with their answers.</param>
/// <param name="IncidentNumber">Where the incident's page is.</param>
public sealed record FindingModel(
    CanonicalFinding Finding, string? Review, string Digest, FindingStatus Status, string? Banner, bool Official, int CurrentVersion, IReadOnlyList<MemberBallot> Ballots,
    IReadOnlyList<TimelineStep> Steps, IReadOnlyList<VersionLine> Versions, IReadOnlyList<PetitionView> Petitions, string IncidentNumber)
{
    public bool IsCurrent => Finding.Version == CurrentVersion;

    /// <summary>The matrix on what is disclosed, weighed again here from the published cells and grades.</summary>
    public MatrixResult Matrix { get; } = Weigh(Finding);

    /// <summary>Items without which another hypothesis would lead.</summary>
    public IReadOnlySet<EvidenceId> Linchpins => Matrix.Linchpins.SelectMany(l => l.Items).ToHashSet();

    /// <summary>The statement in the language of the reader, else the first there is.</summary>
    public Text Statement(string language) => Finding.Statements.FirstOrDefault(s => s.Lang.Split('-')[0] == language) ?? Finding.Statements[0];

    public PublishedHypothesis Hypothesis(HypothesisId id) => Finding.Matrix.Hypotheses.First(h => h.Id == id);

    /// <summary>A short name for a hypothesis within this page: H1, H2 …</summary>
    public string Short(HypothesisId id) => $"H{Finding.Matrix.Hypotheses.ToList().FindIndex(h => h.Id == id) + 1}";

    /// <summary>A short name for a disclosed item: D1, D2 …</summary>
    public string Short(EvidenceId id) => $"D{Finding.Disclosed.ToList().FindIndex(d => d.Id == id) + 1}";

    private static MatrixResult Weigh(CanonicalFinding finding) => Domain.Assessment.Matrix.Evaluate(new MatrixInput(
        [.. finding.Matrix.Hypotheses.Select(h => new Hypothesis(h.Id, h.Statement.Value, HypothesisKinds.Of([.. h.Kinds]), h.Residual))],
        [.. finding.Disclosed.Select(d => new MatrixItem(d.Id, d.Source, d.Information, d.Spoofability, true, d.Origin))],
        [.. finding.Matrix.Cells.Select(c => new Domain.Assessment.Cell(c.Hypothesis, c.Evidence, c.Rating))]));
}

/// <summary>What one opened ballot says to one question.</summary>
/// <param name="Question">The question.</param>
/// <param name="Member">The name in a roll call, else the ballot key.</param>
/// <param name="Region">Regional group.</param>
/// <param name="Likelihood">Basis points by hypothesis; null for an abstention.</param>
/// <param name="Confidence">The member's confidence; null for an abstention.</param>
/// <param name="Cites">The disclosed items that it rests on.</param>
/// <param name="Withheld">How many withheld items it rests on.</param>
public sealed record MemberBallot(
    string Question, string Member, Region? Region, IReadOnlyDictionary<string, int>? Likelihood, Confidence? Confidence, IReadOnlyList<EvidenceId> Cites, int Withheld);

/// <summary>A step of the case, with its place in the log.</summary>
public sealed record TimelineStep(DateTimeOffset At, string Key, string? Detail, long? LeafIndex);

/// <summary>A version in the list of versions.</summary>
public sealed record VersionLine(int Version, VersionKind Kind, FindingStatus Status, DateTimeOffset At, string? ChangeNote, string Digest);
