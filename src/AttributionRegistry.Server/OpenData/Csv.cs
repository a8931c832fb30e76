using System.Text;

namespace AttributionRegistry.Server.OpenData;

/// <summary>RFC 4180, and nothing in it that a spreadsheet would run.</summary>
internal static class Csv
{
    /// <summary>One record with its line end.</summary>
    public static string Line(params ReadOnlySpan<string?> cells)
    {
        var line = new StringBuilder();
        foreach (var cell in cells)
        {
            line.Append(line.Length == 0 ? "" : ",").Append(Cell(cell ?? ""));
        }

        return line.Append("\r\n").ToString();
    }

    // A spreadsheet takes a cell that begins so for a formula: the apostrophe makes it text.
    private static string Cell(string text)
    {
        var safe = text.Length > 0 && text[0] is ('=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20') ? $"'{text}" : text;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
