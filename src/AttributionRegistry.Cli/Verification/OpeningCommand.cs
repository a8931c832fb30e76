using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary><c>attribution log opening FILE --vkey K</c>: an entry that somebody shows, field by field, checked without the server.</summary>
public static class OpeningCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "vkey");
        var file = read.Single("file");
        var vkey = read.Required("vkey");
        var shown = JsonNode.Parse(await File.ReadAllTextAsync(file, cancel)) as JsonObject ?? throw new FormatException("An opened entry is an object.");
        var verdict = OpenedEntryCheck.Run(shown, NoteVerifier.Parse(vkey));
        if (!verdict.Holds)
        {
            await output.WriteLineAsync($"{verdict.FailedCheck}: {verdict.Message}");
            return ExitCode.DoesNotHold;
        }

        foreach (var field in verdict.Shown)
        {
            await output.WriteLineAsync($"verified   {field}");
        }

        foreach (var (field, order) in verdict.Erased)
        {
            await output.WriteLineAsync($"destroyed  {field}, says the file, by the order in entry {order}; look there");
        }

        foreach (var field in verdict.Withheld)
        {
            await output.WriteLineAsync($"withheld   {field}");
        }

        if (verdict.Author is var (key, boundBy))
        {
            await output.WriteLineAsync($"signed     by its author with {key}, bound, says the file, by entry {boundBy}; look there");
        }

        await output.WriteLineAsync("valid");
        return ExitCode.Holds;
    }
}
