using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// Unicode Normalization Form C (UAX #15). The process runs with InvariantGlobalization, where string.Normalize returns
/// its input unchanged; without this, the same name typed on two keyboards would be two names in the record.
/// </summary>
public static class Nfc
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28;
    private static readonly Tables Data = Tables.Load();

    /// <summary>The composed form; the same instance when nothing changes in the common case. Text must have no lone surrogates.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Below U+0300 there are no combining marks and every letter is composed already.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0)
        {
            return text;
        }

        var points = new List<(int Point, int Class)>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        return Compose(points);
    }

    private static void Decompose(int point, List<(int Point, int Class)> into)
    {
        if (point is >= SBase and < SBase + (LCount * VCount * TCount))
        {
            var index = point - SBase;
            into.Add((LBase + (index / (VCount * TCount)), 0));
            into.Add((VBase + (index % (VCount * TCount) / TCount), 0));
            if (index % TCount is var t and not 0)
            {
                into.Add((TBase + t, 0));
            }
        }
        else if (Data.Decompositions.TryGetValue(point, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, into);
            }
        }
        else
        {
            into.Add((point, Data.Classes.GetValueOrDefault(point)));
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equals. Runs can be long in hostile text: no insertion sort.</summary>
    private static void Order(List<(int Point, int Class)> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && points[end].Class != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = points.GetRange(start, end - start).OrderBy(p => p.Class).ToArray();
                for (var i = 0; i < sorted.Length; i++)
                {
                    points[start + i] = sorted[i];
                }
            }

            start = end;
        }
    }

    private static string Compose(List<(int Point, int Class)> points)
    {
        var kept = new List<int>(points.Count);
        int starterAt = -1, lastClass = 0;
        foreach (var (point, combining) in points)
        {
            var adjacent = starterAt == kept.Count - 1;
            if (starterAt >= 0 && (adjacent || (lastClass != 0 && lastClass < combining)) && Pair(kept[starterAt], point) is var composed and not 0)
            {
                kept[starterAt] = composed;
                continue;
            }

            kept.Add(point);
            lastClass = combining;
            if (combining == 0)
            {
                starterAt = kept.Count - 1;
            }
        }

        var text = new StringBuilder(kept.Count);
        foreach (var point in kept)
        {
            text.Append(new Rune(point).ToString());
        }

        return text.ToString();
    }

    private static int Pair(int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
        {
            return SBase + ((((first - LBase) * VCount) + (second - VBase)) * TCount);
        }

        if (first is >= SBase and < SBase + (LCount * VCount * TCount) && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount)
        {
            return first + (second - TBase);
        }

        return Data.Compositions.GetValueOrDefault((first, second));
    }

    private sealed record Tables(
        FrozenDictionary<int, (int First, int Second)> Decompositions,
        FrozenDictionary<(int First, int Second), int> Compositions,
        FrozenDictionary<int, int> Classes)
    {
        public static Tables Load()
        {
            var decompositions = new Dictionary<int, (int, int)>();
            var compositions = new Dictionary<(int, int), int>();
            var classes = new Dictionary<int, int>();
            using var stream = typeof(Nfc).Assembly.GetManifestResourceStream("nfc.txt")
                ?? throw new InvalidOperationException("The table nfc.txt is missing from the assembly; build it again.");
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                var fields = line.Split(' ');
                switch (fields[0])
                {
                    case "D" or "D*":
                        var parts = (Hex(fields[2]), fields.Length > 3 ? Hex(fields[3]) : 0);
                        decompositions[Hex(fields[1])] = parts;
                        if (fields[0] == "D*")
                        {
                            compositions[parts] = Hex(fields[1]);
                        }

                        break;
                    case "C":
                        for (var point = Hex(fields[1]); point <= Hex(fields[2]); point++)
                        {
                            classes[point] = int.Parse(fields[3]);
                        }

                        break;
                }
            }

            return new Tables(decompositions.ToFrozenDictionary(), compositions.ToFrozenDictionary(), classes.ToFrozenDictionary());
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber);
    }
}
