using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>What a reader asks of witnesses.</summary>
/// <param name="Policy">Whose.</param>
/// <param name="Lag">How long something may be known before the quorum covers it.</param>
/// <param name="Now">The reader's clock.</param>
internal sealed record WitnessRule(TlogPolicy Policy, TimeSpan Lag, DateTimeOffset Now);

/// <summary>What the witnesses vouch for.</summary>
/// <param name="Size">So many entries.</param>
/// <param name="Said">Who, and since when.</param>
internal sealed record Vouched(long Size, string Said);

/// <summary>Whether the witnesses of a pinned policy vouch for a log: for its head, or for an earlier one that the head grows from.</summary>
internal static class Witnessed
{
    /// <summary>The option that says how far witnesses may lag behind.</summary>
    public const string LagOption = "witness-lag";

    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(10);

    /// <summary>The policy of <c>--policy</c>, or null.</summary>
    public static async Task<TlogPolicy?> PolicyAsync(Arguments read, CancellationToken cancel)
    {
        if (read.Option("policy") is not { } file)
        {
            return read.Option(LagOption) is null ? null : throw new UsageException($"--{LagOption} is about the witnesses of a policy; name it with --policy FILE.");
        }

        try
        {
            return TlogPolicy.Parse(await File.ReadAllTextAsync(file, cancel));
        }
        catch (TlogPolicyException fault)
        {
            throw new FormatException($"{file}: {fault.Message}", fault);
        }
    }

    /// <summary>How far witnesses may lag behind: an hour, unless told otherwise.</summary>
    public static TimeSpan Lag(Arguments read) => read.Span(LagOption, "hours") ?? WitnessCheck.Fresh;

    /// <summary>The key of <c>--vkey</c>, else the first that the policy names.</summary>
    public static string? Vkey(Arguments read, TlogPolicy? policy) => read.Option("vkey") ?? (policy?.Logs is [var first, ..] ? first.Key.Vkey : null);

    /// <param name="source">The log.</param>
    /// <param name="rule">Who must vouch.</param>
    /// <param name="newest">The head.</param>
    /// <param name="key">The key it was opened with.</param>
    /// <param name="fresh">Whether cosignatures must be of the last hour; an archive has them of any age.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="LogAuditException">The policy is not one of this log; too few vouch, or too long ago.</exception>
    public static async Task<Vouched> RequireAsync(ILogSource source, WitnessRule rule, SignedCheckpoint newest, PinnedKey key, bool fresh, CancellationToken cancel)
    {
        var ours = For(rule.Policy, key);
        var vouched = ours.Satisfied(newest.Note) || await source.ReadAsync("log/checkpoint/witnessed", cancel) is not { } served ? newest : SignedCheckpoint.Open(served, key.Key);
        try
        {
            var verdict = fresh ? WitnessCheck.RunFresh(vouched.Note, ours, rule.Now) : WitnessCheck.Run(vouched.Note, ours);
            // The log may have grown between the two answers.
            var (older, newer) = vouched.Head.Size <= newest.Head.Size ? (vouched, newest) : (newest, vouched);
            await LogHistory.RequireGrowthAsync(source, older, newer, cancel);
            return new Vouched(verdict.Checkpoint.Size, $"witnessed: {verdict.Checkpoint.Size} of {newest.Head.Size} entries: {WitnessCheck.Said(verdict)}");
        }
        catch (CheckFailedException missing)
        {
            throw new LogAuditException(LogChecks.Witnesses, null, missing.Message[(missing.Check.Length + 2)..]);
        }
    }

    /// <summary>
    /// Whether what the quorum does not cover is new: a log that grows past its witnesses shows them nothing while it shows its readers anything.
    /// For whoever reads once; a monitor goes by its own clock, which nobody else writes.
    /// </summary>
    /// <returns>How many entries do not say how old they are; empty where there are none.</returns>
    /// <exception cref="LogAuditException">An entry has waited for longer than it may, or is of the future.</exception>
    public static async Task<string> RequireNewTailAsync(ILogSource source, WitnessRule rule, Checkpoint head, long covered, CancellationToken cancel)
    {
        if (!rule.Policy.DemandsWitnesses)
        {
            return "";
        }

        var closed = 0;
        await foreach (var (index, entry) in new ProvenTiles(source, head).EntriesFromAsync(covered, cancel))
        {
            if (LogAuditor.InstantOf(index, entry) is not { } at)
            {
                closed++;
            }
            else if (rule.Now - at > rule.Lag)
            {
                throw new LogAuditException(
                    LogChecks.Witnesses, index, FormattableString.Invariant($"is of {at:yyyy-MM-ddTHH:mm:ssZ}, more than {rule.Lag.TotalHours:0.##} hours ago, and no quorum covers it: {covered} of {head.Size} entries are witnessed"));
            }
            else if (at - rule.Now > MostAhead)
            {
                throw new LogAuditException(LogChecks.Time, index, FormattableString.Invariant($"is of {at:yyyy-MM-ddTHH:mm:ssZ}, which is not yet"));
            }
        }

        return closed == 0 ? "" : $"; of the {head.Size - covered} entries after them {closed} are sealed and do not say how old they are";
    }

    // The same witnesses for the key that signs now, if the policy names it or the one that led to it. Another log's policy says nothing of this one.
    private static TlogPolicy For(TlogPolicy policy, PinnedKey key) => policy.Logs.Any(log => log.Key.Vkey == key.Key.Vkey || log.Key.Vkey == key.Pinned.Vkey)
        ? policy.For(key.Key)
        : throw new LogAuditException(LogChecks.Witnesses, null, $"the policy names no log with the key {key.Key.Vkey}, nor one that leads to it");
}
