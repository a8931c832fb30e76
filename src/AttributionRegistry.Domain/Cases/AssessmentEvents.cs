using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record HypothesisProposed(HypothesisId Hypothesis, HypothesisContent Content) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { Hypotheses = state.Hypotheses.Add(new Hypothesis(Hypothesis, Content, recorded.By)) };
    }

    public sealed record CellsRated(ImmutableArray<CellRating> Ratings) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Cells = state.Cells.SetItems(Ratings.Select(r => KeyValuePair.Create(
                new CellKey(r.Hypothesis, r.Evidence), new Cell(r.Rating, recorded.By, r.Reason)))),
        };
    }

    public sealed record AssumptionListed(KeyAssumption Assumption) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Assumptions = state.Assumptions.Add(Assumption) };
    }

    public sealed record GapListed(Text Gap) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Gaps = state.Gaps.Add(Gap) };
    }

    public sealed record ContraryMemoFiled(Text Body) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { ContraryMemo = new ContraryMemo(Body, recorded.By, recorded.At) };
    }

    public sealed record AssessmentFrozen(AssessmentId Assessment, int Version, [property: Open] string Digest, Text Summary) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Assessments = state.Assessments.Add(new FrozenAssessment(Assessment, Version, Digest, Summary, recorded.By, recorded.At, false)),
        };
    }

    public sealed record ReviewFiled(ReviewId Review, AssessmentId Assessment, Text Conclusion, ImmutableArray<Text> Points) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Reviews = state.Reviews.Add(new Review(
                Review, Assessment, recorded.By, recorded.At, Conclusion, [.. Points.Select((p, i) => new ReviewPoint(i + 1, p))])),
        };
    }

    public sealed record ReviewPointAnswered(ReviewId Review, int Point, Text Answer) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var review = state!.Reviews.Find(r => r.Id == Review)!;
            return state with
            {
                Reviews = state.Reviews.Replace(review, review with
                {
                    Points = [.. review.Points.Select(p => p.Number == Point ? p with { Answer = Answer } : p)],
                }),
            };
        }
    }
}
