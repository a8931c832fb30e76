using System.Collections.Immutable;
using System.Text;

namespace AttributionRegistry.Domain.Search;

/// <summary>One thing that must be in the text: consecutive words, the last of which may be the beginning of one.</summary>
/// <param name="Words">At least one.</param>
/// <param name="Prefix">Whether the last word may go on.</param>
public sealed record SearchTerm(ImmutableArray<string> Words, bool Prefix)
{
    public bool Equals(SearchTerm? other) => other is not null && Prefix == other.Prefix && Words.SequenceEqual(other.Words);

    public override int GetHashCode() => Words.Aggregate(Prefix.GetHashCode(), (sum, word) => HashCode.Combine(sum, word));
}

/// <summary>
/// What a reader typed, taken apart: words, phrases in quotes, and beginnings of words ("ransom*"). All of them must be found. Nothing of it
/// is syntax for the engine: only letters, digits and marks come through.
/// </summary>
public static class SearchWords
{
    public const int MaxLength = 200;
    public const int MaxTerms = 16;

    /// <summary>A beginning shorter than this is taken as a whole word: it would match half the register.</summary>
    public const int ShortestPrefix = 3;

    /// <summary>Stands between characters of scripts without spaces in what is indexed; it is never shown.</summary>
    public const char Joint = '\u200B';

    public static ImmutableArray<SearchTerm> Parse(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        var terms = ImmutableArray.CreateBuilder<SearchTerm>();
        var quoted = false;
        foreach (var part in typed.Split('"'))
        {
            foreach (var piece in quoted ? [part] : part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                if (TermOf(piece, quoted) is { } term && !terms.Contains(term))
                {
                    terms.Add(term);
                }
            }

            quoted = !quoted;
        }

        return [.. terms.Take(MaxTerms)];
    }

    /// <summary>The words of a text with their places, as the index takes them apart.</summary>
    public static IEnumerable<Range> In(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var (letter, length) = LetterAt(text, i);
            if (!letter || IsUnspaced(text, i))
            {
                if (start >= 0)
                {
                    yield return start..i;
                    start = -1;
                }

                if (letter)
                {
                    yield return i..(i + length);
                }
            }
            else if (start < 0)
            {
                start = i;
            }

            i += length - 1;
        }

        if (start >= 0)
        {
            yield return start..text.Length;
        }
    }

    /// <summary>The text as it is indexed: a joint after each character of a script without spaces, so that each is a word.</summary>
    public static string Indexed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var made = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var unspaced = IsUnspaced(text, i);
            if (unspaced && made.Length > 0)
            {
                made.Append(Joint);
            }

            made.Append(text[i]);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length)
            {
                made.Append(text[++i]);
            }

            if (unspaced)
            {
                made.Append(Joint);
            }
        }

        return made.ToString();
    }

    private static SearchTerm? TermOf(string piece, bool quoted)
    {
        ImmutableArray<string> words = [.. In(piece).Select(range => piece[range])];
        return words.IsEmpty ? null : new SearchTerm(words, !quoted && piece.EndsWith('*') && words[^1].Length >= ShortestPrefix);
    }

    private static (bool Letter, int Length) LetterAt(string text, int index)
    {
        var known = Rune.TryGetRuneAt(text, index, out var rune);
        return known ? (Rune.IsLetterOrDigit(rune) || IsMark(rune), rune.Utf16SequenceLength) : (false, 1);
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.PrivateUse;

    // Han, Hiragana, Katakana, and the planes of further Han characters.
    private static bool IsUnspaced(string text, int index) => text[index] is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF')
        || (Rune.TryGetRuneAt(text, index, out var rune) && rune.Value is >= 0x20000 and <= 0x3FFFF);
}
