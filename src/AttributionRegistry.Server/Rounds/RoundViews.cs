using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>A half-open span [opens, closes) of server time (V-47).</summary>
public sealed record WindowView(DateTimeOffset Opens, DateTimeOffset Closes);

/// <summary>One line of the roster of ballot keys; whose it is stays out of it (V-70, V-71).</summary>
public sealed record BallotKeyView(string Id, string Spki);

/// <summary>What the caller has done in the round; never anything of others.</summary>
/// <param name="BallotKeyId">The caller's ballot key.</param>
/// <param name="Envelopes">The caller's own envelopes.</param>
/// <param name="Opened">Whether the caller's opening has been received.</param>
/// <param name="Acknowledged">Whether the caller has acknowledged the contrary argument.</param>
public sealed record MyPartView(string BallotKeyId, IReadOnlyList<EnvelopeView> Envelopes, bool Opened, bool Acknowledged);

/// <summary>A voting round: everything that a ballot is bound to.</summary>
/// <param name="Id">The round.</param>
/// <param name="Incident">The case.</param>
/// <param name="Number">Its number within the case; envelopes and ballots name it.</param>
/// <param name="Binding">Whether it decides; an indicative round does not (V-44).</param>
/// <param name="Seats">N.</param>
/// <param name="Mode">How ballots are published.</param>
/// <param name="Questions">What is asked.</param>
/// <param name="Evidence">The frozen set that a ballot may cite.</param>
/// <param name="EvidenceRoot">Its Merkle root, hex.</param>
/// <param name="Rules">The rule set.</param>
/// <param name="RulesHash">SHA-256 of its canonical JSON, hex.</param>
/// <param name="Commit">When sealed ballots are taken.</param>
/// <param name="Reveal">When they are opened.</param>
/// <param name="ContraryArgument">What each member acknowledges before voting; null where nothing is put (V-45).</param>
/// <param name="Escrow">Who opens ballots that members do not; null where nothing is put in escrow (V-56).</param>
/// <param name="BallotKeys">The roster of ballot keys, sorted.</param>
/// <param name="CountedAt">When it was counted.</param>
/// <param name="Mine">What the caller did; null for who does not vote.</param>
public sealed record RoundView(
    RoundId Id, IncidentId Incident, int Number, bool Binding, int Seats, VoteMode Mode, ImmutableArray<Question> Questions,
    ImmutableArray<EvidenceId> Evidence, string EvidenceRoot, RuleSet Rules, string RulesHash, WindowView Commit, WindowView Reveal, Text? ContraryArgument,
    RoundEscrowView? Escrow, IReadOnlyList<BallotKeyView> BallotKeys, DateTimeOffset? CountedAt, MyPartView? Mine)
{
    public static RoundView Of(Round round, PersonId viewer)
    {
        ArgumentNullException.ThrowIfNull(round);
        return new RoundView(
            round.Id, round.Incident, round.Number, round.Binding, round.Seats, round.Mode, round.Questions, round.Evidence, round.EvidenceRoot,
            round.Rules, round.RulesHash, new WindowView(round.CommitOpens, round.CommitCloses), new WindowView(round.RevealOpens, round.RevealCloses),
            round.ContraryArgument, RoundEscrowView.Of(round),
            [.. round.Voters.OrderBy(v => v.BallotKeyId, StringComparer.Ordinal).Select(v => new BallotKeyView(v.BallotKeyId, v.BallotKeySpki))],
            round.CountedAt, round.VoterOf(viewer) is { } me ? PartOf(round, me) : null);
    }

    private static MyPartView PartOf(Round round, Voter me) => new(
        me.BallotKeyId, [.. round.ChainOf(me.BallotKeyId).Select(e => EnvelopeView.Of(round, e))],
        round.Openings.Any(o => o.BallotKeyId == me.BallotKeyId), round.Acknowledged.Contains(me.Person));
}

/// <summary>The rounds of a case.</summary>
public sealed record RoundsView(IReadOnlyList<RoundView> Rounds);

public static class ReadRounds
{
    /// <summary>The rounds of a case, for its voters, registrar, auditor and integrity officer.</summary>
    public static Results<Ok<RoundsView>, StatusCodeHttpResult, ProblemHttpResult> OfCase(
        IncidentId incidentId, HttpContext http, Caller caller, RoundReads reads) =>
        reads.OfCase(incidentId, caller) is { } rounds
            ? RoundReads.Answer(http, new RoundsView([.. rounds.Select(r => RoundView.Of(r, caller.Id))]))
            : Problems.NotFound();

    /// <summary>A round: what is asked, by which rules, until when, and one's own envelopes. Never anything of other members.</summary>
    public static Results<Ok<RoundView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads) =>
        reads.ForViewer(roundId, caller) is var (_, round) ? RoundReads.Answer(http, RoundView.Of(round, caller.Id)) : Problems.NotFound();
}
