using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Witness;

/// <summary>
/// Brings every new head to the witnesses of the policy, and the same head again every ten minutes for a fresh time. It stands beside the
/// log: whatever it meets, commits go on.
/// </summary>
public sealed class WitnessClient(WitnessBook book, RegistryCore core, TimeProvider clock, ILogger<WitnessClient> log) : BackgroundService
{
    // Real time, whatever the clock of the registry says: how often to look, and how long to wait for the others.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private const int MostPausesOfOneHead = 8;

    private readonly IReadOnlyList<WitnessLine> _lines = [.. book.Policy.Witnesses.Select(w => new WitnessLine(w, book, core, clock, log))];

    /// <summary>What stands between a witness and a fresh cosignature; null when nothing does.</summary>
    internal WitnessTrouble? TroubleWith(string name) => _lines.First(l => l.Witness.Name == name).Trouble;

    public override void Dispose()
    {
        foreach (var line in _lines)
        {
            line.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_lines.Count == 0)
        {
            return;
        }

        await Task.Yield();
        var (target, pauses) = (core.Store.Events.Head, 0);
        while (!stoppingToken.IsCancellationRequested)
        {
            // A quorum needs cosignatures of one size. So the head moves on only when those who answer have answered, or have had two seconds.
            if (++pauses > MostPausesOfOneHead || !_lines.Any(l => l.IsWorthWaitingFor))
            {
                (target, pauses) = (core.Store.Events.Head, 0);
            }

            foreach (var line in _lines)
            {
                line.Nudge(target, stoppingToken);
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The store closes after this; no attempt must still be writing.
        await Task.WhenAll(_lines.Select(l => l.EndAsync()));
    }
}
