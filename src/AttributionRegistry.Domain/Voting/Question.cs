using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>One question of a case at one level (V-20). <c>Hypotheses</c> includes the residual.</summary>
/// <param name="Id">Its name within the case.</param>
/// <param name="Level">What it asks about.</param>
/// <param name="Hypotheses">The named hypotheses and the residual, in published order.</param>
/// <param name="Residual">"None of those listed, or cannot be told."</param>
/// <param name="Implies">Per hypothesis, the hypothesis of another question that it cannot be true without (V-21).</param>
public sealed record Question(
    string Id,
    Level Level,
    IReadOnlyList<string> Hypotheses,
    string Residual,
    IReadOnlyDictionary<string, HypothesisRef>? Implies = null)
{
    /// <summary>What <paramref name="hypothesis"/> implies, or null when it stands alone.</summary>
    public HypothesisRef? ParentOf(string hypothesis) => Implies?.GetValueOrDefault(hypothesis);
}

/// <summary>A hypothesis of a named question, written <c>["Q1","H1"]</c>.</summary>
[JsonConverter(typeof(HypothesisRefJson))]
public sealed record HypothesisRef(string Question, string Hypothesis)
{
    internal sealed class HypothesisRefJson : JsonConverter<HypothesisRef>
    {
        public override HypothesisRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is JsonTokenType.StartArray &&
                reader.Read() && reader.TokenType is JsonTokenType.String && reader.GetString() is { } question &&
                reader.Read() && reader.TokenType is JsonTokenType.String && reader.GetString() is { } hypothesis &&
                reader.Read() && reader.TokenType is JsonTokenType.EndArray)
            {
                return new HypothesisRef(question, hypothesis);
            }

            throw new JsonException("A hypothesis of another question is written as [question, hypothesis].");
        }

        public override void Write(Utf8JsonWriter writer, HypothesisRef value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(value.Question);
            writer.WriteStringValue(value.Hypothesis);
            writer.WriteEndArray();
        }
    }
}

/// <summary>The questions of a case as one thing: sound or not, and in which order they depend on each other.</summary>
public static class QuestionSet
{
    /// <summary>The first reason why these questions may not be frozen (V-20, V-21), or null.</summary>
    public static Refusal? Check(IReadOnlyList<Question> questions, BallotRules rules)
    {
        if (questions.Count < 1 || questions.Count > rules.MaxQuestions)
        {
            return Fault("/questions", $"A case has 1 to {rules.MaxQuestions} questions, not {questions.Count}.");
        }

        if (questions.Select(question => question.Id).Distinct(StringComparer.Ordinal).Count() != questions.Count)
        {
            return Fault("/questions", "Two questions carry the same id.");
        }

        for (var index = 0; index < questions.Count; index++)
        {
            if (CheckOne(questions[index], questions, rules, $"/questions/{index}") is { } fault)
            {
                return fault;
            }
        }

        return InOrderOfDependence(questions).Count == questions.Count
            ? null
            : Fault("/questions", "Questions imply each other in a circle; none of them could ever be answered.");
    }

    /// <summary>
    /// Parents before children, otherwise as published. Questions that depend on each other in a circle are left out:
    /// nothing in a circle can be found first.
    /// </summary>
    public static IReadOnlyList<Question> InOrderOfDependence(IReadOnlyList<Question> questions)
    {
        var known = questions.Select(question => question.Id).ToHashSet(StringComparer.Ordinal);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<Question>();
        bool moved;
        do
        {
            moved = false;
            foreach (var question in questions)
            {
                var parents = (question.Implies?.Values ?? []).Select(parent => parent.Question).Where(known.Contains);
                if (!placed.Contains(question.Id) && parents.All(placed.Contains))
                {
                    placed.Add(question.Id);
                    ordered.Add(question);
                    moved = true;
                }
            }
        }
        while (moved);
        return ordered;
    }

    private static Refusal? CheckOne(Question question, IReadOnlyList<Question> all, BallotRules rules, string at)
    {
        if (question.Hypotheses.Distinct(StringComparer.Ordinal).Count() != question.Hypotheses.Count)
        {
            return Fault($"{at}/hypotheses", $"Question {question.Id} lists a hypothesis twice.");
        }

        if (!question.Hypotheses.Contains(question.Residual, StringComparer.Ordinal))
        {
            return Fault($"{at}/residual", $"The residual of question {question.Id} is not among its hypotheses.");
        }

        if (question.Hypotheses.Count - 1 is var named && (named < 1 || named > rules.MaxNamedHypotheses))
        {
            return Fault($"{at}/hypotheses", $"Question {question.Id} names {named} hypotheses; 1 to {rules.MaxNamedHypotheses} are allowed.");
        }

        foreach (var (child, parent) in question.Implies ?? new Dictionary<string, HypothesisRef>())
        {
            var target = all.FirstOrDefault(each => each.Id == parent.Question);
            if (child == question.Residual || !question.Hypotheses.Contains(child, StringComparer.Ordinal) ||
                target is null || target.Id == question.Id ||
                parent.Hypothesis == target.Residual || !target.Hypotheses.Contains(parent.Hypothesis, StringComparer.Ordinal))
            {
                return Fault($"{at}/implies/{child}", $"{child} must be a named hypothesis that implies a named hypothesis of another question.");
            }
        }

        return null;
    }

    private static Refusal Fault(string pointer, string message) => Refusal.Invalid("questions-unsound", message, pointer);
}
