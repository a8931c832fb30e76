using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Server.Rounds;

/// <summary>What a pseudonymous vote does not hide (V-72).</summary>
public static class PseudonymityNotice
{
    private const string BeforeSealing =
        "This round is pseudonymous: ballots are published under ballot keys. Prose can identify its author, and a unanimous result reveals how everybody voted.";

    public static string? Of(VoteMode mode) => mode == VoteMode.Pseudonymous ? BeforeSealing : null;

    /// <summary>Names the questions whose result tells how each member voted, whatever the ballot keys hide.</summary>
    public static string? OfResult(Round round, TallyResult result)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(result);
        var unanimous = result.Questions.Where(q => IsUnanimous(q.Value, result.Eligible)).Select(q => q.Key).Order(StringComparer.Ordinal).ToList();
        return round.Mode != VoteMode.Pseudonymous || unanimous.Count == 0
            ? null
            : $"The result is unanimous on {string.Join(", ", unanimous)}: it reveals how every member voted, though the ballots are under ballot keys (V-72).";
    }

    private static bool IsUnanimous(QuestionResult question, int eligible) =>
        eligible > 0 && (question.Support.Values.Contains(eligible) || question.Counts.Abstained == eligible);
}
