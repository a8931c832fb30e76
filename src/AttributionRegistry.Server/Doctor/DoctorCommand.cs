using AttributionRegistry.Cli;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Doctor;

/// <summary>
/// <c>doctor --data DIR --keys DIR</c>: looks at the folders of a stopped registry, one line a check. A verb of the server, because the
/// command line of clients knows nothing of the store.
/// </summary>
public static class DoctorCommand
{
    public const string Usage = "usage: doctor [--data DIR] [--keys DIR]    (default: data/registry, and the data folder's name with -keys)\n"
        + "       a running registry is asked from outside: attribution doctor --server URL [--credentials FILE --as NAME]";

    private const long LeastFreeBytes = 1024L * 1024 * 1024;

    /// <returns>0 everything holds, 1 something does not, 2 wrong use, 3 there is no registry or one runs on the folder.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        string data, keys;
        try
        {
            var read = Arguments.Parse(args, "data", "keys");
            read.None();
            data = Path.GetFullPath(read.Option("data") ?? "data/registry");
            keys = Path.GetFullPath(read.Option("keys") ?? data.TrimEnd('/') + "-keys");
        }
        catch (UsageException fault)
        {
            await error.WriteLineAsync($"{fault.Message}\n{Usage}");
            return ExitCode.WrongUse;
        }

        try
        {
            using var inspection = StoreInspection.Open(data, keys);
            var holds = true;
            await foreach (var line in LinesAsync(inspection, cancel))
            {
                holds &= line.Holds;
                await output.WriteLineAsync($"{(line.Holds ? "ok   " : "FAULT")} {line.Name}: {(line.Holds ? line.Found : string.Join("\n        ", line.Faults))}");
            }

            return holds ? ExitCode.Holds : ExitCode.DoesNotHold;
        }
        catch (StoreRefusedException refused)
        {
            await error.WriteLineAsync(refused.Message);
            return ExitCode.CouldNotReach;
        }
    }

    private static async IAsyncEnumerable<Inspected> LinesAsync(StoreInspection inspection, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        yield return inspection.SchemaHolds();
        yield return inspection.DatabaseHolds();
        yield return inspection.LogHolds();
        yield return inspection.KeysHold();
        if (inspection.Keys is not { } keys)
        {
            yield return StoreInspection.Of("events, openings, payloads", "", ["not looked at: nothing opens without the keys"]);
        }
        else
        {
            var payloads = new PayloadInspection(inspection.Database, keys);
            yield return inspection.EventsOpen(payloads.Note);
            yield return inspection.OpeningsHold();
            using var record = new RecordInspection(inspection.Database, keys);
            yield return record.EntriesHold();
            yield return record.RowsAgree();
            yield return await payloads.HoldAsync(cancel);
            yield return payloads.Files();
        }

        yield return inspection.SpaceIsLeft(LeastFreeBytes);
    }
}
