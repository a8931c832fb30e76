using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>A voting round as the case knows it; ballots are in the round's own record.</summary>
public sealed record CaseRound(
    RoundId Id, int Number, bool Binding, ImmutableArray<Question> Questions, string EvidenceRoot, string RulesHash, DateTimeOffset OpenedAt)
{
    public VoteOutcome? Outcome { get; init; }

    /// <summary>Who opens what members do not (V-56); nobody in a round without escrow.</summary>
    public ImmutableArray<PersonId> Scrutineers { get; init; } = [];
}

/// <summary>The outcome of one question as the case needs it to be published.</summary>
public sealed record QuestionOutcome(
    string Question, Level Level, TallyOutcome Outcome, string? Hypothesis, int? MedianBp, Confidence? Confidence, int? Dissents);

public sealed record VoteOutcome(bool Adopted, ImmutableArray<QuestionOutcome> Questions, DateTimeOffset At);

public abstract partial record CaseCommand
{
    /// <summary>Opens a round: questions, hypotheses, evidence root and rules are fixed from here (V-22).</summary>
    public sealed record OpenRound(
        RoundId Id, bool Binding, ImmutableArray<Question> Questions, string EvidenceRoot, string RulesHash, RuleSet Rules) : CaseCommand
    {
        /// <summary>The strongest argument against what the panel leans to; each member acknowledges it before voting (V-45).</summary>
        public Text? ContraryArgument { get; init; }

        /// <summary>Five scrutineers in the order of their shares, or nobody (V-56).</summary>
        public ImmutableArray<ScrutineerCandidate> Scrutineers { get; init; } = [];

        public override Duty Duty { get; } = new([Role.Chair], [Stage.Voting]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.CurrentRound is { Outcome: null })
            {
                return Refusal.Conflict("round-open", "A round is open already.");
            }

            if (state.Panel!.Challenges.Any(c => c.Outcome is null))
            {
                return Refusal.Conflict("challenge-pending", "A challenge to a member suspends the ballot windows until it is decided (V-14).");
            }

            var before = state.Rounds.Where(r => r.OpenedAt >= state.Panel.DrawnAt).ToList();
            var number = before.Count + 1;
            if (number > Rules.Windows.MaxRounds)
            {
                return Refusal.Conflict("rounds-exhausted", "There is never a fourth round (V-46).");
            }

            // V-44: only the first round may be indicative; else the last one could end without a decision.
            if (!Binding && Voting.Rounds.Binds(number))
            {
                return Refusal.Conflict("round-binds", "Only the first round is indicative (V-44).", "/binding");
            }

            if (Binding && before.Count == 0 && policy.IndicativeRoundFirst)
            {
                return Refusal.Conflict("indicative-round-first", "The first round is indicative: the panel hears what it thinks before it decides (V-44).", "/binding");
            }

            if (Binding && before.LastOrDefault() is { Binding: false } indicative && DeliberationFault(indicative, policy) is { } early)
            {
                return early;
            }

            if (EvidenceRoot != state.EvidenceRoot)
            {
                return Refusal.Conflict("evidence-root-mismatch", "A round votes on the evidence set as frozen for deliberation (V-22).", "/evidenceRoot");
            }

            if (QuestionSet.Check(Questions, Rules.Ballot) is { } fault)
            {
                return fault;
            }

            for (var i = 0; i < Questions.Length; i++)
            {
                var question = Questions[i];
                foreach (var name in question.Hypotheses)
                {
                    if (state.Hypotheses.Find(h => h.Id.Value == name) is not { } hypothesis)
                    {
                        return Refusal.Invalid("hypothesis-unknown", $"{name} is no hypothesis of this case.", $"/questions/{i}/hypotheses");
                    }

                    if (hypothesis.Content.Residual != (name == question.Residual))
                    {
                        return Refusal.Invalid("residual-mismatch", "The residual of a question is the residual hypothesis of the case, and no other.", $"/questions/{i}/residual");
                    }
                }
            }

            if (ScrutineerRules.Fault(state, policy, Questions, Scrutineers) is { } unfit)
            {
                return unfit;
            }

            return state.Panel.CanBeQuorate && state.Panel.Sitting.All(s => s.Accepted)
                ? new CaseEvent.RoundOpened(Id, number, Binding, Questions, EvidenceRoot, RulesHash)
                {
                    Scrutineers = Scrutineers.IsDefaultOrEmpty ? null : [.. Scrutineers.Select(s => s.Person)],
                }
                : Refusal.Conflict("declarations-missing", "Every sitting member must have accepted, declared and given a ballot key.");
        }

        private Refusal? DeliberationFault(CaseRound indicative, Policy policy) =>
            (At - indicative.Outcome!.At).TotalSeconds < policy.DeliberationSeconds
                ? Refusal.Conflict("deliberation-running", $"The panel deliberates for {policy.DeliberationSeconds} seconds after the indicative round was counted (V-45).")
            : ContraryArgument is null || ContraryArgument.IsBlank
                ? Refusal.Invalid("contrary-argument-missing", "The binding round puts the strongest contrary argument before its members (V-45).", "/contraryArgument")
            : null;
    }

    /// <summary>Takes the case back to the vote: the panel has carried the motion for another round (V-46).</summary>
    public sealed record VoteAgain(RoundId Round) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember, Role.Chair], [Stage.NotAdopted]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.CurrentRound is not { Binding: true, Outcome: not null } round || round.Id != Round)
            {
                return Refusal.Conflict("round-not-open", "Another round follows the last one only.");
            }

            // The statement that was drafted for the old outcome is void.
            var role = state.RolesOf(By).Contains(Role.Chair) ? Role.Chair : Role.PanelMember;
            return new CaseEvent.Moved(state.Stage, Stage.Voting, role, $"The panel carried the motion for another round after round {round.Number}.");
        }
    }

    /// <summary>Takes the count of a closed round into the case. The machine computes it; whoever closes the round triggers it.</summary>
    public sealed record ConcludeRound(RoundId Round, ImmutableArray<QuestionOutcome> Outcomes) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Chair, Role.Registrar, Role.PanelMember], [Stage.Voting]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.CurrentRound is not { } round || round.Id != Round || round.Outcome is not null)
            {
                return Refusal.Conflict("round-not-open", "This round is not the open one.");
            }

            if (Outcomes.IsDefault || Outcomes.Length != round.Questions.Length || !round.Questions.All(q => Outcomes.Any(o => o.Question == q.Id && o.Level == q.Level)))
            {
                return Refusal.Invalid("outcomes-mismatch", "A round concludes with one outcome for each of its questions.", "/outcomes");
            }

            var concluded = new CaseEvent.RoundConcluded(Round, Outcomes);
            if (!round.Binding)
            {
                return concluded;
            }

            var adopted = Outcomes.Any(o => o.Outcome == TallyOutcome.Attributed);
            var role = state.RolesOf(By).Contains(Role.Chair) ? Role.Chair : state.RolesOf(By).Contains(Role.Registrar) ? Role.Registrar : Role.PanelMember;
            return Decision<CaseEvent>.Accept(
                concluded,
                new CaseEvent.Moved(state.Stage, adopted ? Stage.Adopted : Stage.NotAdopted, role, $"Round {round.Number} was counted."));
        }
    }
}

public abstract partial record CaseEvent
{
    public sealed record RoundOpened(
        RoundId Round, int Number, bool Binding, ImmutableArray<Question> Questions, [property: Open] string EvidenceRoot, [property: Open] string RulesHash) : CaseEvent
    {
        public ImmutableArray<PersonId>? Scrutineers { get; init; }

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Rounds = state.Rounds.Add(new CaseRound(Round, Number, Binding, Questions, EvidenceRoot, RulesHash, recorded.At) { Scrutineers = Scrutineers ?? [] }),
        };
    }

    public sealed record RoundConcluded(RoundId Round, ImmutableArray<QuestionOutcome> Outcomes) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var round = state!.Rounds.Find(r => r.Id == Round)!;
            var adopted = Outcomes.Any(o => o.Outcome == TallyOutcome.Attributed);
            var next = state with
            {
                Rounds = state.Rounds.Replace(round, round with { Outcome = new VoteOutcome(adopted, Outcomes, recorded.At) }),
            };
            return round.Binding
                ? next with { FormerPanel = next.FormerPanel.Union(next.Panel!.Seats.Select(s => s.Person)), DecidedPanel = next.Panel, DecidedPool = next.Pool }
                : next;
        }
    }
}
