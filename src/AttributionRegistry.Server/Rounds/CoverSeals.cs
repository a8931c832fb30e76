using System.Globalization;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Rounds;

/// <summary>
/// Adds cover seals to the log while ballots are committed, so that the number of seals does not tell the turnout. They are opened with the
/// other seals of the case at publication: then everybody sees which entries were cover and that they hid nothing.
/// </summary>
public sealed class CoverSeals(RegistryCore core, TimeProvider clock, ILogger<CoverSeals> log) : BackgroundService
{
    private const int MostAtOnce = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The record of the cover of a round.</summary>
    public static string Stream(RoundId round) => $"cover:{round.Value}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested && core.Store.LogKeys.Closure is null)
        {
            try
            {
                foreach (var round in Deadlines.RoundsWaiting(core))
                {
                    await CoverAsync(round, stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "Cover seals could not be written; it will be tried again.");
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task CoverAsync(RoundId id, CancellationToken cancel)
    {
        var now = Instant.Whole(clock.GetUtcNow());
        return Missing(id, core.Policy?.CoverSealsPerSeat ?? 0, now) == 0 ? Task.CompletedTask : core.RunAsync(
            Clerk.Acting, now,
            session =>
            {
                for (var missing = Missing(id, session.Policy.CoverSealsPerSeat, now); missing > 0; missing--)
                {
                    session.AppendRaw(Stream(id), new NewEvent("cover", 1, null, now, "{}", true, [], session.RandomBytes(Commitments.SaltSize), []));
                }

                return session.IsEmpty ? Refusal.Conflict("nothing-due", "Others were faster.") : null;
            },
            null, cancel);
    }

    private int Missing(RoundId id, int perSeat, DateTimeOffset now)
    {
        if (core.Load(RoundJournal.Definition, RoundJournal.Stream(id)) is not (var version, { } round) || round.Result is not null)
        {
            return 0;
        }

        var due = CoverPlan.Due(
            perSeat * round.Seats, round.CommitOpens, round.CommitCloses, now,
            n => core.Secret(string.Create(CultureInfo.InvariantCulture, $"cover\0{id.Value}\0{n}")));

        // The first event of a round opens it; every later one is an act that the log shows as a seal.
        return Math.Min(MostAtOnce, CoverPlan.Missing(due, version - 1, core.VersionOf(Stream(id))));
    }
}
