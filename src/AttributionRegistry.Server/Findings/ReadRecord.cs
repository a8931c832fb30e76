using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// The public record behind a finding: what a stranger needs to draw the panel again, open the ballots again, count again and
/// weigh the disclosed evidence again (V-75).
/// </summary>
/// <param name="Number">The finding.</param>
/// <param name="LogIndex">The leaf of the current version in the log.</param>
/// <param name="Draw">Pool, sources, seed and result of the draw.</param>
/// <param name="Round">The binding round that decided.</param>
/// <param name="Openings">Openings of field commitments of the log's leaves.</param>
public sealed record FindingRecord(string Number, long LogIndex, RecordedDraw Draw, RecordedRound Round, IReadOnlyList<LeafOpening> Openings);

/// <summary>Everything a draw depends on, and what came of it.</summary>
public sealed record RecordedDraw(
    PoolId Pool, string PoolDigest, IReadOnlyList<Candidate> Candidates, IReadOnlyList<string> Sources, IReadOnlyList<string> SourceValues,
    IReadOnlyList<SeedSourcePlan> Plans, IReadOnlyList<PublishedSource> Published, string Seed,
    IReadOnlyList<string> ExcludedStates, int Seats, DateTimeOffset FrozenAt, DateTimeOffset DrawnAt, IReadOnlyList<RecordedSeat> Result);

/// <summary>A seat in the order in which it was drawn or filled.</summary>
public sealed record RecordedSeat(PersonId Person, Region Region, int Order, bool Removed, string? RemovedBecause, PersonId? Replaces);

/// <summary>The round: what was fixed, the envelopes, the openings, the count. Instants of the count are UTC microseconds.</summary>
public sealed record RecordedRound(
    RoundId Id, IncidentId CaseId, int Number, VoteMode Mode, int Seats, IReadOnlyList<RecordedVoter> Voters, IReadOnlyList<Question> Questions,
    IReadOnlyList<EvidenceId> Evidence, string EvidenceRoot, RuleSet Rules, string RulesHash, DateTimeOffset CommitOpens, DateTimeOffset CommitCloses,
    DateTimeOffset RevealOpens, DateTimeOffset RevealCloses, IReadOnlyList<Envelope> Envelopes, IReadOnlyList<BallotOpening> Openings, RecordedEscrow? Escrow, TallyResult Tally);

/// <summary>What scrutineers opened, so that anybody can open it again (V-56).</summary>
/// <param name="Threshold">How many shares open a ballot.</param>
/// <param name="Scrutineers">Their escrow keys, in the order of the shares' numbers.</param>
/// <param name="Opened">Ballots whose opening came out of escrow.</param>
/// <param name="Unusable">Ballots whose escrow held nothing of use: they stayed unrevealed (V-55).</param>
public sealed record RecordedEscrow(
    int Threshold, IReadOnlyList<ScrutineerKeyView> Scrutineers, IReadOnlyList<RecordedDeposit> Opened, IReadOnlyList<RecordedDeposit> Unusable);

/// <summary>What a member deposited, and the shares that scrutineers released.</summary>
/// <param name="BallotKeyId">The ballot.</param>
/// <param name="Escrow">What its ballot key signed.</param>
/// <param name="Ciphertext">Base64url.</param>
/// <param name="Signature">Base64url.</param>
/// <param name="Shares">At least three.</param>
public sealed record RecordedDeposit(string BallotKeyId, EscrowBody Escrow, string Ciphertext, string Signature, IReadOnlyList<RecordedShare> Shares);

/// <param name="KeyId">Whose share it is.</param>
/// <param name="Share">33 bytes, base64url.</param>
public sealed record RecordedShare(string KeyId, string Share);

/// <param name="BallotKeyId">The voter in the count.</param>
/// <param name="Spki">The public ballot key, base64url.</param>
/// <param name="Region">Regional group.</param>
/// <param name="Person">The person, in a roll call; else null.</param>
/// <param name="RemovedAt">When the member was removed, or null.</param>
public sealed record RecordedVoter(string BallotKeyId, string Spki, Region Region, PersonId? Person, DateTimeOffset? RemovedAt);

/// <summary>Salt and value that open the commitment to one field of one leaf; <c>field</c> is empty for the seal of a whole leaf.</summary>
public sealed record LeafOpening(long LogIndex, string Field, string Salt, JsonNode? Value);

public static class ReadRecord
{
    /// <summary>The public record of a finding, complete enough to recompute it offline.</summary>
    public static Results<Ok<FindingRecord>, ProblemHttpResult> Handle(string number, FindingLocator findings, RegistryCore core)
    {
        if (findings.Find(number) is not { } state ||
            state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is not { } last ||
            core.Load(RoundJournal.Definition, RoundJournal.Stream(last.Id)).State is not { Result: { } tally } round)
        {
            return Problems.NotFound();
        }

        var version = core.Store.Events.Last(CaseJournal.Stream(state.Id), CaseJournal.FindingVersion)
            ?? throw new InvalidOperationException($"The finding {number} has no version in its record.");
        return TypedResults.Ok(new FindingRecord(
            number, version.Index, DrawOf(state), RoundOf(round, tally),
            [.. core.Store.Events.Openings(version.Index).Select(o => new LeafOpening(version.Index, o.Name, B64Url.Encode(o.Salt), JsonNode.Parse(o.ValueJson)))]));
    }

    // Envelopes are published sorted by commitment, so that their order does not say who acted when.
    private static RecordedRound RoundOf(Round round, TallyResult tally) => new(
        round.Id, round.Incident, round.Number, round.Mode, round.Seats,
        [.. round.Voters.OrderBy(v => v.BallotKeyId, StringComparer.Ordinal).Select(v => new RecordedVoter(
            v.BallotKeyId, v.BallotKeySpki, v.Region, round.Mode == VoteMode.RollCall ? v.Person : null, v.RemovedAt))],
        round.Questions, round.Evidence, round.EvidenceRoot, round.Rules, round.RulesHash, round.CommitOpens, round.CommitCloses, round.RevealOpens,
        round.RevealCloses, [.. round.Envelopes.OrderBy(e => e.Commitment, StringComparer.Ordinal)],
        [.. round.Openings.OrderBy(o => o.BallotKeyId, StringComparer.Ordinal)], EscrowOf(round), tally);

    private static RecordedEscrow? EscrowOf(Round round) => round.Escrow is not { } escrow ? null : new RecordedEscrow(
        RoundEscrow.Threshold, [.. escrow.Scrutineers.Select(s => new ScrutineerKeyView(s.KeyId, s.Spki))],
        Deposits(round, round.Openings.Where(o => o.FromEscrow).Select(o => o.BallotKeyId)), Deposits(round, round.UnusableEscrows));

    private static List<RecordedDeposit> Deposits(Round round, IEnumerable<string> ballots) =>
    [
        .. ballots.Order(StringComparer.Ordinal).Select(id => (Id: id, round.EscrowOf(id)!.Deposit)).Select(b => new RecordedDeposit(
            b.Id, EscrowBody.Of(b.Deposit), b.Deposit.Ciphertext, b.Deposit.Signature,
            [.. round.SharesOf(b.Id).OrderBy(s => s.Number).Select(s => new RecordedShare(s.KeyId, s.Share))])),
    ];

    private static RecordedDraw DrawOf(Case state)
    {
        var (pool, panel) = (state.DecidedPool!, state.DecidedPanel!);
        return new RecordedDraw(
            pool.Id, pool.Digest, pool.Candidates, pool.Sources, panel.SourceValues, pool.Plans, panel.Published, panel.Seed, panel.ExcludedStates, panel.Size, pool.FrozenAt, panel.DrawnAt,
            [.. panel.Seats.OrderBy(s => s.Order).Select(s => new RecordedSeat(s.Person, s.Region, s.Order, s.Removed, s.RemovedBecause, s.Replaces))]);
    }
}
