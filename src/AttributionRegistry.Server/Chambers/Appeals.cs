using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Chambers;

/// <param name="Ground">procedure, undisclosedConflict, forgedEvidence, tallyNotReproducible, or falseDeclaration (no time limit).</param>
/// <param name="Showing">The facts of the ground.</param>
public sealed record FileAppealRequest(AppealGround Ground, Text Showing);

public static class FileAppeal
{
    /// <summary>Appeals to the chamber within 60 days of publication: a named party, the victim, the referrer, or a member of the panel (V-61).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        string number, Body<FileAppealRequest> body, Ask ask, Writes writes, FindingLocator findings, Publisher publisher, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<AppealId>();
        return writes.CreateAsync(
            ask.With(body),
            ChamberActs.On(findings.Find(number)?.Id, id.Value, publisher, _ => new CaseCommand.FileAppeal(id, body.Value.Ground, body.Value.Showing) { By = ask.By, At = ask.At }),
            $"/v1/appeals/{id}", cancel);
    }
}

/// <summary>A vote of the chamber as published with its decision; members of the chamber are named, like those of the panel.</summary>
public sealed record PublishedVote(string Member, MotionVote Vote, Text Reasons);

/// <summary>An appeal and what became of it, published whatever that is.</summary>
/// <param name="Id">The appeal.</param>
/// <param name="Finding">The finding's number.</param>
/// <param name="Version">The version it is about.</param>
/// <param name="By">What the appellant stands for when it is a party; else null.</param>
/// <param name="Ground">On what it rests.</param>
/// <param name="Showing">The facts, verbatim.</param>
/// <param name="FiledAt">UTC.</param>
/// <param name="Decision">annulled or upheld; null while the chamber has not decided.</param>
/// <param name="Votes">How the chamber voted and why; empty before that.</param>
/// <param name="DecidedAt">UTC.</param>
public sealed record AppealView(
    AppealId Id, string Finding, int Version, string? By, AppealGround Ground, Text Showing, DateTimeOffset FiledAt, string? Decision,
    IReadOnlyList<PublishedVote> Votes, DateTimeOffset? DecidedAt)
{
    public static AppealView Of(Case state, Appeal appeal, Func<PersonId, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(appeal);
        return new AppealView(
            appeal.Id, state.FindingNumber!, appeal.Version, state.Parties.GetValueOrDefault(appeal.By)?.Represents, appeal.Ground, appeal.Showing, appeal.At,
            appeal.Ruling is { } ruling ? ruling.Granted ? "annulled" : "upheld" : null,
            [.. (appeal.Ruling?.Votes ?? []).Select(v => new PublishedVote(nameOf(v.Member), v.Vote, v.Reasons))], appeal.Ruling?.At);
    }
}

public static class ReadAppeals
{
    /// <summary>The appeals against a finding, with the chamber's decisions and reasons.</summary>
    public static Results<Ok<IReadOnlyList<AppealView>>, ProblemHttpResult> OfFinding(string number, FindingLocator findings, RegistryCore core) =>
        findings.Find(number) is { } state
            ? TypedResults.Ok<IReadOnlyList<AppealView>>([.. state.Appeals.Select(a => AppealView.Of(state, a, person => NameOf(core, person)))])
            : Problems.NotFound();

    /// <summary>One appeal with its decision.</summary>
    public static Results<Ok<AppealView>, ProblemHttpResult> Handle(AppealId appealId, CaseWrites cases, CaseReads reads, RegistryCore core) =>
        reads.Load(cases.Locate(appealId.Value)) is var (state, _) && state.Appeals.Find(a => a.Id == appealId) is { } appeal
            ? TypedResults.Ok(AppealView.Of(state, appeal, person => NameOf(core, person)))
            : Problems.NotFound();

    private static string NameOf(RegistryCore core, PersonId person) => core.Load(PersonJournal.Definition, PersonJournal.Stream(person)).State?.Name ?? "unknown";
}

/// <summary>Whether a member of the panel that decided wants the case looked at again.</summary>
public sealed record PetitionVoteRequest(MotionVote Vote);

public static class VoteOnPetition
{
    /// <summary>Votes on reopening, by the members of the panel that decided last: a third of it admits the petition (V-60); others decide it (R1).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PetitionId petitionId, Body<PetitionVoteRequest> body, Ask ask, Writes writes, CaseWrites cases, Publisher publisher, CancellationToken cancel)
    {
        var incident = cases.Locate(petitionId.Value);
        return writes.ChangeAsync(
            ask.With(body),
            incident is not { } known
                ? new Act(_ => CaseWrites.NoSuchThing, petitionId.Value, "")
                : new Act(
                    session => ChamberActs.Append(session, known, publisher, state => new CaseCommand.VoteOnPetition(petitionId, body.Value.Vote, EligibleOf(session, state))
                    {
                        By = ask.By,
                        At = ask.At,
                    }),
                    petitionId.Value, CaseJournal.Stream(known)),
            cancel);
    }

    private static int EligibleOf(Session session, Case state) =>
        state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is { } last &&
        session.Load(RoundJournal.Definition, RoundJournal.Stream(last.Id)) is { Result: { } result }
            ? result.Eligible
            : 0;
}
