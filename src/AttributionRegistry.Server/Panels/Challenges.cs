using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Panels;

/// <summary>A challenge to a member (V-14).</summary>
/// <param name="Member">The member.</param>
/// <param name="Ground">Ground and facts.</param>
/// <param name="KnownSince">When the ground became known, if that was after the panel was drawn; the 21 days run from then.</param>
public sealed record ChallengeRequest(PersonId Member, Text Ground, DateTimeOffset? KnownSince = null);

public static class ChallengeMember
{
    /// <summary>
    /// Challenges a member within 21 days of the draw or of first knowledge. No round opens, and in an open round nothing is committed or
    /// opened, before it is decided; the windows are then longer by the time it took. A second one while one is pending sends both to the
    /// appeals chamber (V-16).
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        PanelId panelId, Body<ChallengeRequest> body, Ask ask, Writes writes, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<ChallengeId>();
        return writes.CreateAsync(
            ask.With(body),
            PanelActs.On(cases.Locate(panelId.Value), panelId, id.Value, (_, _) =>
                new CaseCommand.ChallengeMember(id, body.Value.Member, body.Value.Ground, RuleSet.Default) { KnownSince = body.Value.KnownSince, By = ask.By, At = ask.At },
                ChallengeEffects.Follow),
            $"/v1/panels/{panelId}/challenges", cancel);
    }
}

/// <summary>A vote on a challenge.</summary>
public sealed record ChallengeVoteRequest(MotionVote Vote);

public static class VoteOnChallenge
{
    /// <summary>Votes on a challenge; never on one's own (V-15).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PanelId panelId, ChallengeId challengeId, Body<ChallengeVoteRequest> body, Ask ask, Writes writes, CaseWrites cases, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            PanelActs.On(cases.Locate(panelId.Value), panelId, challengeId.Value, (_, _) =>
                new CaseCommand.VoteOnChallenge(challengeId, body.Value.Vote) { By = ask.By, At = ask.At }),
            cancel);
}

/// <summary>The published reasons of a decision (V-17).</summary>
public sealed record ChallengeDecisionRequest(Text Reasons);

public static class DecideChallenge
{
    /// <summary>Closes the vote on a challenge and publishes the reasons (V-15, V-17).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PanelId panelId, ChallengeId challengeId, Body<ChallengeDecisionRequest> body, Ask ask, Writes writes, CaseWrites cases, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            PanelActs.On(cases.Locate(panelId.Value), panelId, challengeId.Value, (_, _) =>
                new CaseCommand.DecideChallenge(challengeId, body.Value.Reasons) { By = ask.By, At = ask.At },
                ChallengeEffects.Follow),
            cancel);
}

/// <summary>A challenge. Its votes are counted once it is decided; <c>ChamberUpheld</c> says what the appeals chamber made of one referred to it.</summary>
public sealed record ChallengeView(
    ChallengeId Id, PersonId Member, PersonId By, Text Ground, DateTimeOffset At, MotionOutcome? Outcome, Text? Reasons, int? Yes, int? No, int? Abstain, bool? ChamberUpheld)
{
    public static ChallengeView Of(Challenge challenge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        return new ChallengeView(
            challenge.Id, challenge.Member, challenge.By, challenge.Ground, challenge.At, challenge.Outcome, challenge.Reasons,
            Count(MotionVote.Yes), Count(MotionVote.No), Count(MotionVote.Abstain), challenge.Ruling?.Granted);

        int? Count(MotionVote vote) => challenge.Outcome is null ? null : challenge.Votes.Values.Count(v => v == vote);
    }
}

/// <summary>All challenges to members of a panel.</summary>
public sealed record ChallengesView(IReadOnlyList<ChallengeView> Challenges);

public static class ReadChallenges
{
    /// <summary>The challenges to members of a panel.</summary>
    public static Results<Ok<ChallengesView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PanelId panelId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads) =>
        PanelParts.Read(panelId, http, caller, cases, reads, state => new ChallengesView([.. state.Panel!.Challenges.Select(ChallengeView.Of)]));
}
