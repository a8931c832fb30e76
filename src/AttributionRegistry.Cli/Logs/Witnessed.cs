using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>Whether the witnesses of a pinned policy vouch for a log: for its head, or for an earlier one that the head grows from.</summary>
internal static class Witnessed
{
    /// <summary>The policy of <c>--policy</c>, or null.</summary>
    public static async Task<TlogPolicy?> PolicyAsync(Arguments read, CancellationToken cancel)
    {
        if (read.Option("policy") is not { } file)
        {
            return null;
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

    /// <summary>The key of <c>--vkey</c>, else the first that the policy names.</summary>
    public static string? Vkey(Arguments read, TlogPolicy? policy) => read.Option("vkey") ?? (policy?.Logs is [var first, ..] ? first.Key.Vkey : null);

    /// <param name="source">The log.</param>
    /// <param name="policy">Who must vouch.</param>
    /// <param name="newest">The head.</param>
    /// <param name="key">The key it was opened with, which the policy's own led to.</param>
    /// <param name="now">Cosignatures must be of the hour before this; null takes any age, as an archive has them.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Who vouches for how much, and since when.</returns>
    /// <exception cref="LogAuditException">Too few do, or too long ago.</exception>
    public static async Task<string> RequireAsync(ILogSource source, TlogPolicy policy, SignedCheckpoint newest, PinnedKey key, DateTimeOffset? now, CancellationToken cancel)
    {
        var ours = policy.For(key.Key);
        var vouched = ours.Satisfied(newest.Note) || await source.ReadAsync("log/checkpoint/witnessed", cancel) is not { } served ? newest : SignedCheckpoint.Open(served, key.Key);
        try
        {
            var verdict = now is { } at ? WitnessCheck.RunFresh(vouched.Note, ours, at) : WitnessCheck.Run(vouched.Note, ours);
            // The log may have grown between the two answers.
            var (older, newer) = vouched.Head.Size <= newest.Head.Size ? (vouched, newest) : (newest, vouched);
            await LogHistory.RequireGrowthAsync(source, older, newer, cancel);
            return $"witnessed: {verdict.Checkpoint.Size} of {newest.Head.Size} entries: {WitnessCheck.Said(verdict)}";
        }
        catch (CheckFailedException missing)
        {
            throw new LogAuditException(LogChecks.Witnesses, null, missing.Message[(missing.Check.Length + 2)..]);
        }
    }
}
