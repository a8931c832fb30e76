using System.Text.Json;

namespace AttributionRegistry.Domain.Voting;

/// <summary>What one ballot says to one question, as far as it can be read (V-23).</summary>
public abstract record Answer
{
    private Answer()
    {
    }

    /// <summary>Counts for the quorum, supports nothing.</summary>
    public sealed record Abstain : Answer;

    /// <summary>A judgement. Whether it counts is for <see cref="AnswerCheck"/> to say.</summary>
    /// <param name="Likelihood">Basis points per hypothesis.</param>
    /// <param name="Confidence">How sure the member is.</param>
    /// <param name="Cites">Ids of the frozen evidence it rests on.</param>
    /// <param name="ReasonsBytes">Length of the reasons in UTF-8; the text itself decides nothing.</param>
    public sealed record Judgement(
        IReadOnlyDictionary<string, int> Likelihood, Confidence Confidence, IReadOnlyList<string> Cites, int ReasonsBytes = 0) : Answer;

    /// <summary>Not an answer at all: wrong types, numbers that are no integers, an unknown confidence.</summary>
    public sealed record Unreadable(string Why) : Answer;

    /// <summary>Reads an answer as it stands in a revealed ballot. Never throws: what cannot be read is spoiled, not fatal.</summary>
    public static Answer Read(JsonElement json)
    {
        if (json.ValueKind is not JsonValueKind.Object)
        {
            return new Unreadable("not an object");
        }

        try
        {
            return ReadObject(json);
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half a surrogate pair, which is no text; the reader says so only when the text is asked for.
            return new Unreadable("holds what is no Unicode text");
        }
    }

    private static Answer ReadObject(JsonElement json)
    {
        var abstains = json.TryGetProperty("abstain", out var abstain);
        if (abstains && abstain.ValueKind is JsonValueKind.True)
        {
            // Either an abstention or a judgement (V-23): an answer that is both leaves open which of them was meant.
            return json.TryGetProperty("likelihood", out _) ? new Unreadable("abstains and judges at once") : new Abstain();
        }

        if (abstains && abstain.ValueKind is not JsonValueKind.False)
        {
            return new Unreadable("abstain is neither true nor false");
        }

        return ReadJudgement(json);
    }

    private static Answer ReadJudgement(JsonElement json)
    {
        if (ReadLikelihood(json) is not { } likelihood)
        {
            return new Unreadable("likelihoods are not whole numbers");
        }

        if (ReadConfidence(json) is not { } confidence)
        {
            return new Unreadable("confidence is not low, moderate or high");
        }

        if (ReadCites(json) is not { } cites)
        {
            return new Unreadable("cites is not a list of evidence ids");
        }

        var hasReasons = json.TryGetProperty("reasons", out var reasons);
        if (hasReasons && reasons.ValueKind is not JsonValueKind.String)
        {
            return new Unreadable("reasons are not text");
        }

        return new Judgement(likelihood, confidence, cites, hasReasons ? ByteCount(reasons) : 0);
    }

    private static Dictionary<string, int>? ReadLikelihood(JsonElement json)
    {
        if (!json.TryGetProperty("likelihood", out var map) || map.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var likelihood = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in map.EnumerateObject())
        {
            // 1.0 and 1e2 are no integers here: whoever reads the record in another language must see the same answer.
            if (member.Value.ValueKind is not JsonValueKind.Number || !member.Value.TryGetInt32(out var basisPoints) ||
                !likelihood.TryAdd(member.Name, basisPoints))
            {
                return null;
            }
        }

        return likelihood;
    }

    private static Confidence? ReadConfidence(JsonElement json) =>
        json.TryGetProperty("confidence", out var text) && text.ValueKind is JsonValueKind.String
            ? text.GetString() switch
            {
                "low" => Voting.Confidence.Low,
                "moderate" => Voting.Confidence.Moderate,
                "high" => Voting.Confidence.High,
                _ => null,
            }
            : null;

    private static List<string>? ReadCites(JsonElement json)
    {
        if (!json.TryGetProperty("cites", out var list) || list.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var cites = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.String)
            {
                return null;
            }

            cites.Add(item.GetString()!);
        }

        return cites;
    }

    private static int ByteCount(JsonElement text) => System.Text.Encoding.UTF8.GetByteCount(text.GetString()!);
}
