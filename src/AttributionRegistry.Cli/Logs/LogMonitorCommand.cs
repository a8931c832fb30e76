using System.Globalization;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>
/// <c>attribution log monitor URL --state DIR</c>, for cron: what was seen before must still be there, what is new must hold, and only that is read.
/// </summary>
public static class LogMonitorCommand
{
    private const int MostListed = 10;
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, TimeProvider clock, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "state", "vkey", "policy", "embargo", "max-age", Witnessed.LagOption);
        var policy = await Witnessed.PolicyAsync(read, cancel);
        var watch = new Watch(Witnessed.Vkey(read, policy), read.Span("embargo", "days"), read.Span("max-age", "hours"), policy, Witnessed.Lag(read));
        using var source = LogSources.Open(read.Single("address or folder"), entropy);
        using var state = MonitorState.Open(read.Required("state"));
        return await WatchAsync(source, state, watch, output, clock.GetUtcNow(), cancel);
    }

    /// <summary>What is asked of a log beside that it holds.</summary>
    /// <param name="Vkey">The log's key as it is known from elsewhere, or null.</param>
    /// <param name="Embargo">Seals older than this are listed.</param>
    /// <param name="MaxAge">The newest readable entry may not be older.</param>
    /// <param name="Policy">Whose witnesses must have vouched within the hour, or null.</param>
    /// <param name="Lag">How long ago a head may have been seen that they do not cover; an hour unless told otherwise.</param>
    internal sealed record Watch(string? Vkey, TimeSpan? Embargo, TimeSpan? MaxAge, TlogPolicy? Policy = null, TimeSpan? Lag = null)
    {
        public TimeSpan MostLag => Lag ?? WitnessCheck.Fresh;
    }

    internal static async Task<int> WatchAsync(ILogSource source, MonitorState state, Watch watch, TextWriter output, DateTimeOffset now, CancellationToken cancel)
    {
        var known = state.Load();
        SignedCheckpoint? newest = null;
        try
        {
            var key = await source.KeyAsync(watch.Vkey ?? known?.Vkey, cancel);
            newest = await source.CheckpointAsync(key, cancel);
            if (known is not null)
            {
                await LogHistory.RequireGrowthAsync(source, SignedCheckpoint.Open(System.Text.Encoding.UTF8.GetBytes(known.Note), known.Vkey, key), newest, cancel);
            }

            var auditor = known?.Audit ?? new LogAuditor();
            var before = auditor.Size;
            await new LogWalk(source).RunAsync(auditor, newest.Head, cancel);
            key = await key.StillAsync(source, newest, auditor.KeyEntries, cancel);
            // Before it is remembered: a head that the witnesses contradict must be met again at the next run.
            var witnessed = watch.Policy is { } policy ? await Witnessed.RequireAsync(source, new WitnessRule(policy, watch.MostLag, now), newest, key, fresh: true, cancel) : null;
            var seen = (known?.Seen ?? SeenHeads.None).With(newest.Head.Size, now, watch.MostLag);
            state.Save(new MonitorMemory(key.Key.Vkey, newest.Note, seen, auditor));
            if (witnessed is not null && seen.LastBefore(now - watch.MostLag) is { } late && late.Size > witnessed.Size)
            {
                throw new LogAuditException(
                    LogChecks.Witnesses, null, FormattableString.Invariant($"a head of {late.Size} entries was seen at {late.At:yyyy-MM-ddTHH:mm:ssZ}, and the quorum still covers {witnessed.Size}"));
            }

            await output.WriteLineAsync(FormattableString.Invariant(
                $"holds: {newest.Head.Origin}, {auditor.Size} entries, {auditor.Size - before} of them new, root {Convert.ToBase64String(newest.Head.Root)}"));
            if (LogClosure.In(auditor.KeyEntries) is { } closure)
            {
                await output.WriteLineAsync($"closed: {closure.Said}");
            }

            if (key.Said.Length > 0)
            {
                await output.WriteLineAsync(key.Said);
            }

            if (watch.Vkey is null && known is null)
            {
                await output.WriteLineAsync($"key taken from the log itself and trusted from now on; compare it with what the body published: {key.Key.Vkey}");
            }

            if (witnessed is not null)
            {
                await output.WriteLineAsync(witnessed.Said);
            }

            await SealsAsync(auditor, watch.Embargo, now, output);
            return await FreshnessAsync(auditor, watch.MaxAge, seen.Newest.At, now, output);
        }
        catch (ForkException fork)
        {
            await output.WriteLineAsync($"{fork.Evidence}\nkept as {state.Keep(fork.Check, fork.Evidence)}");
            return ExitCode.DoesNotHold;
        }
        catch (LogAuditException fault)
        {
            var evidence = newest is null ? fault.Message : $"{fault.Message}\n\n--- signed, size {newest.Head.Size}\n{newest.Note}";
            await output.WriteLineAsync($"{fault.Message}\nkept as {state.Keep(fault.Check, evidence)}");
            return ExitCode.DoesNotHold;
        }
    }

    private static async Task SealsAsync(LogAuditor auditor, TimeSpan? embargo, DateTimeOffset now, TextWriter output)
    {
        if (embargo is not { } most)
        {
            return;
        }

        var old = auditor.ClosedSeals.Where(seal => seal.NotBefore is null || now - seal.NotBefore > most).ToList();
        var listed = string.Join(", ", old.Take(MostListed).Select(seal => seal.Index.ToString(CultureInfo.InvariantCulture)));
        await output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"seals: {old.Count} are older than {most.TotalDays} days{(old.Count == 0 ? "" : $": entries {listed}{(old.Count > MostListed ? ", …" : "")}")}"));
    }

    // An idle registry signs nothing new, so age alone is no fault unless the caller says what is too old.
    private static async Task<int> FreshnessAsync(LogAuditor auditor, TimeSpan? most, DateTimeOffset grewAt, DateTimeOffset now, TextWriter output)
    {
        if (auditor.LastAt is not { } last)
        {
            await output.WriteLineAsync("head: no readable entry yet");
            return ExitCode.Holds;
        }

        var said = string.Create(CultureInfo.InvariantCulture, $"the newest readable entry is of {last:yyyy-MM-ddTHH:mm:ssZ}, this head was first seen {grewAt:yyyy-MM-ddTHH:mm:ssZ}");
        var fault = last - now > MostAhead ? LogChecks.Time : now - last > most ? LogChecks.Stale : null;
        await output.WriteLineAsync($"{fault ?? "head"}: {said}");
        return fault is null ? ExitCode.Holds : ExitCode.DoesNotHold;
    }
}
