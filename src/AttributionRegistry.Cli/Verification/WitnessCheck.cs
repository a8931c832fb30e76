using System.Globalization;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Whether a checkpoint is signed by the log and cosigned by the quorum of a policy.</summary>
public static class WitnessCheck
{
    /// <summary>The name under which this check fails.</summary>
    public const string Name = "witnesses";

    /// <summary>A cosignature older than this says nothing of today: a log that is hidden from its witnesses must not pass for a quiet one.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <returns>The checkpoint, and whose cosignatures hold.</returns>
    /// <exception cref="CheckFailedException">The quorum is not met, or a signature in a known name is wrong.</exception>
    public static PolicyVerdict Run(string note, TlogPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        try
        {
            var verdict = policy.Evaluate(note);
            return verdict.Missing is { } missing ? throw new CheckFailedException(Name, missing) : verdict;
        }
        catch (NoteException fault)
        {
            throw new CheckFailedException(Name, fault.Message);
        }
    }

    /// <summary>The same, and that the cosignatures of the last hour alone make the quorum.</summary>
    /// <exception cref="CheckFailedException">Not met, or met only by cosignatures that are too old.</exception>
    public static PolicyVerdict RunFresh(string note, TlogPolicy policy, DateTimeOffset now)
    {
        var verdict = Run(note, policy);
        var fresh = verdict.Cosignatures.Where(c => now - DateTimeOffset.FromUnixTimeSeconds(c.UnixSeconds) <= Fresh).Select(c => c.Witness.Name).ToHashSet(StringComparer.Ordinal);
        return policy.IsMet(fresh)
            ? verdict
            : throw new CheckFailedException(Name, $"the quorum of {verdict.Checkpoint.Origin} {verdict.Checkpoint.Size} is older than an hour: {Said(verdict)}");
    }

    /// <summary>Who said it and when, in words.</summary>
    public static string Said(PolicyVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return verdict.Cosignatures.Count == 0
            ? "nobody has cosigned, and nobody need"
            : string.Join(", ", verdict.Cosignatures.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Witness.Name} at {DateTimeOffset.FromUnixTimeSeconds(c.UnixSeconds):yyyy-MM-ddTHH:mm:ssZ}")));
    }
}
