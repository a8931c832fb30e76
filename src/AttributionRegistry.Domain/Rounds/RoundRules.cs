using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>A command to one round. Closed.</summary>
public abstract partial record RoundCommand
{
    private RoundCommand()
    {
    }

    public required PersonId By { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Opens the round with everything that is fixed from now on. The case has decided that it may open.</summary>
    public sealed record Open(RoundEvent.Opened Fixed) : RoundCommand;

    /// <summary>Hands in a sealed ballot. Digest and signature have been checked outside; <c>SignatureValid</c> says how.</summary>
    public sealed record Commit(Envelope Envelope, string CaseId, int RoundNumber, bool SignatureValid) : RoundCommand
    {
        /// <summary>What the member deposits for the scrutineers (V-56); form and digests have been checked outside.</summary>
        public EscrowDeposit? Escrow { get; init; }

        public bool EscrowSignatureValid { get; init; }
    }

    /// <summary>Opens one's own ballot. <c>Reproduces</c> says whether ballot and salt give the last commitment, byte for byte.</summary>
    public sealed record OpenBallot(string BallotKeyId, string Ballot, string Salt, bool Reproduces) : RoundCommand
    {
        /// <summary>Parses answers of the ballots opened before, to know of a window that has just been extended (V-49).</summary>
        public required Func<string, IReadOnlyDictionary<string, Answer>> ReadAnswers { get; init; }
    }

    /// <summary>Takes a member out of the round (V-18).</summary>
    public sealed record Remove(PersonId Member) : RoundCommand;

    /// <summary>Ends the running window now. Only an exercise may: real windows run their course (V-47).</summary>
    public sealed record CloseWindow(bool Exercise) : RoundCommand;

    /// <summary>Counts the round once its reveal window has closed.</summary>
    public sealed record Count(Func<string, IReadOnlyDictionary<string, Answer>> ReadAnswers) : RoundCommand;

    /// <summary>Attaches an opinion within its time after the count (V-50).</summary>
    public sealed record FileOpinion(OpinionId Id, OpinionKind Kind, Text? Body) : RoundCommand;
}

/// <summary>A fact of one round. Closed.</summary>
public abstract partial record RoundEvent
{
    private RoundEvent()
    {
    }

    public sealed record Opened(
        RoundId Round, IncidentId Incident, int Number, bool Binding, int Seats, VoteMode Mode, ImmutableArray<Voter> Voters,
        ImmutableArray<Question> Questions, ImmutableArray<EvidenceId> Evidence, [property: Open] string EvidenceRoot, RuleSet Rules, [property: Open] string RulesHash,
        DateTimeOffset CommitOpens, DateTimeOffset CommitCloses, DateTimeOffset RevealOpens, DateTimeOffset RevealCloses) : RoundEvent
    {
        public Text? ContraryArgument { get; init; }

        public RoundEscrow? Escrow { get; init; }
    }

    public sealed record Committed(Envelope Envelope) : RoundEvent
    {
        public EscrowDeposit? Escrow { get; init; }
    }

    public sealed record BallotOpened(BallotOpening Opening) : RoundEvent;

    public sealed record MemberRemoved(PersonId Member) : RoundEvent;

    public sealed record WindowClosed(bool Reveal) : RoundEvent;

    public sealed record Counted(TallyResult Result) : RoundEvent;

    public sealed record OpinionFiled(OpinionId Opinion, OpinionKind Kind, Text? Body) : RoundEvent;
}

/// <summary>The rules of a round: V-47, V-51 … V-55, V-57, V-58, V-18, V-50.</summary>
public static partial class RoundDecider
{
    public static Decision<RoundEvent> Decide(Round? state, RoundCommand command) => (state, command) switch
    {
        (null, RoundCommand.Open open) => OpenFault(open.Fixed) is { } fault ? fault : open.Fixed,
        (null, _) => NoSuchRound,
        (_, RoundCommand.Open) => Refusal.Conflict("round-open", "This round is open already."),
        ({ } s, RoundCommand.Commit c) => Commit(s, c),
        ({ } s, RoundCommand.OpenBallot c) => OpenBallot(s, c),
        ({ } s, RoundCommand.Remove c) => Remove(s, c),
        ({ } s, RoundCommand.CloseWindow c) => CloseWindow(s, c),
        ({ } s, RoundCommand.Count c) => Count(s, c),
        ({ } s, RoundCommand.FileOpinion c) => FileOpinion(s, c),
        ({ } s, RoundCommand.SuspendWindows) => Suspend(s),
        ({ } s, RoundCommand.ResumeWindows c) => Resume(s, c),
        ({ } s, RoundCommand.SealMapping c) => SealMapping(s, c),
        ({ } s, RoundCommand.OpenMapping c) => OpenMapping(s, c),
        ({ } s, RoundCommand.RaiseMotion c) => RaiseMotion(s, c),
        ({ } s, RoundCommand.VoteOnMotion c) => VoteOnMotion(s, c),
        ({ } s, RoundCommand.DecideMotion c) => DecideMotion(s, c),
        ({ } s, RoundCommand.AcknowledgeContraryArgument c) => Acknowledge(s, c),
        ({ } s, RoundCommand.ExtendForUnrevealed c) => ExtendForUnrevealed(s, c),
        ({ } s, RoundCommand.ReleaseShares c) => ReleaseShares(s, c),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    public static Round Evolve(Round? state, RoundEvent @event, Recorded recorded) => @event switch
    {
        RoundEvent.Opened e => new Round
        {
            Id = e.Round,
            Incident = e.Incident,
            Number = e.Number,
            Binding = e.Binding,
            Seats = e.Seats,
            Mode = e.Mode,
            Voters = [.. e.Voters],
            Questions = e.Questions,
            Evidence = e.Evidence,
            EvidenceRoot = e.EvidenceRoot,
            Rules = e.Rules,
            RulesHash = e.RulesHash,
            CommitOpens = e.CommitOpens,
            CommitCloses = e.CommitCloses,
            RevealOpens = e.RevealOpens,
            RevealCloses = e.RevealCloses,
            ContraryArgument = e.ContraryArgument,
            Escrow = e.Escrow,
        },
        RoundEvent.Committed e => state!.Deposited(e),
        RoundEvent.BallotOpened e => state! with { Openings = state.Openings.Add(e.Opening) },
        RoundEvent.MemberRemoved e => state! with
        {
            Voters = [.. state.Voters.Select(v => v.Person == e.Member ? v with { RemovedAt = recorded.At } : v)],
        },
        RoundEvent.WindowClosed { Reveal: false } => state!.CutShort(reveal: false, recorded.At),
        RoundEvent.WindowClosed => state!.CutShort(reveal: true, recorded.At),
        RoundEvent.Counted e => state! with { Result = e.Result, CountedAt = recorded.At },
        RoundEvent.OpinionFiled e => state! with { Opinions = state.Opinions.Add(new Opinion(e.Opinion, recorded.By, e.Kind, e.Body, recorded.At)) },
        RoundEvent.WindowsSuspended => state! with { SuspendedSince = recorded.At },
        RoundEvent.WindowsResumed e => state!.Resumed(e),
        RoundEvent.MappingSealed e => state! with { Mapping = new SealedMapping(e.Commitment, e.Salt) },
        RoundEvent.MappingOpened => state! with { Mapping = state.Mapping! with { OpenedAt = recorded.At } },
        RoundEvent.MotionRaised e => state! with { Motions = state.Motions.Add(new ProceduralMotion(e.Motion, e.Kind, e.Seconds, e.Reasons, recorded.By, recorded.At)) },
        RoundEvent.MotionVoted e => state!.ChangeMotion(e.Motion, m => m with { Votes = m.Votes.SetItem(recorded.By, e.Vote) }),
        RoundEvent.MotionDecided e => state!.ChangeMotion(e.Motion, m => m with { Outcome = e.Outcome, DecidedAt = recorded.At }),
        RoundEvent.WindowExtended e => state!.Extended(e),
        RoundEvent.SharesReleased e => state!.Released(e, recorded.By),
        RoundEvent.EscrowUnusable e => state! with { UnusableEscrows = state.UnusableEscrows.Add(e.BallotKeyId) },
        RoundEvent.EscrowClosed => state! with { EscrowClosedAt = recorded.At },
        RoundEvent.ContraryArgumentAcknowledged => state! with { Acknowledged = state.Acknowledged.Add(recorded.By) },
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };

    internal static Refusal NoSuchRound { get; } = Refusal.NotFound("not-found", "There is nothing here, or nothing that you may see.");

    private static Refusal? OpenFault(RoundEvent.Opened o) =>
        o.CommitOpens >= o.CommitCloses || o.CommitCloses > o.RevealOpens || o.RevealOpens >= o.RevealCloses
            ? Refusal.Invalid("windows-unsound", "The commit window comes before the reveal window, and neither is empty (V-47).")
        : o.Voters.Select(v => v.Person).Distinct().Count() != o.Voters.Length || o.Voters.Select(v => v.BallotKeyId).Distinct().Count() != o.Voters.Length
            ? Refusal.Invalid("ballot-keys-unsound", "There is exactly one ballot key for each seat (V-70).")
        : o.Escrow is { } escrow && EscrowUnsound(escrow, o)
            ? Refusal.Invalid("scrutineers-missing", "A round with escrow has five scrutineers with one key each, none of whom votes (V-56).", "/scrutineers")
        : null;

    private static Decision<RoundEvent> Commit(Round state, RoundCommand.Commit c)
    {
        // Not a voter, or a voter who was removed: the round does not exist for them.
        if (state.VoterOf(c.By) is not { } voter)
        {
            return NoSuchRound;
        }

        if (voter.BallotKeyId != c.Envelope.BallotKeyId)
        {
            return Refusal.Forbidden("not-your-ballot-key", "The envelope names another member's ballot key.", "/envelope/ballotKeyId");
        }

        if (c.CaseId != state.Incident.Value || c.RoundNumber != state.Number)
        {
            return Refusal.Invalid("wrong-round", "The envelope is for another case or round.", "/envelope/round");
        }

        if (!c.SignatureValid)
        {
            return Refusal.Invalid("signature-invalid", "The ballot key did not sign this envelope.", "/signature");
        }

        if (state.SuspendedSince is not null)
        {
            return Suspended;
        }

        if (EscrowFault(state, c) is { } fault)
        {
            return fault;
        }

        if (c.At < state.CommitOpens || c.At >= state.CommitCloses)
        {
            return Refusal.Conflict("commit-window-closed", "The commit window is half-open by server time; it is not open now (V-47).");
        }

        // A server clock that ran back does not reopen the window: an opening would then stand beside a commitment it does not open.
        if (state.Openings.Count > 0 || state.Result is not null)
        {
            return Refusal.Conflict("commit-window-closed", "Ballots have been opened; the commit window does not come back (V-47).");
        }

        if (state.ContraryArgument is not null && !state.Acknowledged.Contains(c.By))
        {
            return Refusal.Conflict("contrary-argument-unread", "Acknowledge the strongest contrary argument first (V-45).");
        }

        var chain = state.ChainOf(voter.BallotKeyId).ToList();
        if (chain.Any(e => e.Digest == c.Envelope.Digest))
        {
            return Decision<RoundEvent>.Accept();
        }

        // V-51: a second envelope under a used revision voids the ballot, and both are kept to be published.
        if (chain.Any(e => e.Revision == c.Envelope.Revision))
        {
            return Received(c, chain[^1]);
        }

        var last = chain.MaxBy(e => e.Revision);
        return c.Envelope.Revision == (last?.Revision ?? 0) + 1 && c.Envelope.Previous == last?.Digest
            ? Received(c, last)
            : Refusal.Conflict("revision-out-of-sequence", $"The next revision is {(last?.Revision ?? 0) + 1} and names the envelope before it (V-51).", "/envelope/revision");
    }

    // The count looks at receipt times only: they are the server's, whatever the envelope says. It takes revisions in their order, so
    // none was received before the one it follows, even where two requests overtook each other or the clock ran back.
    private static RoundEvent.Committed Received(RoundCommand.Commit c, Envelope? last) =>
        new(c.Envelope with { ReceivedAt = last?.ReceivedAt > c.At ? last.ReceivedAt : c.At }) { Escrow = c.Escrow };

    private static Decision<RoundEvent> OpenBallot(Round state, RoundCommand.OpenBallot c)
    {
        if (state.VoterOf(c.By) is not { } voter)
        {
            return NoSuchRound;
        }

        if (voter.BallotKeyId != c.BallotKeyId)
        {
            return Refusal.Forbidden("not-your-ballot-key", "The opening is for another member's ballot.", "/ballotKeyId");
        }

        if (state.SuspendedSince is not null)
        {
            return Suspended;
        }

        // Whoever comes in the extension opens in time, even if nobody has recorded it yet (V-49).
        var extension = state.DueExtension(c.At, c.ReadAnswers);
        var closes = extension is null ? state.RevealCloses : state.RevealCloses.AddSeconds(extension.Seconds);
        if (c.At < state.RevealOpens || c.At >= closes)
        {
            return Refusal.Conflict("reveal-window-closed", "The reveal window is half-open by server time; it is not open now (V-47).");
        }

        if (!state.ChainOf(voter.BallotKeyId).Any())
        {
            return Refusal.Conflict("nothing-committed", "There is no sealed ballot of yours to open.");
        }

        if (state.HasEquivocated(voter.BallotKeyId))
        {
            return Refusal.Conflict("ballot-void", "Two envelopes under one revision: the ballot is void (V-51).");
        }

        if (state.Openings.Find(o => o.BallotKeyId == voter.BallotKeyId) is { } there)
        {
            return there.Ballot == c.Ballot && there.Salt == c.Salt
                ? Decision<RoundEvent>.Accept()
                : Refusal.Conflict("ballot-opened", "Your ballot is open already; an opening is not changed.");
        }

        // Came in time, but the count was faster: the record must recount to what was counted (V-43).
        if (state.Result is not null)
        {
            return Refusal.Conflict("round-counted", "This round has been counted.");
        }

        return c.Reproduces
            ? Decision<RoundEvent>.Accept([.. extension is null ? [] : new RoundEvent[] { extension }, new RoundEvent.BallotOpened(new BallotOpening(c.BallotKeyId, c.Ballot, c.Salt, c.At))])
            : Refusal.Invalid("opening-does-not-match", "Ballot and salt do not reproduce the commitment; you may try again until the window closes (V-53).", "/ballot");
    }

    // After the count nobody is taken out any more: the record must recount to the same result (V-43).
    private static Decision<RoundEvent> Remove(Round state, RoundCommand.Remove c) => state.VoterOf(c.Member) is null || state.Result is not null
        ? Decision<RoundEvent>.Accept()
        : new RoundEvent.MemberRemoved(c.Member);

    private static Decision<RoundEvent> CloseWindow(Round state, RoundCommand.CloseWindow c)
    {
        if (state.SuspendedSince is not null)
        {
            return Suspended;
        }

        if (!c.Exercise)
        {
            return Refusal.Conflict("windows-run-their-course", "Outside an exercise no window is cut short (V-48).");
        }

        if (state.Result is not null)
        {
            return Refusal.Conflict("window-closed", "Both windows are closed.");
        }

        if (c.At <= state.CommitOpens || (c.At >= state.CommitCloses && c.At <= state.RevealOpens))
        {
            return Refusal.Conflict("window-not-open", "No window is open that could be closed.");
        }

        if (c.At < state.CommitCloses)
        {
            return new RoundEvent.WindowClosed(Reveal: false);
        }

        return c.At < state.RevealCloses ? new RoundEvent.WindowClosed(Reveal: true)
            : state.IsEscrowPending(c.At) ? new RoundEvent.EscrowClosed()
            : Refusal.Conflict("window-closed", "Both windows are closed.");
    }

    private static Decision<RoundEvent> Count(Round state, RoundCommand.Count c)
    {
        if (state.Result is not null)
        {
            return Refusal.Conflict("round-counted", "This round has been counted.");
        }

        if (state.SuspendedSince is not null)
        {
            return Suspended;
        }

        if (state.DueExtension(c.At, c.ReadAnswers) is { } due && c.At < state.RevealCloses.AddSeconds(due.Seconds))
        {
            return Refusal.Conflict("reveal-extended", "Ballots not opened are all that a quorum lacks: the reveal window stays open once more, for 72 hours (V-49).");
        }

        if (state.IsRevealOver(c.At) && state.IsEscrowPending(c.At))
        {
            return Refusal.Conflict("escrow-pending", "The scrutineers may still open ballots that their members did not; then the round is counted (V-56).");
        }

        return state.IsRevealOver(c.At)
            ? new RoundEvent.Counted(Tally.Count(state.ToTallyInput(c.ReadAnswers)))
            : Refusal.Conflict("reveal-window-open", "Nothing is counted, and no opening is shown, before the reveal window closes (V-54).");
    }

    private static Decision<RoundEvent> FileOpinion(Round state, RoundCommand.FileOpinion c)
    {
        if (state.VoterOf(c.By) is null)
        {
            return NoSuchRound;
        }

        if (state.CountedAt is not { } counted)
        {
            return Refusal.Conflict("round-not-counted", "Opinions are attached after the count.");
        }

        if (c.At >= counted.AddDays(state.Rules.Windows.OpinionDays))
        {
            return Refusal.Conflict("opinion-too-late", $"Opinions are attached within {state.Rules.Windows.OpinionDays} days of the count (V-50).");
        }

        return c.Kind != OpinionKind.BareDissent && (c.Body is null || c.Body.IsBlank)
            ? Refusal.Invalid("opinion-empty", "An opinion has a text; only a bare dissent has none.", "/body")
            : new RoundEvent.OpinionFiled(c.Id, c.Kind, c.Body);
    }
}
