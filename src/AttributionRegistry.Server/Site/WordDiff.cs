namespace AttributionRegistry.Server.Site;

public enum WordChange
{
    Same,
    Removed,
    Added,
}

/// <summary>A run of words that stayed, went or came.</summary>
public sealed record WordRun(WordChange Kind, string Text);

/// <summary>What changed between two texts, word by word: the longest common subsequence. Long texts are shown as one change.</summary>
public static class WordDiff
{
    private const int MostWords = 2_000;

    public static IReadOnlyList<WordRun> Between(string from, string to)
    {
        var (a, b) = (Split(from), Split(to));
        if (a.Length > MostWords || b.Length > MostWords)
        {
            return [new(WordChange.Removed, from), new(WordChange.Added, to)];
        }

        var longest = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                longest[i, j] = a[i] == b[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var steps = new List<(WordChange Kind, string Word)>();
        for (var (i, j) = (0, 0); i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                steps.Add((WordChange.Same, a[i]));
                (i, j) = (i + 1, j + 1);
            }
            else if (j == b.Length || (i < a.Length && longest[i + 1, j] >= longest[i, j + 1]))
            {
                steps.Add((WordChange.Removed, a[i++]));
            }
            else
            {
                steps.Add((WordChange.Added, b[j++]));
            }
        }

        return Runs(steps);
    }

    private static List<WordRun> Runs(List<(WordChange Kind, string Word)> steps)
    {
        var runs = new List<WordRun>();
        foreach (var (kind, word) in steps)
        {
            if (runs.Count > 0 && runs[^1].Kind == kind)
            {
                runs[^1] = runs[^1] with { Text = $"{runs[^1].Text} {word}" };
            }
            else
            {
                runs.Add(new WordRun(kind, word));
            }
        }

        return runs;
    }

    private static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
