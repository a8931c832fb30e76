using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>What the ballot rule sees of a matrix.</summary>
internal sealed class MatrixSight
{
    private const int ResidualWeight = 100;

    private readonly MatrixInput _matrix;
    private readonly MatrixResult _result;

    public MatrixSight(MatrixInput matrix)
    {
        _matrix = matrix;
        _result = Matrix.Evaluate(matrix);
        Residual = matrix.Hypotheses.Single(each => each.IsResidual).Id;
        All = [.. matrix.Hypotheses.Select(each => each.Id)];
        CrosscheckHolds = Leader is { } leader && Crosscheck.Run(matrix, leader).Holds;
        var worst = WorstGrade();
        Confidence = CrosscheckHolds || worst < Confidence.Moderate ? worst : Confidence.Moderate;
        ConfidenceOnTie = worst > Confidence.Moderate ? Confidence.Moderate : worst;
    }

    public IReadOnlyList<HypothesisId> All { get; }

    public HypothesisId Residual { get; }

    public HypothesisId? Leader => _result.StrictLeader;

    public IReadOnlyList<HypothesisId> Leaders => _result.Leaders;

    public int Margin => _result.Margin;

    public bool CrosscheckHolds { get; }

    /// <summary>From the worst grades among the items that count against the hypotheses behind the lead.</summary>
    public Confidence Confidence { get; }

    public Confidence ConfidenceOnTie { get; }

    public int Sceptics => Margin < 16 ? 2 : Margin < 24 ? 1 : 0;

    public HypothesisId RunnerUp => _result.Ranking[1].Id;

    /// <summary>Among those level the one that most speaks for, if it is one.</summary>
    public HypothesisId? TieBreak
    {
        get
        {
            var level = _result.Ranking.Where(each => each.Rank == 1).OrderByDescending(each => each.Consistency).ToList();
            return level.Count > 1 && level[0].Consistency > level[1].Consistency ? level[0].Id : null;
        }
    }

    public IReadOnlyList<EvidenceId> AgainstOthers => OrAny(_result.Contributions.Where(each => !Leaders.Contains(each.Hypothesis) && each.Hypothesis != Residual).Select(each => each.Item));

    /// <summary>A hypothesis in its own words: ids say nothing to a reader.</summary>
    public string Name(HypothesisId hypothesis) => $"“{_matrix.Hypotheses.First(each => each.Id == hypothesis).Statement}”";

    public int WeightOf(HypothesisId hypothesis) => hypothesis == Residual
        ? ResidualWeight
        : 3000 / (10 + _result.Ranking.First(each => each.Id == hypothesis).Inconsistency - _result.Ranking[0].Inconsistency);

    public IReadOnlyList<EvidenceId> Against(HypothesisId hypothesis) =>
        OrAny(_result.Contributions.Where(each => each.Hypothesis == hypothesis).Select(each => each.Item));

    public IReadOnlyList<EvidenceId> For(HypothesisId hypothesis) =>
        OrAny(_matrix.Cells.Where(each => each.Hypothesis == hypothesis && Weights.UnitsFor(each.Rating) > 0).Select(each => each.Item));

    // A vote cites at least one item; where nothing speaks against anybody, the weightiest ones are what was looked at.
    private List<EvidenceId> OrAny(IEnumerable<EvidenceId> items)
    {
        var chosen = items.Distinct().OrderBy(each => each.Value, StringComparer.Ordinal).ToList();
        return chosen.Count > 0 ? chosen : [.. _result.Items.OrderByDescending(each => each.Weight).ThenBy(each => each.Id.Value, StringComparer.Ordinal).Take(1).Select(each => each.Id)];
    }

    private Confidence WorstGrade()
    {
        var resting = AgainstOthers.ToHashSet();
        return _matrix.Items.Where(each => resting.Contains(each.Id)).Select(Of).DefaultIfEmpty(Confidence.Low).Min();
    }

    private static Confidence Of(MatrixItem item) =>
        item.Source is SourceGrade.D or SourceGrade.E || item.Information is InformationGrade.Four or InformationGrade.Five ? Confidence.Low
        : item.Source is SourceGrade.A or SourceGrade.B && item.Information is InformationGrade.One or InformationGrade.Two ? Confidence.High
        : Confidence.Moderate;
}
