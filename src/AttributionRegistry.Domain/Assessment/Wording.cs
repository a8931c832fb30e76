using System.Text;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>At which level a proposition speaks. The level limits the words that may be used for it.</summary>
public enum PropositionLevel
{
    Cluster,
    Individual,
    Group,
    Territory,
    StateSponsored,
    State,
}

/// <summary>
/// The plain sentences of a finding. Hypotheses are quoted, never asserted; likelihood and confidence are never in one
/// sentence (P1); the panel assesses (P6).
/// </summary>
public static class Wording
{
    /// <summary>"The panel assesses that it is very likely (80–95 %, …) that the hypothesis “…” holds."</summary>
    /// <param name="hypothesisStatement">The hypothesis in its own words.</param>
    /// <param name="term">A term of a likelihood scale.</param>
    public static string Likelihood(string hypothesisStatement, ScaleTerm term)
    {
        var scale = ScaleOf(term, Measure.Likelihood);
        var measured = $"({term.Bounds}, {scale.Title})";
        return $"The panel assesses that {Chance(term.Label, measured)} that the hypothesis {Quote(hypothesisStatement)} holds.";
    }

    /// <summary>"The panel assesses its confidence in this judgement as moderate (…)."</summary>
    public static string Confidence(AnalyticConfidence confidence)
    {
        var term = confidence.Term();
        return $"The panel assesses its confidence in this judgement as {term.Label} (ICD 203: low, moderate or high).";
    }

    /// <summary>For a question on which nothing was adopted. It finds against no one, and in favour of no one either.</summary>
    public static string Inconclusive(string question, IReadOnlyList<string> reasons)
    {
        var because = reasons.Count == 0 ? "" : $" Reasons: {string.Join("; ", reasons.Select(Plain))}.";
        return $"The panel assesses the question {Quote(question)} as inconclusive.{because} " +
            "The evidence before the panel does not carry any of the hypotheses to the standard required. " +
            "That is a statement about the evidence; it is not a finding for or against anyone named.";
    }

    /// <summary>For a hypothesis that the panel excluded by its rule (V-36); the hypothesis and its count stand beside the sentence.</summary>
    public const string ExcludedByRule =
        "The panel assesses that this hypothesis is excluded by its rule: at least two thirds put it below 20 %. New evidence may reopen it.";

    /// <summary>Why a count attributed nothing, in the words of an inconclusive finding.</summary>
    public static string ReasonOf(TallyOutcome outcome, int votesAndAbstentions, int quorumNeeded, int mostSupporters, int threshold, int eligible) => outcome switch
    {
        TallyOutcome.NotConstituted => "too few members were left to decide",
        TallyOutcome.NoQuorum => $"{votesAndAbstentions} votes and abstentions, {quorumNeeded} needed for a quorum",
        _ => $"the most supported hypothesis has {mostSupporters} supporters, {threshold} of {eligible} are needed",
    };

    /// <summary>For a hypothesis that was neither adopted nor excluded.</summary>
    public static string NotEstablished(string hypothesisStatement) =>
        $"The panel assesses the hypothesis {Quote(hypothesisStatement)} as not established on the evidence before it; it is not excluded either.";

    /// <summary>What the crosscheck gate means to a reader (P3).</summary>
    public static string Checkable(bool holds) => holds
        ? "A reader who weighs the disclosed evidence alone by the published rule arrives at the same leading hypothesis."
        : $"This finding is {Quote(Crosscheck.FailedLabel)}: the disclosed evidence alone does not lead to the same hypothesis, and confidence is limited to {Crosscheck.CapWhenFailed.Term().Label}.";

    /// <summary>The words for an origin at this level. A territory is where something came from, not who did it (P5).</summary>
    public static string Origin(PropositionLevel level, string name) => level switch
    {
        PropositionLevel.Territory => $"from the territory of {Plain(name)}",
        PropositionLevel.StateSponsored => $"by persons acting with the support of the state of {Plain(name)}",
        PropositionLevel.State => $"by the state of {Plain(name)}",
        PropositionLevel.Group => $"by the group {Plain(name)}",
        PropositionLevel.Individual => $"by {Plain(name)}",
        PropositionLevel.Cluster => $"by the activity cluster {Plain(name)}",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not a level of a proposition."),
    };

    /// <summary>Refuses a statement that says more than its level: a territory, cluster, person or group is not a state (P5).</summary>
    public static Refusal? CheckStatement(PropositionLevel level, string statement)
    {
        if (level is PropositionLevel.State or PropositionLevel.StateSponsored)
        {
            return null;
        }

        var words = $" {Plain(statement).ToLowerInvariant()} ";
        var found = StateWords.FirstOrDefault(w => words.Contains(w, StringComparison.Ordinal));
        return found is null ? null : Refusal.Invalid("statement-exceeds-level",
            $"The statement says \"{found.Trim()}\" at level {level}; say \"from the territory of\", or raise the level with the evidence for it.");
    }

    private static readonly string[] StateWords =
    [
        " by the state ", " by the government ", " by the military ", " on behalf of the state ", " on behalf of the government ",
        " on the orders of the ", " state-sponsored ", " state sponsored ", " government-sponsored ", " is responsible under international law ",
    ];

    private static string Chance(string label, string measured) =>
        label.EndsWith("chance", StringComparison.Ordinal) || label.EndsWith("possibility", StringComparison.Ordinal)
            ? $"there is {(label.StartsWith("almost", StringComparison.Ordinal) ? "" : "a ")}{label} {measured}"
            : $"it is {label} {measured}";

    private static Scale ScaleOf(ScaleTerm term, Measure measure)
    {
        var scale = Scales.Scales.Find(term.ScaleId);
        return scale is not null && scale.Measures == measure && scale.Terms.Contains(term)
            ? scale
            : throw new ArgumentException($"'{term.Label}' ({term.ScaleId}) is not a term of a scale of {measure}.", nameof(term));
    }

    private static string Quote(string text) => $"“{Plain(text).Replace('“', '‘').Replace('”', '’')}”";

    /// <summary>One line without a closing stop, so that a statement cannot end the sentence that quotes it.</summary>
    private static string Plain(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            line.Append(char.IsControl(c) || char.IsWhiteSpace(c) ? ' ' : c);
        }

        return string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
    }
}
