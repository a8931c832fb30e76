using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Search;

/// <summary>A piece of an excerpt.</summary>
/// <param name="Text">In the order of the text.</param>
/// <param name="Hit">Whether this is what was searched for.</param>
public sealed record ExcerptPart(string Text, bool Hit);

/// <summary>Cuts the place out of a text where the words stand that were searched for, as parts and not as markup.</summary>
public static class Excerpt
{
    public const int Length = 240;
    private const int Before = 80;

    // Letters of Latin scripts with a mark, and below each the letter that the index keeps of it.
    private const string Marked = "àáâãäåāăąçćĉċčďèéêëēĕėęěĝğġģĥìíîïĩīĭįĵķĺļľñńņňòóôõöōŏőŕŗřśŝşšţťùúûüũūŭůűųŵýÿŷźżž";
    private const string Plain = "aaaaaaaaacccccdeeeeeeeeegggghiiiiiiiijklllnnnnoooooooorrrssssttuuuuuuuuuuwyyyzzz";

    /// <summary>The excerpt around the first hit, or null when the text has none.</summary>
    public static ImmutableArray<ExcerptPart>? Around(string text, IReadOnlyList<SearchTerm> terms)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(terms);
        var words = SearchWords.In(text).Select(r => (r.Start.Value, End: r.End.Value, Folded: Fold(text[r]))).ToList();
        var hits = Hits(words, terms);
        if (hits.Count == 0)
        {
            return null;
        }

        var from = FromWord(words, hits[0].Start - Before);
        var to = UpToWord(words, Math.Max(from + Length, hits[0].End), text.Length);
        return Cut(text, hits, from, to);
    }

    /// <summary>The whole text with its hits marked.</summary>
    public static ImmutableArray<ExcerptPart> Whole(string text, IReadOnlyList<SearchTerm> terms)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = SearchWords.In(text).Select(r => (r.Start.Value, End: r.End.Value, Folded: Fold(text[r]))).ToList();
        return Cut(text, Hits(words, terms), 0, text.Length);
    }

    /// <summary>Lower case, without the marks of Latin letters: as the index compares words.</summary>
    public static string Fold(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return string.Concat(word.ToLowerInvariant().Where(c => c is < '\u0300' or > '\u036F').Select(c => Marked.IndexOf(c, StringComparison.Ordinal) is var at and >= 0 ? Plain[at] : c));
    }

    private static List<(int Start, int End)> Hits(List<(int Start, int End, string Folded)> words, IReadOnlyList<SearchTerm> terms)
    {
        var hits = new List<(int Start, int End)>();
        var wanted = terms.Select(t => (Words: t.Words.Select(Fold).ToArray(), t.Prefix)).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            foreach (var (sought, prefix) in wanted.Where(w => Stands(words, i, w.Words, w.Prefix)))
            {
                var end = words[i + sought.Length - 1].End;
                if (hits.Count > 0 && hits[^1].End >= words[i].Start)
                {
                    hits[^1] = (hits[^1].Start, Math.Max(hits[^1].End, end));
                }
                else
                {
                    hits.Add((words[i].Start, end));
                }
            }
        }

        return hits;
    }

    private static bool Stands(List<(int Start, int End, string Folded)> words, int at, string[] sought, bool prefix)
    {
        for (var i = 0; i < sought.Length; i++)
        {
            if (at + i >= words.Count)
            {
                return false;
            }

            var (word, last) = (words[at + i].Folded, i == sought.Length - 1);
            if (!(prefix && last ? word.StartsWith(sought[i], StringComparison.Ordinal) : word == sought[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int FromWord(List<(int Start, int End, string Folded)> words, int wanted) =>
        wanted <= 0 ? 0 : words.First(w => w.Start >= wanted).Start;

    private static int UpToWord(List<(int Start, int End, string Folded)> words, int wanted, int length) =>
        wanted >= length ? length : words.Last(w => w.End <= wanted).End;

    private static ImmutableArray<ExcerptPart> Cut(string text, List<(int Start, int End)> hits, int from, int to)
    {
        var parts = ImmutableArray.CreateBuilder<ExcerptPart>();
        var at = from;
        Add(from > 0 ? "… " : "", false);
        foreach (var (start, end) in hits.Where(h => h.Start >= from && h.End <= to))
        {
            Add(text[at..start], false);
            Add(text[start..end], true);
            at = end;
        }

        Add(text[at..to], false);
        Add(to < text.Length ? " …" : "", false);
        return parts.ToImmutable();

        void Add(string part, bool hit)
        {
            if (parts.Count > 0 && parts[^1].Hit == hit)
            {
                parts[^1] = new ExcerptPart(parts[^1].Text + part, hit);
            }
            else if (part.Length > 0)
            {
                parts.Add(new ExcerptPart(part, hit));
            }
        }
    }
}
