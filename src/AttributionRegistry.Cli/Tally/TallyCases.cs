using System.Text.Json;

namespace AttributionRegistry.Cli.Tally;

/// <summary>Runs every case of a <c>tally-cases/v1</c> file and compares each field of what it expects.</summary>
public static class TallyCases
{
    public const string Schema = "attribution-registry/tally-cases/v1";
    public const int AllAgree = 0;
    public const int SomeDiffer = 1;
    public const int NotTallyCases = 2;

    /// <summary>Runs the cases; whatever is wrong with the file itself is said on the same writer.</summary>
    public static int Run(string json, TextWriter output) => Run(json, output, output);

    /// <summary>
    /// Prints <c>ID ok</c> or one line per differing field. A case that cannot be read does not keep the others from
    /// being counted, but the file as a whole is then not a file of tally cases.
    /// </summary>
    public static int Run(string json, TextWriter output, TextWriter error)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return RunAll(new CaseNode(document.RootElement, ""), output, error);
        }
        catch (JsonException fault)
        {
            error.WriteLine($"not JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: {fault.Message}");
            return NotTallyCases;
        }
        catch (CaseFormatException fault)
        {
            error.WriteLine(fault.Message);
            return NotTallyCases;
        }
    }

    private static int RunAll(CaseNode root, TextWriter output, TextWriter error)
    {
        var schema = root["schema"];
        if (schema.Text() != Schema)
        {
            throw schema.Fault($"must be \"{Schema}\"");
        }

        var exitCode = AllAgree;
        foreach (var item in root["cases"].Items())
        {
            exitCode = Math.Max(exitCode, RunOne(item, output, error));
        }

        return exitCode;
    }

    private static int RunOne(CaseNode item, TextWriter output, TextWriter error)
    {
        var id = item["id"].Text();
        try
        {
            var expected = item["expected"];
            var differences = JsonDifference.Between(expected.Json, CaseRecount.Of(item));
            foreach (var difference in differences)
            {
                output.WriteLine($"{id} {difference}");
            }

            if (differences.Count > 0)
            {
                return SomeDiffer;
            }

            output.WriteLine($"{id} ok");
            return AllAgree;
        }
        catch (CaseFormatException fault)
        {
            error.WriteLine($"{id} {fault.Message}");
            return NotTallyCases;
        }
    }
}
