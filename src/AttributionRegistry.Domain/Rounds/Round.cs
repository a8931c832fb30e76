using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using Panel = AttributionRegistry.Domain.Voting.Panel;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>A seat as frozen when the round opened. In the count a member goes by the id of the ballot key.</summary>
public sealed record Voter(PersonId Person, Region Region, string BallotKeyId, string BallotKeySpki)
{
    public DateTimeOffset? RemovedAt { get; init; }
}

/// <summary>A sealed ballot as received: the commitment, the chain and the signature; nothing of what it says (V-57).</summary>
public sealed record Envelope(
    string BallotKeyId, int Revision, string? Previous, string Commitment, string Nonce, string Digest, string Signature, DateTimeOffset ReceivedAt);

/// <summary>An opened ballot: the exact bytes and the salt that reproduce the commitment (V-53).</summary>
public sealed record BallotOpening(string BallotKeyId, string Ballot, string Salt, DateTimeOffset ReceivedAt)
{
    /// <summary>Whether three scrutineers opened it; then it counts as received when the reveal window opened (V-56).</summary>
    public bool FromEscrow { get; init; }
}

public enum OpinionKind
{
    Dissent,
    SeparateOpinion,
    BareDissent,
}

/// <summary>A member's opinion; it cannot change the count (V-50).</summary>
public sealed record Opinion(OpinionId Id, PersonId By, OpinionKind Kind, Text? Body, DateTimeOffset At);

/// <summary>One voting round: what was fixed at its opening, the sealed ballots, the openings, the count.</summary>
public sealed record Round
{
    public required RoundId Id { get; init; }

    public required IncidentId Incident { get; init; }

    public required int Number { get; init; }

    public required bool Binding { get; init; }

    public required int Seats { get; init; }

    public required VoteMode Mode { get; init; }

    public required ImmutableList<Voter> Voters { get; init; }

    public required ImmutableArray<Question> Questions { get; init; }

    public required ImmutableArray<EvidenceId> Evidence { get; init; }

    public required string EvidenceRoot { get; init; }

    public required RuleSet Rules { get; init; }

    public required string RulesHash { get; init; }

    public required DateTimeOffset CommitOpens { get; init; }

    public required DateTimeOffset CommitCloses { get; init; }

    public required DateTimeOffset RevealOpens { get; init; }

    public required DateTimeOffset RevealCloses { get; init; }

    public ImmutableList<Envelope> Envelopes { get; init; } = [];

    public ImmutableList<BallotOpening> Openings { get; init; } = [];

    public ImmutableList<Opinion> Opinions { get; init; } = [];

    /// <summary>Who opens what members do not; null where nothing is in escrow (V-56).</summary>
    public RoundEscrow? Escrow { get; init; }

    public ImmutableList<EscrowDeposit> Deposits { get; init; } = [];

    public ImmutableList<HeldShare> Shares { get; init; } = [];

    /// <summary>Ballots whose escrow held nothing of use.</summary>
    public ImmutableHashSet<string> UnusableEscrows { get; init; } = [];

    /// <summary>When an exercise ended the scrutineers' time; else null.</summary>
    public DateTimeOffset? EscrowClosedAt { get; init; }

    public ImmutableList<ProceduralMotion> Motions { get; init; } = [];

    /// <summary>Whether a motion has extended the window; it is extended once (V-48).</summary>
    public bool CommitExtended { get; init; }

    /// <inheritdoc cref="CommitExtended"/>
    public bool RevealExtended { get; init; }

    /// <summary>Whether the reveal window was extended for ballots not opened; that happens once (V-49).</summary>
    public bool ExtendedForUnrevealed { get; init; }

    /// <summary>The strongest argument against the leading hypothesis, which each member has to have read (V-45); null where none is put.</summary>
    public Text? ContraryArgument { get; init; }

    /// <summary>Who has said so.</summary>
    public ImmutableHashSet<PersonId> Acknowledged { get; init; } = [];

    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>Instants of the windows and receipts in the count are UTC microseconds.</summary>
    public TallyResult? Result { get; init; }

    /// <summary>Since when a challenge to a member suspends the windows (V-14); null while they run.</summary>
    public DateTimeOffset? SuspendedSince { get; init; }

    /// <summary>The commitment to who holds which ballot key, made at the count of a pseudonymous round (V-71).</summary>
    public SealedMapping? Mapping { get; init; }

    /// <summary>When the round next has to be looked at, without anybody asking; null once it is counted, or while it is suspended.</summary>
    public DateTimeOffset? NextDeadline => Result is null && SuspendedSince is null ? RevealCloses : null;

    internal Window RevealWindow => new(Instant.ToMicroseconds(RevealOpens), Instant.ToMicroseconds(RevealCloses));

    public bool IsRevealOver(DateTimeOffset at) => at >= RevealCloses && !IsSuspendedBefore(RevealCloses);

    /// <summary>Whether no envelope is taken any more: a window that was suspended before its end is not over, it will be longer.</summary>
    public bool IsCommitOver(DateTimeOffset at) => at >= CommitCloses && !IsSuspendedBefore(CommitCloses);

    /// <summary>Until when scrutineers open what members did not; null where nothing is in escrow.</summary>
    public DateTimeOffset? EscrowCloses => Escrow is null ? null : EscrowClosedAt ?? RevealCloses.AddSeconds(Escrow.WindowSeconds);

    /// <summary>What lies in escrow for a ballot, opened or not: that of the last envelope.</summary>
    public PendingEscrow? EscrowOf(string ballotKeyId) =>
        ChainOf(ballotKeyId).MaxBy(e => e.Revision) is { } last && Deposits.Find(d => d.EnvelopeDigest == last.Digest) is { } deposit ? new PendingEscrow(last, deposit) : null;

    public IEnumerable<HeldShare> SharesOf(string ballotKeyId) => Shares.Where(s => s.BallotKeyId == ballotKeyId);

    /// <summary>Whether the scrutineers can still make something of an escrow: the ballot counts, and is neither open nor unusable.</summary>
    public bool IsPending(PendingEscrow escrow)
    {
        ArgumentNullException.ThrowIfNull(escrow);
        var id = escrow.Envelope.BallotKeyId;
        return Voters.Exists(v => v.BallotKeyId == id && v.RemovedAt is null) && !HasEquivocated(id) && !Openings.Exists(o => o.BallotKeyId == id) &&
            !UnusableEscrows.Contains(id);
    }

    /// <summary>Every ballot that the scrutineers could open, once the reveal window is closed.</summary>
    public IEnumerable<PendingEscrow> PendingEscrows => Voters.Select(v => EscrowOf(v.BallotKeyId)).OfType<PendingEscrow>().Where(IsPending);

    /// <summary>Whether the round has to wait for scrutineers, though its reveal window is closed.</summary>
    public bool IsEscrowPending(DateTimeOffset at) => EscrowCloses is { } closes && at < closes && PendingEscrows.Any();

    public ProceduralMotion? MotionOf(MotionId id) => Motions.Find(m => m.Id == id);

    /// <summary>Whether a motion to extend a window was still undecided when the window closed: then it is void (V-48).</summary>
    public bool HasLapsed(ProceduralMotion motion, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(motion);
        return motion.Outcome is null && motion.Kind switch
        {
            // A vote may overtake, or a clock run back: what has been opened or counted stays so.
            MotionKind.ExtendCommit => IsCommitOver(at) || Openings.Count > 0,
            MotionKind.ExtendReveal => IsRevealOver(at) || Result is not null || !Shares.IsEmpty,
            _ => false,
        };
    }

    /// <summary>The automatic extension that is due at an instant, or null (V-49). Openings are fixed by then, so everybody computes the same.</summary>
    public RoundEvent.WindowExtended? DueExtension(DateTimeOffset at, Func<string, IReadOnlyDictionary<string, Answer>> read)
    {
        // Once a scrutineer has turned a key, members do not get a second chance.
        if (Result is not null || ExtendedForUnrevealed || !Shares.IsEmpty || !IsRevealOver(at))
        {
            return null;
        }

        var window = new TimedWindow(RevealOpens, RevealCloses);
        var extended = window.ExtendForUnrevealed(Tally.Count(ToTallyInput(read)), ExtendedForUnrevealed, Rules.Windows);
        return extended.IsRefused ? null : new RoundEvent.WindowExtended(true, (long)(extended.Events[0].Close - RevealCloses).TotalSeconds, null);
    }

    private bool IsSuspendedBefore(DateTimeOffset end) => SuspendedSince is { } since && since < end;

    /// <summary>
    /// Whether openings may be shown: the reveal window is over, and no extension that is due but not yet recorded lets others still
    /// open theirs (V-49, V-54).
    /// </summary>
    public bool IsRevealOverForGood(DateTimeOffset at, Func<string, IReadOnlyDictionary<string, Answer>> read) =>
        IsRevealOver(at) && (DueExtension(at, read) is not { } due || at >= RevealCloses.AddSeconds(due.Seconds));

    public Voter? VoterOf(PersonId person) => Voters.Find(v => v.Person == person && v.RemovedAt is null);

    public IEnumerable<Envelope> ChainOf(string ballotKeyId) => Envelopes.Where(e => e.BallotKeyId == ballotKeyId);

    /// <summary>Two different envelopes under one revision (V-51).</summary>
    public bool HasEquivocated(string ballotKeyId) => ChainOf(ballotKeyId).GroupBy(e => e.Revision).Any(g => g.Count() > 1);

    /// <summary>The voters as a count takes them, each under the name that the count goes by (V-18).</summary>
    internal IReadOnlyList<PanelMember> MembersBy(Func<Voter, string> name) =>
    [
        .. Voters.Select(v => new PanelMember(
            name(v), v.Region, v.RemovedAt is { } at ? Panel.RemovedAt(Instant.ToMicroseconds(at), RevealWindow) : Standing.Seated)),
    ];

    /// <summary>The published record as the input of the count; <c>read</c> parses the answers of an opened ballot.</summary>
    public TallyInput ToTallyInput(Func<string, IReadOnlyDictionary<string, Answer>> read)
    {
        var reveal = RevealWindow;
        var members = MembersBy(v => v.BallotKeyId);
        var openings = Openings.ToDictionary(o => o.BallotKeyId);
        var ballots = Envelopes.Select(e =>
        {
            var last = ChainOf(e.BallotKeyId).Max(x => x.Revision);
            var opening = e.Revision == last ? openings.GetValueOrDefault(e.BallotKeyId) : null;
            return new CastBallot(
                e.BallotKeyId, Incident.Value, Number, e.Revision, e.Digest, Instant.ToMicroseconds(e.ReceivedAt),
                opening is null ? null : Instant.ToMicroseconds(opening.ReceivedAt),
                opening is null ? new Dictionary<string, Answer>() : read(opening.Ballot))
            { Link = new ChainLink(e.Previous) };
        });
        return new TallyInput(
            Incident.Value, Number, Rules, new RoundWindows(new Window(Instant.ToMicroseconds(CommitOpens), Instant.ToMicroseconds(CommitCloses)), reveal),
            new Panel(Seats, members), [.. Evidence.Select(e => e.Value)], Questions, [.. ballots]);
    }
}
