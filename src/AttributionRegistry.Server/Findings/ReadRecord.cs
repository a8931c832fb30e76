using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.People;
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
/// <param name="Declarations">How the members answered, with what they signed.</param>
/// <param name="Round">The binding round that decided.</param>
/// <param name="Mapping">The commitment to who held which ballot key of a pseudonymous round, and what opens it once it is open; null for a roll call.</param>
/// <param name="Openings">Openings of field commitments of the log's leaves.</param>
/// <param name="Version">The version of the finding.</param>
public sealed record FindingRecord(
    string Number, int Version, long LogIndex, RecordedDraw Draw, IReadOnlyList<RecordedDeclaration> Declarations, RecordedRound Round,
    RecordedMapping? Mapping, IReadOnlyList<LeafOpening> Openings);

/// <summary>How a drawn member answered (V-11). Statements may hold personal data and stay out; their digest is here.</summary>
/// <param name="Member">The member.</param>
/// <param name="Accepts">Whether the seat was taken.</param>
/// <param name="Kind">What there was to declare.</param>
/// <param name="NamedAnActor">Whether the member had named an actor in public.</param>
/// <param name="TextDigest">SHA-256 of the canonical {kind, statement}, hex.</param>
/// <param name="Signature">ES256 of the member's long-term key over the declaration, base64url; anybody can check it where no statement was made.</param>
/// <param name="SigningKey">Id of that key.</param>
/// <param name="Spki">The public key, base64url.</param>
/// <param name="BallotKey">In a roll call, how the long-term key vouched for the ballot key; else null.</param>
public sealed record RecordedDeclaration(
    PersonId Member, bool Accepts, DeclarationKind Kind, bool NamedAnActor, string TextDigest, string? Signature, KeyId? SigningKey, string? Spki,
    RecordedVouching? BallotKey);

/// <param name="BallotKeyId">The ballot key.</param>
/// <param name="Signature">ES256 over the statement of the ballot key, base64url.</param>
/// <param name="SigningKey">The long-term key that made it.</param>
/// <param name="Spki">That public key, base64url.</param>
public sealed record RecordedVouching(string BallotKeyId, string Signature, KeyId SigningKey, string? Spki);

/// <param name="Commitment">Hex.</param>
/// <param name="Salt">Hex; null while the mapping is sealed.</param>
/// <param name="Canonical">The canonical mapping; null while it is sealed.</param>
public sealed record RecordedMapping(string Commitment, string? Salt, string? Canonical);

/// <summary>Everything a draw depends on, and what came of it.</summary>
public sealed record RecordedDraw(
    PanelId Panel, PoolId Pool, string PoolDigest, IReadOnlyList<Candidate> Candidates, IReadOnlyList<string> Sources, IReadOnlyList<string> SourceValues,
    IReadOnlyList<SeedSourcePlan> Plans, IReadOnlyList<PublishedSource> Published, string Seed,
    IReadOnlyList<string> ExcludedStates, int Seats, DateTimeOffset FrozenAt, DateTimeOffset DrawnAt, IReadOnlyList<RecordedSeat> Result)
{
    /// <summary>Candidates who were kept out for anything but their state, such as the members of an earlier panel of the case; absent where there are none.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RecordedExclusion>? Excluded { get; init; }
}

/// <summary>A candidate who was not in the draw.</summary>
/// <param name="Id">The person.</param>
public sealed record RecordedExclusion(string Id);

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
    public static Results<Ok<FindingRecord>, ProblemHttpResult> Handle(string number, PublishedVersions versions, FindingRecords records) =>
        versions.Current(number) is { } version ? TypedResults.Ok(records.Of(version)) : Problems.NotFound();
}

public static class ReadVersionRecord
{
    /// <summary>The public record of one version of a finding, as it stood when that version was published.</summary>
    public static Results<Ok<FindingRecord>, ProblemHttpResult> Handle(string number, int version, PublishedVersions versions, FindingRecords records) =>
        versions.Find(number, version) is { } found ? TypedResults.Ok(records.Of(found)) : Problems.NotFound();
}

/// <summary>Writes public records.</summary>
public sealed class FindingRecords(RegistryCore core, TimeProvider clock)
{
    public FindingRecord Of(PublishedVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return new FindingRecord(
            version.Number, version.Version.Version, version.Index, DrawOf(version.State), DeclarationsOf(version.State, version.Round), RoundOf(version.Round),
            MappingOf(version.Round.Id),
            [.. core.Store.Events.Openings(version.Index).Select(o => new LeafOpening(version.Index, o.Name, B64Url.Encode(o.Salt), JsonNode.Parse(o.ValueJson)))]);
    }

    /// <summary>
    /// SHA-256 of the canonical {declarations, draw, mapping, round}, <c>mapping</c> being the commitment or null. It stands in the finding, whose
    /// digest stands in the log: so no letter of the record can be changed afterwards.
    /// </summary>
    public string DigestOf(Case state, Round round)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(round);
        return Sha256Hex.Of(CanonicalJson.Serialize(new JsonObject
        {
            ["declarations"] = JsonSerializer.SerializeToNode(DeclarationsOf(state, round), ApiJson.Options),
            ["draw"] = JsonSerializer.SerializeToNode(DrawOf(state), ApiJson.Options),
            ["mapping"] = round.Mapping?.Commitment,
            ["round"] = JsonSerializer.SerializeToNode(RoundOf(round), ApiJson.Options),
        }));
    }

    private RecordedMapping? MappingOf(RoundId id) =>
        core.Load(RoundJournal.Definition, RoundJournal.Stream(id)).State is not { Mapping: { } mapping } round ? null
        : round.IsMappingOpen(clock.GetUtcNow())
            ? new RecordedMapping(mapping.Commitment, mapping.Salt, System.Text.Encoding.UTF8.GetString(BallotKeyMapping.Canonical(round)))
            : new RecordedMapping(mapping.Commitment, null, null);

    private List<RecordedDeclaration> DeclarationsOf(Case state, Round round) =>
    [
        .. state.DecidedPanel!.Seats.Where(s => s.Declaration is not null).OrderBy(s => s.Person.Value, StringComparer.Ordinal)
            .Select(s => (s.Person, s.Key, Said: s.Declaration!))
            .Select(s => new RecordedDeclaration(
                s.Person, s.Said.Accepts, s.Said.Kind, s.Said.NamedAnActor, s.Said.TextDigest, s.Said.Signature, s.Said.SigningKey, SpkiOf(s.Person, s.Said.SigningKey),
                round.Mode == VoteMode.RollCall && s.Key is { } key
                    ? new RecordedVouching(key.Id, key.Signature, key.SigningKey, SpkiOf(s.Person, key.SigningKey))
                    : null)),
    ];

    private string? SpkiOf(PersonId person, KeyId? key) =>
        core.Load(PersonJournal.Definition, PersonJournal.Stream(person)).State?.SigningKeys.Find(k => k.Id == key)?.Spki;

    // Envelopes are published sorted by commitment, so that their order does not say who acted when.
    private static RecordedRound RoundOf(Round round) => new(
        round.Id, round.Incident, round.Number, round.Mode, round.Seats,
        [.. round.Voters.OrderBy(v => v.BallotKeyId, StringComparer.Ordinal).Select(v => new RecordedVoter(
            v.BallotKeyId, v.BallotKeySpki, v.Region, round.Mode == VoteMode.RollCall ? v.Person : null, v.RemovedAt))],
        round.Questions, round.Evidence, round.EvidenceRoot, round.Rules, round.RulesHash, round.CommitOpens, round.CommitCloses, round.RevealOpens,
        round.RevealCloses, [.. round.Envelopes.OrderBy(e => e.Commitment, StringComparer.Ordinal)],
        [.. round.Openings.OrderBy(o => o.BallotKeyId, StringComparer.Ordinal)], EscrowOf(round), round.Result!);

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
            panel.Id, pool.Id, pool.Digest, pool.Candidates, pool.Sources, panel.SourceValues, pool.Plans, panel.Published, panel.Seed, panel.ExcludedStates, panel.Size, pool.FrozenAt, panel.DrawnAt,
            [.. panel.Seats.OrderBy(s => s.Order).Select(s => new RecordedSeat(s.Person, s.Region, s.Order, s.Removed, s.RemovedBecause, s.Replaces))])
        {
            Excluded = panel.KeptOut.IsEmpty ? null : [.. panel.KeptOut.Select(id => new RecordedExclusion(id))],
        };
    }
}
