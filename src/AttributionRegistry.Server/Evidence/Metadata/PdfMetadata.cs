using System.Text;
using System.Text.RegularExpressions;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>What a PDF says of its making in plain sight: entries of its Info dictionaries and its XMP packets.</summary>
internal static partial class PdfMetadata
{
    private const int Window = 1 << 20;
    private const int Overlap = 1 << 12;

    internal static void Find(byte[] file, Findings found)
    {
        for (var at = 0; at < file.Length; at += Window)
        {
            // A window at a time: as text the file takes twice its size.
            var text = Encoding.Latin1.GetString(file, at, Math.Min(Window + Overlap, file.Length - at));
            foreach (Match entry in InfoEntry().Matches(text))
            {
                found.Add("Info", entry.Groups[1].Value, Text(entry.Groups[2].Value));
            }

            foreach (Match entry in XmpEntry().Matches(text))
            {
                found.Add("XMP", entry.Groups[1].Value, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(entry.Groups[2].Value)));
            }
        }

        found.MayBeMore(); // Compressed object streams and earlier revisions are not searched.
    }

    private static string Text(string value)
    {
        var bytes = value[0] == '<'
            ? HexOf(Space().Replace(value[1..^1], ""))
            : Encoding.Latin1.GetBytes(Escape().Replace(value[1..^1], "$1"));
        return bytes is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2) : Encoding.Latin1.GetString(bytes);
    }

    private static byte[] HexOf(string digits) => Convert.FromHexString(digits.Length % 2 == 0 ? digits : digits + "0");

    [GeneratedRegex(@"/(Author|Creator|Producer|Title|Subject|Keywords|Company|Manager|CreationDate|ModDate|SourceModified)\s{0,4}(\((?:[^()\\]|\\.){0,1000}\)|<[0-9A-Fa-f\s]{0,2000}>)", RegexOptions.Singleline)]
    private static partial Regex InfoEntry();

    [GeneratedRegex(@"<((?:xmp|pdf|xmpMM):[A-Za-z]{1,40})>([^<]{1,1000})</")]
    private static partial Regex XmpEntry();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escape();

    [GeneratedRegex(@"\s")]
    private static partial Regex Space();
}
