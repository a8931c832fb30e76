using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> AssessmentOpen = [Stage.Opened, Stage.Collecting, Stage.Assessing];

    /// <summary>Adds a hypothesis. One that names a new state makes the panel's recusals be computed again (V-03, V-12).</summary>
    public sealed record ProposeHypothesis(HypothesisId Id, HypothesisContent Content) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.LeadAssessor, Role.DevilsAdvocate], [Stage.Screening, .. AssessmentOpen], BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (AssessmentRules.FrozenFault(state) is { } frozen)
            {
                return frozen;
            }

            if (Content.Statement.IsBlank)
            {
                return Refusal.Invalid("statement-missing", "A hypothesis is a statement.", "/statement/value");
            }

            if (Content.Kinds.Length == 0)
            {
                return Refusal.Invalid("kind-missing", "A hypothesis has at least one kind.", "/kinds");
            }

            for (var i = 0; i < Content.States.Length; i++)
            {
                if (!FactsRules.IsStateCode(Content.States[i]))
                {
                    return Refusal.Invalid("state-code", "States are ISO 3166-1 alpha-2 codes in capitals.", $"/states/{i}");
                }
            }

            if (Content.Implies is { } parent && state.Find(parent) is null)
            {
                return Refusal.Invalid("implied-unknown", "A hypothesis implies another one of the same case.", "/implies");
            }

            if (Content.Residual && state.Hypotheses.Any(h => h.Content.Residual))
            {
                return Refusal.Conflict("residual-exists", "The case has its residual hypothesis already.", "/residual");
            }

            if (state.Hypotheses.Count >= 21)
            {
                return Refusal.Conflict("too-many-hypotheses", "A question has at most twenty named hypotheses and the residual (V-20).");
            }

            var proposed = new CaseEvent.HypothesisProposed(Id, Content);
            var added = Content.States.Except(state.ConcernedStates).ToImmutableArray();
            return Decision<CaseEvent>.Accept([proposed, .. PanelRules.RecusalsFor(state, added)]);
        }
    }

    /// <summary>Rates cells of the matrix. Nothing counts before it is accepted and graded by another than its submitter (E4).</summary>
    public sealed record RateCells(ImmutableArray<CellRating> Ratings) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.LeadAssessor], [Stage.Collecting, Stage.Assessing], BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (AssessmentRules.FrozenFault(state) is { } frozen)
            {
                return frozen;
            }

            if (Ratings.IsDefaultOrEmpty)
            {
                return Refusal.Invalid("ratings-missing", "There is nothing to rate.", "/ratings");
            }

            for (var i = 0; i < Ratings.Length; i++)
            {
                var pointer = $"/ratings/{i}";
                if (state.Find(Ratings[i].Hypothesis) is null)
                {
                    return Refusal.Invalid("hypothesis-unknown", "There is no such hypothesis in this case.", pointer + "/hypothesis");
                }

                if (state.Find(Ratings[i].Evidence) is not { } item)
                {
                    return Refusal.Invalid("evidence-unknown", "There is no such evidence in this case.", pointer + "/evidence");
                }

                if (item.Standing != EvidenceStanding.Accepted || item.Grade is null)
                {
                    return Refusal.Conflict("evidence-ungraded", "Nothing counts before it is accepted and graded by someone other than its submitter (E4).", pointer + "/evidence");
                }
            }

            return new CaseEvent.CellsRated(Ratings);
        }
    }

    /// <summary>Lists a key assumption and what would break it (A7).</summary>
    public sealed record ListAssumption(KeyAssumption Assumption) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.LeadAssessor], AssessmentOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            AssessmentRules.FrozenFault(state) is { } frozen ? frozen
            : Assumption.Statement.IsBlank || Assumption.BreaksIf.IsBlank
                ? Refusal.Invalid("assumption-incomplete", "A key assumption says what would break it (A7).", "/breaksIf")
                : new CaseEvent.AssumptionListed(Assumption);
    }

    /// <summary>Lists something that is not known and would matter.</summary>
    public sealed record ListGap(Text Gap) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.LeadAssessor], AssessmentOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            AssessmentRules.FrozenFault(state) is { } frozen ? frozen
            : Gap.IsBlank ? Refusal.Invalid("gap-missing", "A gap is a statement.", "/gap/value") : new CaseEvent.GapListed(Gap);
    }

    /// <summary>Files the contrary memo: the strongest case against the leading hypothesis.</summary>
    public sealed record FileContraryMemo(Text Body) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.DevilsAdvocate], AssessmentOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            AssessmentRules.FrozenFault(state) is { } frozen ? frozen
            : Body.IsBlank ? Refusal.Invalid("memo-missing", "The memo has a text.", "/body/value") : new CaseEvent.ContraryMemoFiled(Body);
    }

    /// <summary>Freezes the assessment by digest: complete hypotheses, a complete matrix, listed assumptions (A1, A2, A7).</summary>
    public sealed record FreezeAssessment(AssessmentId Id, Text Summary, string Digest) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.LeadAssessor], [Stage.Assessing]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (AssessmentRules.HypothesisFault(state, policy) is { } fault)
            {
                return fault;
            }

            if (AssessmentRules.FrozenFault(state) is { } frozen)
            {
                return frozen;
            }

            if (!state.Counting.Any())
            {
                return Refusal.Conflict("evidence-missing", "There is no accepted evidence to assess.");
            }

            foreach (var item in state.Counting)
            {
                foreach (var hypothesis in state.Hypotheses)
                {
                    if (!state.Cells.ContainsKey(new CellKey(hypothesis.Id, item.Id)))
                    {
                        return Refusal.Conflict("matrix-incomplete", $"Evidence {item.Id} is not rated under hypothesis {hypothesis.Id} (A2).");
                    }
                }
            }

            if (state.Assumptions.IsEmpty)
            {
                return Refusal.Conflict("assumptions-missing", "Key assumptions are listed, each with what would break it (A7).");
            }

            var matrix = MatrixOf.Case(state);
            if (Matrix.Check(matrix).FirstOrDefault() is { } unsound)
            {
                return unsound;
            }

            if (Matrix.Evaluate(matrix).HangsOnSpoofableEvidence)
            {
                return Refusal.Conflict("only-linchpin-spoofable", "The lead hangs on evidence that is easily planted (A6). Find support that is not, or conclude less.");
            }

            return Summary.IsBlank
                ? Refusal.Invalid("summary-missing", "A frozen assessment has a summary.", "/summary/value")
                : new CaseEvent.AssessmentFrozen(Id, state.Assessments.Count + 1, Digest, Summary);
        }
    }

    /// <summary>Files an external review of the frozen assessment.</summary>
    public sealed record FileReview(ReviewId Id, AssessmentId Assessment, bool NoConflict, Text Conclusion, ImmutableArray<Text> Points) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.ExternalReviewer], [Stage.Reviewing]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.CurrentAssessment?.Id != Assessment)
            {
                return Refusal.Conflict("assessment-not-current", "The review is of another version than the frozen one.", "/assessment");
            }

            if (!NoConflict)
            {
                return Refusal.Conflict("reviewer-conflicted", "A reviewer with a conflict does not review; say so to the registrar.", "/noConflict");
            }

            if (state.Reviews.Any(r => r.Assessment == Assessment && r.By == By.Id))
            {
                return Refusal.Conflict("reviewed-already", "You have reviewed this version already.");
            }

            if (Points.IsDefault || Points.Any(p => p.IsBlank))
            {
                return Refusal.Invalid("review-point-empty", "Each point of a review is a text, so that it can be answered.", "/points");
            }

            return Conclusion.IsBlank
                ? Refusal.Invalid("conclusion-missing", "A review has a conclusion.", "/conclusion/value")
                : new CaseEvent.ReviewFiled(Id, Assessment, Conclusion, Points);
        }
    }

    /// <summary>Answers one point of a review.</summary>
    public sealed record AnswerReviewPoint(ReviewId Review, int Point, Text Answer) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.LeadAssessor], [Stage.Reviewing]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            var point = state.Reviews.Find(r => r.Id == Review)?.Points.FirstOrDefault(p => p.Number == Point);
            return PointRules.Answer(point is not null, point?.Answer, Answer, new CaseEvent.ReviewPointAnswered(Review, Point, Answer));
        }
    }
}

internal static class AssessmentRules
{
    /// <summary>What a digest has frozen does not change under it: reviewers and panel judge just that text.</summary>
    internal static Refusal? FrozenFault(Case state) => state.CurrentAssessment is null
        ? null
        : Refusal.Conflict("assessment-frozen", "The assessment is frozen; taking the case back to assessing starts a new version.");

    /// <summary>A1 over the case: enough hypotheses, one of deception, one of non-state or unknown.</summary>
    internal static Refusal? HypothesisFault(Case state, Policy policy) =>
        state.Hypotheses.Count < policy.MinHypotheses
            ? Refusal.Conflict("too-few-hypotheses", $"An assessment weighs at least {policy.MinHypotheses} hypotheses; there are {state.Hypotheses.Count} (A1).")
            : HypothesisSet.Check([.. state.Hypotheses.Select(MatrixOf.Hypothesis)]).FirstOrDefault();
}
