using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Findings;

/// <summary>A petition and its answer, published whatever the answer is (R2).</summary>
/// <param name="Id">The petition.</param>
/// <param name="Finding">The finding's number.</param>
/// <param name="By">What the petitioner stands for when it is a party; else null.</param>
/// <param name="Ground">newEvidence, specificError or breachOfProcedure.</param>
/// <param name="Showing">What is new or wrong, verbatim.</param>
/// <param name="FiledAt">UTC.</param>
/// <param name="Standing">filed, inadmissible, admitted or decided.</param>
/// <param name="Reasons">Reasons for admitting it or not.</param>
/// <param name="Outcome">upheld, corrected, confidenceLowered, revised or withdrawn.</param>
/// <param name="OutcomeReasons">Reasons of the decision.</param>
/// <param name="DecidedAt">UTC.</param>
public sealed record PetitionView(
    PetitionId Id, string Finding, string? By, PetitionGround Ground, Text Showing, DateTimeOffset FiledAt, PetitionStanding Standing, Text? Reasons,
    PetitionOutcome? Outcome, Text? OutcomeReasons, DateTimeOffset? DecidedAt)
{
    public static PetitionView Of(Case state, Petition p) => new(
        p.Id, state.FindingNumber!, state.Parties.GetValueOrDefault(p.By)?.Represents, p.Ground, p.Showing, p.At, p.Standing, p.Reasons, p.Outcome,
        p.OutcomeReasons, p.DecidedAt);
}

public static class ListPetitions
{
    /// <summary>The petitions against a finding, with their answers.</summary>
    public static Results<Ok<IReadOnlyList<PetitionView>>, ProblemHttpResult> Handle(string number, FindingLocator findings) =>
        findings.Find(number) is { } state
            ? TypedResults.Ok<IReadOnlyList<PetitionView>>([.. state.Petitions.Select(p => PetitionView.Of(state, p))])
            : Problems.NotFound();
}

public static class ReadPetition
{
    /// <summary>One petition with its answer.</summary>
    public static Results<Ok<PetitionView>, ProblemHttpResult> Handle(PetitionId petitionId, CaseWrites cases, CaseReads reads) =>
        reads.Load(cases.Locate(petitionId.Value)) is var (state, _) && state.Petitions.Find(p => p.Id == petitionId) is { } petition
            ? TypedResults.Ok(PetitionView.Of(state, petition))
            : Problems.NotFound();
}

/// <param name="Ground">Why the finding should be reconsidered.</param>
/// <param name="Showing">The new evidence, the specific error, or the breach.</param>
public sealed record FilePetitionRequest(PetitionGround Ground, Text Showing);

public static class FilePetition
{
    /// <summary>Petitions for reconsideration. Everyone with an account may; the petition and its answer are published.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        string number, Body<FilePetitionRequest> body, Ask ask, Writes writes, FindingLocator findings, Publisher publisher, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<PetitionId>();
        return writes.CreateAsync(
            ask.With(body),
            FindingActs.On(
                findings.Find(number)?.Id, id.Value, publisher, null,
                _ => new CaseCommand.FilePetition(id, body.Value.Ground, body.Value.Showing) { By = ask.By, At = ask.At }),
            $"/v1/petitions/{id}", cancel);
    }
}

/// <param name="Admissible">Whether it shows new evidence, a specific error or a breach of procedure.</param>
/// <param name="Reasons">Published in both cases.</param>
public sealed record AnswerPetitionRequest(bool Admissible, Text Reasons);

public static class AnswerPetition
{
    /// <summary>Admits a petition, which puts the finding under reconsideration, or answers it as inadmissible. Review panel only (R1).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PetitionId petitionId, Body<AnswerPetitionRequest> body, Ask ask, Writes writes, CaseWrites cases, Publisher publisher, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            FindingActs.On(
                cases.Locate(petitionId.Value), petitionId.Value, publisher, null,
                _ => new CaseCommand.AnswerPetition(petitionId, body.Value.Admissible, body.Value.Reasons) { By = ask.By, At = ask.At }),
            cancel);
}

/// <param name="Outcome">upheld, corrected, confidenceLowered, revised (back to assessment with a new panel) or withdrawn (two people).</param>
/// <param name="Reasons">Published.</param>
/// <param name="Statements">The statement of the new version, for corrected and confidenceLowered.</param>
/// <param name="Confidence">The new confidence, for confidenceLowered.</param>
public sealed record DecidePetitionRequest(PetitionOutcome Outcome, Text Reasons, IReadOnlyList<Text>? Statements = null, Confidence? Confidence = null);

public static class DecidePetition
{
    /// <summary>Decides an admitted petition. Withdrawal needs two different members of the review panel (L4).</summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        PetitionId petitionId, Body<DecidePetitionRequest> body, Ask ask, Writes writes, CaseWrites cases, Publisher publisher, CancellationToken cancel)
    {
        var request = body.Value;
        var kind = request.Outcome == PetitionOutcome.ConfidenceLowered ? VersionKind.ConfidenceLowered : VersionKind.Corrected;
        var incident = cases.Locate(petitionId.Value);
        return writes.ProposeAsync(
            ask.With(body),
            FindingActs.On(
                incident, petitionId.Value, publisher, new NewVersion(kind, request.Statements ?? [], request.Confidence, request.Reasons.Value),
                digest => new CaseCommand.DecidePetition(petitionId, request.Outcome, request.Reasons)
                {
                    By = ask.By,
                    At = ask.At,
                    Statements = [.. request.Statements ?? []],
                    Confidence = request.Confidence,
                    Digest = digest,
                    WitnessPolicy = publisher.WitnessPolicy,
                }) with
            {
                Pending = CaseWrites.WaitsFor(incident, _ => "reviewPanelMember"),
            },
            cancel);
    }
}
