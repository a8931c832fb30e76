using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>What a member of the exercise's panel answers, by rule.</summary>
/// <param name="Member">The name under which the member went into the rule.</param>
/// <param name="Likelihood">Basis points by hypothesis; 10000 in all.</param>
/// <param name="Confidence">By grades and crosscheck.</param>
/// <param name="Cites">Ids of evidence.</param>
/// <param name="Reasons">Says that it is an exercise, and what the rule saw.</param>
/// <param name="Favours">The hypothesis that the member holds likeliest, where that departs from the matrix or breaks a tie of it; else null.</param>
public sealed record ExerciseAnswer(
    string Member, IReadOnlyDictionary<string, int> Likelihood, Confidence Confidence, IReadOnlyList<string> Cites, string Reasons, HypothesisId? Favours);

/// <summary>
/// How the members of an exercise vote. A case file carries no votes and nobody is asked for one: every ballot follows from the
/// matrix by this rule, so that whoever has the record can recompute it.
/// </summary>
public static class BallotRule
{
    public const string Id = "exercise-ballots/1";

    public const string Text =
        "exercise-ballots/1. Members are put in the order of HMAC-SHA256(seed, member), lowest first; the first two bytes of it, modulo 13, minus 6, " +
        "times 50 is a member's spread in basis points. Let the margin be the points of weighted inconsistency between the leading hypothesis and the next. " +
        "With a margin of 8 or more a member gives the leader 8200 and 30 for each point of the margin (40 at most), and the spread. " +
        "With a margin under 24 the first member is a sceptic, under 16 the second too: a sceptic gives the leader 5000 and the spread, and the runner-up 2800. " +
        "With a margin under 8 every member gives the leader 5000, 250 for each point, and the spread, with low confidence. " +
        "Where several lead level, the first two members let what speaks for a hypothesis (weighted consistency) break the tie, if it does, and give " +
        "that one 8200 and a third of the spread; all others spread their belief evenly over those level. " +
        "Each other hypothesis gets 100 and a share of what is left, by 3000 / (10 + its distance from the lead); the residual by 100; the rest goes to the residual. " +
        "Confidence follows the worst grades among the items that count against the others: high from B and 2 upwards, low from D or 4 downwards, " +
        "moderate between and where a grade says that there is no basis (F, 6); at most moderate where the crosscheck on disclosed items does not hold; " +
        "sceptics have low confidence; the last quarter of the members goes one step up where the crosscheck holds.";

    private const int Least = 100;
    private const int Whole = 10_000;
    private const int MostCites = 8;

    /// <summary>The answers of all members to the one question over all hypotheses of the matrix.</summary>
    /// <param name="matrix">The complete matrix; the residual is marked.</param>
    /// <param name="seed">Published; differs from case to case.</param>
    /// <param name="members">Names that stay the same from run to run.</param>
    public static IReadOnlyList<ExerciseAnswer> Answers(MatrixInput matrix, string seed, IReadOnlyList<string> members)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(members);
        var view = new MatrixSight(matrix);
        var order = members
            .Select(member => (Member: member, Lot: HMACSHA256.HashData(Encoding.UTF8.GetBytes(seed), Encoding.UTF8.GetBytes(member))))
            .OrderBy(each => Convert.ToHexStringLower(each.Lot), StringComparer.Ordinal)
            .ToList();
        return [.. order.Select((each, place) => Answer(view, each.Member, place, order.Count, SpreadOf(each.Lot)))];
    }

    private static int SpreadOf(byte[] lot) => (((lot[0] << 8) | lot[1]) % 13 - 6) * 50;

    private static ExerciseAnswer Answer(MatrixSight view, string member, int place, int members, int spread)
    {
        if (view.Leader is not { } leader)
        {
            return Level(view, member, place, spread);
        }

        if (view.Margin < 8)
        {
            return Make(view, member, new() { [leader] = 5000 + 250 * view.Margin + spread }, Confidence.Low, view.AgainstOthers, null,
                $"the lead of {view.Name(leader)} is only {view.Margin} points, too little to decide on");
        }

        if (place < view.Sceptics)
        {
            return Make(view, member, new() { [leader] = 5000 + spread, [view.RunnerUp] = 2800 }, Confidence.Low, view.Against(leader), view.RunnerUp,
                $"the lead of {view.Name(leader)} is {view.Margin} points, and as number {place + 1} of the order this member is a sceptic: {view.Name(view.RunnerUp)} is not ruled out");
        }

        var steps = place >= members - members / 4 && view.CrosscheckHolds && view.Confidence < Confidence.High ? 1 : 0;
        return Make(view, member, new() { [leader] = 8200 + 30 * Math.Min(view.Margin, 40) + spread }, view.Confidence + steps, view.AgainstOthers, null,
            $"{view.Name(leader)} leads by {view.Margin} points" + (view.CrosscheckHolds ? ", on disclosed items too" : "; on disclosed items alone it does not lead strictly"));
    }

    private static ExerciseAnswer Level(MatrixSight view, string member, int place, int spread)
    {
        if (place < 2 && view.TieBreak is { } favoured)
        {
            return Make(view, member, new() { [favoured] = 8200 + spread / 3 }, view.ConfidenceOnTie, view.For(favoured), favoured,
                $"the matrix leaves {string.Join(" and ", view.Leaders.Select(view.Name))} level; as number {place + 1} of the order this member lets what speaks for {view.Name(favoured)} break the tie");
        }

        var each = (Whole - 2500 + spread) / view.Leaders.Count;
        return Make(view, member, view.Leaders.ToDictionary(leader => leader, _ => each), Confidence.Low, view.AgainstOthers, null,
            $"the matrix leaves {string.Join(" and ", view.Leaders.Select(view.Name))} level, and does not tell them apart");
    }

    private static ExerciseAnswer Make(
        MatrixSight view, string member, Dictionary<HypothesisId, int> fixedShares, Confidence confidence, IReadOnlyList<EvidenceId> cites, HypothesisId? favours, string why)
    {
        var others = view.All.Where(each => !fixedShares.ContainsKey(each)).ToList();
        var scale = Whole - Least * others.Count;
        if (fixedShares.Values.Sum() > scale)
        {
            // Very many hypotheses: each keeps its least, and the fixed ones give way in proportion.
            var sum = fixedShares.Values.Sum();
            fixedShares = fixedShares.ToDictionary(each => each.Key, each => each.Value * scale / sum);
        }

        var left = scale - fixedShares.Values.Sum();
        var weights = others.ToDictionary(each => each, view.WeightOf);
        var total = Math.Max(1, weights.Values.Sum());
        var likelihood = fixedShares.Concat(others.Select(each => KeyValuePair.Create(each, Least + left * weights[each] / total)))
            .ToDictionary(each => each.Key.Value, each => each.Value, StringComparer.Ordinal);
        var receiver = (others.Contains(view.Residual) ? view.Residual : view.All[0]).Value;
        likelihood[receiver] += Whole - likelihood.Values.Sum();
        return new ExerciseAnswer(
            member, likelihood, confidence, [.. cites.Take(MostCites).Select(each => each.Value)],
            string.Create(CultureInfo.InvariantCulture, $"Exercise ballot, made by rule {Id} from the matrix of the case; no person holds this opinion. By the rule: {why}."),
            favours);
    }
}
