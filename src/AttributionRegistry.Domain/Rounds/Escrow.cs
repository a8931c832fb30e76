using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>Who holds a share of every ballot of a round: the escrow key as it was when the round opened.</summary>
/// <param name="Person">Who.</param>
/// <param name="KeyId">What the record calls the key, <c>e-…</c>.</param>
/// <param name="Spki">The public key, base64url.</param>
public sealed record Scrutineer(PersonId Person, string KeyId, string Spki);

/// <summary>The escrow of a round (V-56): five scrutineers in the order of the shares' numbers, and how long after the reveal they may open.</summary>
public sealed record RoundEscrow(ImmutableArray<Scrutineer> Scrutineers, long WindowSeconds)
{
    /// <summary>How many shares open a ballot.</summary>
    public const int Threshold = 3;

    /// <summary>How many scrutineers a round has.</summary>
    public const int Size = 5;

    /// <summary>1 … 5, or null for somebody else.</summary>
    public int? NumberOf(PersonId person) => Scrutineers.FirstOrDefault(s => s.Person == person) is { } found ? Scrutineers.IndexOf(found) + 1 : null;
}

/// <summary>One share in a member's escrow, boxed for one scrutineer.</summary>
public sealed record EscrowBox(string KeyId, string Ephemeral, string Box, string Digest);

/// <summary>What a member deposited beside an envelope: nothing in it can be read without three scrutineers.</summary>
/// <param name="EnvelopeDigest">The envelope it belongs to.</param>
/// <param name="Commitment">As the member signed it.</param>
/// <param name="Nonce">12 bytes, hex.</param>
/// <param name="CiphertextDigest">SHA-256, hex.</param>
/// <param name="Shares">In the order of the scrutineers.</param>
/// <param name="Ciphertext">Base64url.</param>
/// <param name="Signature">By the ballot key, base64url.</param>
public sealed record EscrowDeposit(
    string EnvelopeDigest, string Commitment, string Nonce, string CiphertextDigest, ImmutableArray<EscrowBox> Shares, string Ciphertext, string Signature);

/// <summary>A share that a scrutineer has opened for the server.</summary>
/// <param name="BallotKeyId">The ballot.</param>
/// <param name="Share">33 bytes, base64url.</param>
public sealed record ReleasedShare(string BallotKeyId, string Share);

/// <summary>A released share and by whose key; its number is that scrutineer's.</summary>
public sealed record HeldShare(string BallotKeyId, string KeyId, int Number, string Share);

/// <summary>A ballot that nobody opened, and what lies in escrow for it.</summary>
public sealed record PendingEscrow(Envelope Envelope, EscrowDeposit Deposit);

/// <summary>Ballot and salt out of an escrow, base64url.</summary>
public sealed record RecoveredBallot(string Ballot, string Salt);

public abstract partial record RoundCommand
{
    /// <summary>Releases one's shares of ballots that nobody opened. The third share of a ballot opens it.</summary>
    /// <param name="Shares">At least one.</param>
    /// <param name="IsShare">Whether a share, under its number, is what the member boxed.</param>
    /// <param name="Recover">Opens a deposit with three shares; null when it holds no ballot of this round that reproduces the commitment.</param>
    public sealed record ReleaseShares(
        ImmutableArray<ReleasedShare> Shares, Func<EscrowBox, int, string, bool> IsShare,
        Func<PendingEscrow, IReadOnlyList<HeldShare>, RecoveredBallot?> Recover) : RoundCommand
    {
        /// <summary>Parses answers, to know of a reveal window that has just been extended (V-49).</summary>
        public required Func<string, IReadOnlyDictionary<string, Answer>> ReadAnswers { get; init; }
    }
}

public abstract partial record RoundEvent
{
    public sealed record SharesReleased(ImmutableArray<ReleasedShare> Shares) : RoundEvent;

    /// <summary>What lay in escrow is no ballot of this round; the ballot stays unrevealed (V-55).</summary>
    public sealed record EscrowUnusable([property: Open] string BallotKeyId) : RoundEvent;

    /// <summary>The scrutineers' time ends now; only in an exercise.</summary>
    public sealed record EscrowClosed : RoundEvent;
}

public static partial class RoundDecider
{
    private static bool EscrowUnsound(RoundEscrow escrow, RoundEvent.Opened o) =>
        escrow.Scrutineers.Length != RoundEscrow.Size || escrow.WindowSeconds < 0 ||
        escrow.Scrutineers.Select(s => s.Person).Concat(o.Voters.Select(v => v.Person)).Distinct().Count() != RoundEscrow.Size + o.Voters.Length ||
        escrow.Scrutineers.Select(s => s.KeyId).Distinct().Count() != RoundEscrow.Size;

    /// <summary>Whether a ballot comes with the escrow that the round wants, or null.</summary>
    private static Refusal? EscrowFault(Round state, RoundCommand.Commit c) => (state.Escrow, c.Escrow) switch
    {
        (null, null) => null,
        (null, _) => Refusal.Invalid("escrow-unexpected", "This round has no scrutineers: nothing is taken in escrow.", "/escrow"),
        (_, null) => Refusal.Invalid("escrow-missing", "In this round every ballot comes with its escrow (V-56).", "/escrow"),
        ({ } wanted, { } sent) =>
            sent.Commitment != c.Envelope.Commitment
                ? Refusal.Invalid("escrow-invalid", "The escrow is for another commitment than the envelope.", "/escrow/escrow/commitment")
            : !sent.Shares.Select(s => s.KeyId).SequenceEqual(wanted.Scrutineers.Select(s => s.KeyId))
                ? Refusal.Invalid("escrow-invalid", "The shares are for the scrutineers of this round, in their order.", "/escrow/escrow/shares")
            : !c.EscrowSignatureValid
                ? Refusal.Invalid("escrow-invalid", "The ballot key did not sign this escrow.", "/escrow/signature")
            : null,
    };

    private static Decision<RoundEvent> ReleaseShares(Round state, RoundCommand.ReleaseShares c)
    {
        if (state.Escrow is not { } escrow || escrow.NumberOf(c.By) is not { } number)
        {
            return NoSuchRound;
        }

        if (EscrowNotOpen(state, c.At, c.ReadAnswers) is { } refusal)
        {
            return refusal;
        }

        if (c.Shares.IsDefaultOrEmpty)
        {
            return Refusal.Invalid("share-invalid", "At least one share is released.", "/shares");
        }

        var accepted = new Dictionary<string, ReleasedShare>(StringComparer.Ordinal);
        for (var i = 0; i < c.Shares.Length; i++)
        {
            var sent = c.Shares[i];
            if (state.EscrowOf(sent.BallotKeyId) is not { } there || !c.IsShare(there.Deposit.Shares[number - 1], number, sent.Share))
            {
                return Refusal.Invalid("share-invalid", "This is not the share that the member boxed for you, or there is no such ballot.", $"/shares/{i}");
            }

            // What two others and a third have opened meanwhile, or what was released before, is done.
            if (state.IsPending(there) && !state.SharesOf(sent.BallotKeyId).Any(s => s.Number == number))
            {
                accepted[sent.BallotKeyId] = sent;
            }
        }

        return accepted.Count == 0
            ? Decision<RoundEvent>.Accept()
            : Decision<RoundEvent>.Accept([new RoundEvent.SharesReleased([.. accepted.Values]), .. accepted.Values.SelectMany(s => Opened(state, number, s, c))]);
    }

    /// <summary>Shares are looked at, and released, between the close of the reveal window and that of the escrow.</summary>
    public static Refusal? EscrowNotOpen(Round state, DateTimeOffset at, Func<string, IReadOnlyDictionary<string, Answer>> read)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Result is not null ? Refusal.Conflict("round-counted", "This round has been counted.")
            : !state.IsRevealOver(at) || state.DueExtension(at, read) is not null
                ? Refusal.Conflict("reveal-window-open", "While members may still open their ballots themselves, nothing is taken out of escrow (V-56).")
            : at >= state.EscrowCloses ? Refusal.Conflict("escrow-closed", "The time to open ballots out of escrow is over; what is unopened stays unrevealed (V-55).")
            : null;
    }

    private static IEnumerable<RoundEvent> Opened(Round state, int number, ReleasedShare released, RoundCommand.ReleaseShares c)
    {
        var pending = state.EscrowOf(released.BallotKeyId)!;
        IReadOnlyList<HeldShare> held =
            [.. state.SharesOf(released.BallotKeyId), new HeldShare(released.BallotKeyId, state.Escrow!.Scrutineers[number - 1].KeyId, number, released.Share)];
        if (held.Count < RoundEscrow.Threshold)
        {
            yield break;
        }

        // Everybody opened when the window did: in the count it makes no difference who turned the key, and when.
        yield return c.Recover(pending, held) is { } found
            ? new RoundEvent.BallotOpened(new BallotOpening(released.BallotKeyId, found.Ballot, found.Salt, state.RevealOpens) { FromEscrow = true })
            : new RoundEvent.EscrowUnusable(released.BallotKeyId);
    }
}

/// <summary>What a round holds of its escrow.</summary>
internal static class EscrowState
{
    // A member may revise a ballot as often as they like; only the last deposit is of use, and the largest is 175 kB.
    internal static Round Deposited(this Round state, RoundEvent.Committed committed)
    {
        var earlier = state.ChainOf(committed.Envelope.BallotKeyId).Select(e => e.Digest).ToHashSet(StringComparer.Ordinal);
        var kept = state.Deposits.RemoveAll(d => earlier.Contains(d.EnvelopeDigest));
        return state with
        {
            Envelopes = state.Envelopes.Add(committed.Envelope),
            Deposits = committed.Escrow is { } deposit ? kept.Add(deposit) : kept,
        };
    }

    internal static Round Released(this Round state, RoundEvent.SharesReleased released, PersonId by)
    {
        var number = state.Escrow!.NumberOf(by)!.Value;
        return state with
        {
            Shares = state.Shares.AddRange(released.Shares.Select(s => new HeldShare(s.BallotKeyId, state.Escrow.Scrutineers[number - 1].KeyId, number, s.Share))),
        };
    }
}
