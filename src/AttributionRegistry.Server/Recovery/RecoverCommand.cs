using System.Globalization;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Recovery;

/// <summary>
/// <c>recover --from MIRROR</c>: completes the log of a stopped registry whose database was restored from an older backup, so that the one tree
/// goes on. A verb of the server, because the command line of clients knows nothing of the store.
/// </summary>
public static class RecoverCommand
{
    public const string Usage = "usage: recover --from URL|DIR [--data DIR] [--keys DIR] [--dry-run]\n"
        + "       puts back the entries of the log that a restored older database lacks, from a mirror or the tiles of a server;\n"
        + "       what those acts recorded beyond their entries is lost, is listed, and the log says so";

    private const string Lost =
        "What can be given back is each entry and its place; not what sealed acts recorded, nor private values, openings, rows and kept answers.\n"
        + "The listed acts have no effect any more: states are those of the backup. Repeat what must hold, first what takes rights away (keys revoked,\n"
        + "people suspended, orders of erasure, findings withdrawn). Receipts of these acts still prove that they were recorded.";

    /// <returns>0 the log is complete, 1 it cannot be completed from there, 2 wrong use, 3 there is no registry, one runs, or the copy cannot be reached.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(clock);
        try
        {
            var dryRun = args.Contains("--dry-run");
            var read = Arguments.Parse([.. args.Where(arg => arg != "--dry-run")], "data", "keys", "from");
            read.None();
            var data = Path.GetFullPath(read.Option("data") ?? "data/registry");
            var keys = Path.GetFullPath(read.Option("keys") ?? data.TrimEnd('/') + "-keys");
            return await RunAsync(data, keys, read.Required("from"), dryRun, output, clock, cancel);
        }
        catch (UsageException fault)
        {
            await error.WriteLineAsync($"{fault.Message}\n{Usage}");
            return ExitCode.WrongUse;
        }
        catch (Exception fault) when (fault is NotRecoverableException or LogAuditException or LogDamagedException or NoteException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.DoesNotHold;
        }
        catch (Exception fault) when (fault is StoreRefusedException or RegistryUnreachableException or RegistryRefusedException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.CouldNotReach;
        }
    }

    private static async Task<int> RunAsync(string data, string keys, string from, bool dryRun, TextWriter output, TimeProvider clock, CancellationToken cancel)
    {
        var (now, random) = (clock.GetUtcNow(), new Entropy(clock));
        string origin;
        using (var recovery = LogRecovery.Open(data, keys, now))
        {
            origin = recovery.Origin;
            if (!recovery.IsUnstated)
            {
                var (size, root) = recovery.Signed;
                var tail = await RecoverTail.ReadAsync(from, new KnownLog(recovery.Vkey, recovery.Size, recovery.Root, size, root), random.Bytes, cancel);
                if (tail.Entries.Count == 0)
                {
                    await output.WriteLineAsync($"Nothing is missing: the database has all {recovery.Size} entries that {from} has.");
                    return ExitCode.Holds;
                }

                await output.WriteLineAsync(FormattableString.Invariant($"The database has {recovery.Size} entries, {from} has {tail.Size}; {tail.Entries.Count} are missing, each is proven against the signed checkpoint."));
                if (dryRun)
                {
                    return ExitCode.Holds;
                }

                await ListAsync(recovery.Restore(tail.Entries, tail.Root), output);
            }
        }

        // Crash here: the entries are back and no server starts on them; the next recovery goes on from here.
        var stated = await LogRecovery.StateLossAsync(new StoreOptions(data, keys, origin, random.Bytes), now);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Lost}\nThe log is complete. Entry {stated} states the loss; the server may start."));
        return ExitCode.Holds;
    }

    private static async Task ListAsync(IReadOnlyList<LostAct> lost, TextWriter output)
    {
        foreach (var act in lost)
        {
            await output.WriteLineAsync(act.Subject is null
                ? FormattableString.Invariant($"lost: entry {act.Index}, sealed")
                : FormattableString.Invariant($"lost: entry {act.Index}, {act.At}, {act.Type} of {act.Subject} ({act.Version})"));
        }
    }
}
