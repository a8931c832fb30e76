using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    /// <summary>Challenges a member; suspends the ballot windows until decided, also those of a round that is open (V-14).</summary>
    public sealed record ChallengeMember(ChallengeId Id, PersonId Member, Text Ground, RuleSet Rules) : CaseCommand
    {
        /// <summary>When the challenger first learnt of the ground, where that was later than the panel. Those who decide judge whether it is so.</summary>
        public DateTimeOffset? KnownSince { get; init; }

        public override Duty Duty { get; } = new([Role.PanelMember, Role.NamedParty, Role.Victim, Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.SeatOf(Member) is not { Removed: false } seat)
            {
                return Refusal.NotFound("not-seated", "This person holds no seat of this panel.", "/member");
            }

            if (Ground.IsBlank)
            {
                return Refusal.Invalid("reason-missing", "A challenge states ground and facts.", "/ground/value");
            }

            if (KnownSince > At)
            {
                return Refusal.Invalid("known-in-future", "Nobody has learnt of a ground after now.", "/knownSince");
            }

            // A party knows of the panel from the first thing that is served on it.
            var told = state.Services.Where(s => s.On == By.Id).Select(s => s.At).DefaultIfEmpty(seat.OfferedAt).Min();
            var known = KnownSince > told ? KnownSince.Value : told;
            var challenged = new CaseEvent.Challenged(Id, Member, Ground);
            var pending = state.Panel.PendingChallenges.ToList();
            return ChallengeVote.IsInTime(seat.OfferedAt, known, At, Rules.Windows)
                ? Decision<CaseEvent>.Accept([challenged, .. Referrals(pending)])
                : Refusal.Conflict("challenge-too-late", $"A challenge is filed within {Rules.Windows.ChallengeDays} days of the panel's publication or of first knowledge (V-14).");
        }

        // V-16: a second challenge while one is pending sends both to the appeals chamber; what it has before it already stays there.
        private IEnumerable<CaseEvent> Referrals(IReadOnlyList<Challenge> pending) => ChallengeVote
            .ReferredOnFiling([.. pending.Select(c => (c.Id, c.Outcome))], (Id, Outcome: null))
            .Where(c => c.Outcome is null)
            .Select(c => new CaseEvent.ChallengeDecided(c.Id, MotionOutcome.Referred, new Text("A second challenge was filed while one was pending (V-16).")));
    }

    /// <summary>Votes on a challenge. The challenged member's vote is not taken (V-15).</summary>
    public sealed record VoteOnChallenge(ChallengeId Challenge, MotionVote Vote) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Panel!.Challenges.Find(c => c.Id == Challenge) switch
        {
            null => CaseDecider.NoSuchCase,
            { Outcome: not null } => Refusal.Conflict("challenge-decided", "This challenge has been decided."),
            { Member: var member } when member == By.Id => Refusal.Forbidden("own-cause", "Nobody votes on a challenge to themselves (V-15)."),
            { Votes: var votes } when votes.ContainsKey(By.Id) => Refusal.Conflict("voted-already", "You have voted on this challenge."),
            _ => new CaseEvent.ChallengeVoted(Challenge, Vote),
        };
    }

    /// <summary>Closes the vote on a challenge, with published reasons (V-15, V-17).</summary>
    public sealed record DecideChallenge(ChallengeId Challenge, Text Reasons) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.Challenges.Find(c => c.Id == Challenge) is not { } challenge)
            {
                return CaseDecider.NoSuchCase;
            }

            if (challenge.Outcome is not null)
            {
                return Refusal.Conflict("challenge-decided", "This challenge has been decided.");
            }

            if (challenge.By == By.Id)
            {
                return Refusal.Forbidden("own-cause", "Whoever raised a challenge does not close the vote on it.");
            }

            if (Reasons.IsBlank)
            {
                return Refusal.Invalid("reasons-missing", "Each decision on a challenge has published reasons (V-17).", "/reasons/value");
            }

            var members = state.Panel.Sitting.Select(s => new PanelMember(s.Person.Value, s.Region, Standing.Seated)).ToList();
            var result = ChallengeVote.Decide(members, challenge.Member.Value, [.. challenge.Votes.Select(v => new MotionBallot(v.Key.Value, v.Value))]);

            var decided = new CaseEvent.ChallengeDecided(Challenge, result.Outcome, Reasons);
            return result.Outcome == MotionOutcome.Upheld && state.Panel.SeatOf(challenge.Member) is { Removed: false }
                ? Decision<CaseEvent>.Accept([decided, .. PanelRules.Removal(state, challenge.Member, "challenge-upheld")])
                : decided;
        }
    }
}
