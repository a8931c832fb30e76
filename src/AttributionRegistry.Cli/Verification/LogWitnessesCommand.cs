using System.Text.Json;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>
/// <c>attribution log witnesses URL [--policy FILE]</c>: whether the newest witnessed checkpoint meets a pinned policy, is fresh, and is the
/// beginning of the newest head, whose other entries are new.
/// </summary>
public static class LogWitnessesCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(clock);
        var read = Arguments.Parse(args, "policy", Witnessed.LagOption);
        using var client = Connections.Anonymous(Arguments.Address(read.Single("address")), entropy);
        var pinned = read.Option("policy") is { } file ? await File.ReadAllTextAsync(file, cancel) : null;
        try
        {
            await output.WriteLineAsync($"valid: {await CheckAsync(client, pinned, Witnessed.Lag(read), clock.GetUtcNow(), cancel)}");
            if (pinned is null)
            {
                // A server that chooses who judges it proves little.
                await output.WriteLineAsync("policy taken from the server itself; keep /log/policy and pin it with --policy FILE");
            }

            return ExitCode.Holds;
        }
        catch (CheckFailedException failed)
        {
            await output.WriteLineAsync(failed.Message);
            return ExitCode.DoesNotHold;
        }
    }

    internal static async Task<string> CheckAsync(RegistryClient client, string? pinned, TimeSpan lag, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            var policy = TlogPolicy.Parse(pinned ?? await client.GetTextAsync("/log/policy", cancel));
            if (policy.Logs.Count == 0)
            {
                throw new CheckFailedException(WitnessCheck.Name, "the policy names no log, so it says nothing of this one");
            }

            // The witnessed one first: the log only grows, so the head that is asked for next covers it.
            var note = await client.GetTextAsync("/log/checkpoint/witnessed", cancel);
            var verdict = WitnessCheck.RunFresh(note, policy, now);
            var head = TlogPolicy.WithoutWitnesses([.. policy.Logs.Select(l => l.Key)]).Evaluate(await client.GetTextAsync("/log/checkpoint", cancel)).Checkpoint;
            await GrowsAsync(client, verdict.Checkpoint, head, cancel);
            var tail = await Witnessed.RequireNewTailAsync(LogSources.Of(client), new WitnessRule(policy, lag, now), head, verdict.Checkpoint.Size, cancel);
            return $"{verdict.Checkpoint.Origin}, {verdict.Checkpoint.Size} of {head.Size} entries are witnessed: {WitnessCheck.Said(verdict)}{tail}";
        }
        catch (LogAuditException fault)
        {
            throw new CheckFailedException(fault.Check, fault.Message[(fault.Check.Length + 2)..]);
        }
        catch (Exception fault) when (fault is NoteException or TlogPolicyException or FormatException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new CheckFailedException(WitnessCheck.Name, fault.Message);
        }
    }

    private static async Task GrowsAsync(RegistryClient client, Checkpoint witnessed, Checkpoint head, CancellationToken cancel)
    {
        if (witnessed.Size == 0)
        {
            return; // Every log grows from nothing.
        }

        if (!await ServedGrowth.HoldsAsync(client, witnessed, head, cancel))
        {
            throw new CheckFailedException(WitnessCheck.Name, $"the head of size {head.Size} does not grow from the witnessed one of size {witnessed.Size}: the log has forked");
        }
    }
}
