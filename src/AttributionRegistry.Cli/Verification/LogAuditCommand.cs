using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary><c>attribution log audit URL|DIR</c>: every entry is read, checked and hashed into a tree of one's own, and every tile compared.</summary>
public static class LogAuditCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var read = Arguments.Parse(args, "vkey", "since", "policy", "predecessor", Witnessed.LagOption);
        using var source = LogSources.Open(read.Single("address or folder"), entropy);
        var since = read.Option("since") is { } file ? await File.ReadAllBytesAsync(file, cancel) : null;
        var policy = await Witnessed.PolicyAsync(read, cancel);
        using var predecessor = read.Option("predecessor") is { } from ? LogSources.Open(from, entropy) : null;
        var rule = policy is null ? null : new WitnessRule(policy, Witnessed.Lag(read), clock.GetUtcNow());
        return await AuditAsync(source, Witnessed.Vkey(read, policy), since, output, cancel, rule, predecessor);
    }

    internal static async Task<int> AuditAsync(RegistryClient client, string? pinned, TextWriter output, CancellationToken cancel) =>
        await AuditAsync(LogSources.Of(client), pinned, null, output, cancel);

    /// <param name="source">The log.</param>
    /// <param name="pinned">The log's key as it is known from elsewhere, or null.</param>
    /// <param name="since">A checkpoint that was kept, or null.</param>
    /// <param name="output">Takes the verdict.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="rule">Whose witnesses must vouch for it, or null.</param>
    /// <param name="predecessor">The closed log that it must go on from, or null.</param>
    internal static async Task<int> AuditAsync(
        ILogSource source, string? pinned, byte[]? since, TextWriter output, CancellationToken cancel, WitnessRule? rule = null, ILogSource? predecessor = null)
    {
        try
        {
            // Without a pinned key this shows only that the server agrees with itself, and says so.
            var key = await source.KeyAsync(pinned, cancel);
            var older = since is null ? null : SignedCheckpoint.Open(since, pinned, key);
            var newest = await source.CheckpointAsync(key, cancel);
            if (older is not null)
            {
                await LogHistory.RequireGrowthAsync(source, older, newest, cancel);
            }

            var vouched = rule is null ? null : await Witnessed.RequireAsync(source, rule, newest, key, fresh: false, cancel);
            var (auditor, walk) = (new LogAuditor(), new LogWalk(source));
            await walk.RunAsync(auditor, newest.Head, cancel);
            key = await key.StillAsync(source, newest, auditor.KeyEntries, cancel);
            var witnessed = vouched is null ? "" : $"\n{vouched.Said}{await Witnessed.RequireNewTailAsync(source, rule!, newest.Head, vouched.Size, cancel)}";
            var goesOn = predecessor is null ? "" : $"\n{await Predecessors.RequireAsync(predecessor, newest.Head.Origin, key.Key, auditor.KeyEntries, cancel)}";
            await output.WriteLineAsync(
                $"valid: {newest.Head.Origin}, {newest.Head.Size} entries of {auditor.Subjects} subjects, {auditor.ClosedSeals.Count} sealed, " +
                $"{walk.TilesCompared} tiles, root {Convert.ToBase64String(newest.Head.Root)}\n" +
                $"signed by their authors: {auditor.Signed} of {auditor.Readable} readable entries" +
                (older is null ? "" : $"\ngrown from {older.Head.Size} entries, as signed before") +
                witnessed +
                (LogClosure.In(auditor.KeyEntries) is { } closure ? $"\nclosed: {closure.Said}" : "") +
                goesOn +
                (key.Said.Length == 0 ? "" : $"\n{key.Said}") +
                (pinned is null ? $"\nkey taken from the log itself; pin it with --vkey '{key.Key.Vkey}'" : ""));
            return ExitCode.Holds;
        }
        catch (ForkException fork)
        {
            await output.WriteLineAsync(fork.Evidence);
            return ExitCode.DoesNotHold;
        }
        catch (LogAuditException fault)
        {
            await output.WriteLineAsync(fault.Message);
            return ExitCode.DoesNotHold;
        }
    }

    /// <summary>One entry, proven from the log's tiles to stand at its place under the head. Works with any copy of the log, also a folder of files.</summary>
    internal static async Task<byte[]> EntryAsync(RegistryClient client, long index, Checkpoint head, CancellationToken cancel)
    {
        try
        {
            return await new ProvenTiles(LogSources.Of(client), head).EntryAsync(index, cancel);
        }
        catch (LogAuditException fault)
        {
            throw new LogFaultException(fault.Message);
        }
    }
}

/// <summary>The log does not hold together.</summary>
internal sealed class LogFaultException(string message) : Exception(message);
