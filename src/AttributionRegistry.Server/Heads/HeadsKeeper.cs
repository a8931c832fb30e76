using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Anchors;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Heads;

/// <summary>What the log says of the ends of its chains: one record of the instance, open in the log.</summary>
public static class HeadsJournal
{
    public const string Stream = SubjectHeads.Subject;

    public static Journal<HeadsRecord, HeadsEvent> Definition { get; } = new(
        "heads",
        new Dictionary<string, Type> { [SubjectHeads.Type] = typeof(HeadsEvent.Named) },
        HeadsRules.Evolve,
        isSealed: _ => false);

    public static IServiceCollection AddHeads(this IServiceCollection services)
    {
        services.AddSingleton<HeadsKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<HeadsKeeper>());
        return services;
    }
}

/// <summary>
/// Names the ends of all chains once a day, where something changed. It reads the log as a stranger does, with the same auditor, so it can say
/// only what everybody finds; a log that does not hold gets no such entry.
/// </summary>
public sealed class HeadsKeeper(RegistryCore core, RegistrySettings settings, TimeProvider clock, ILogger<HeadsKeeper> log) : BackgroundService
{
    private const int Chunk = 256;

    // Neither heads nor time stamps are a reason for the other, or an idle registry would write both every day for ever.
    private const string ChangedSql = "SELECT EXISTS (SELECT 1 FROM event WHERE idx > @size AND stream NOT IN (@heads, @anchors))";

    private const string BeganSql = "SELECT at_us FROM event WHERE idx = 0";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromMinutes(1);

    private readonly LogAuditor _auditor = new(); // goes on where it stopped; moved by the one loop
    private long _looks;

    /// <summary>How often it has looked whether an entry is due, and written what was.</summary>
    internal long Looks => Interlocked.Read(ref _looks);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // A long log must not hold up the start.
        while (settings.SubjectHeadsPeriod > TimeSpan.Zero && core.Store.LogKeys.Closure is null && !stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                var now = Instant.Whole(clock.GetUtcNow());
                if (IsDue(now))
                {
                    await NameAsync(now, stoppingToken);
                }
            }
            catch (LogAuditException fault)
            {
                log.LogCritical("The log of this registry does not hold, so the ends of its chains are not named: {Fault}", fault.Message);
                return;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The ends of the chains could not be named; it will be tried again.");
                pause = BeforeTryingAgain;
            }

            Interlocked.Increment(ref _looks);
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsDue(DateTimeOffset now)
    {
        var state = core.Load(HeadsJournal.Definition, HeadsJournal.Stream).State;
        return core.Store.Database.Read(rows =>
        {
            var began = state is null && rows.QuerySingleOrDefault<long?>(BeganSql) is { } at ? Instant.FromMicroseconds(at) : (DateTimeOffset?)null;
            return HeadsRules.IsTime(settings.SubjectHeadsPeriod, state, began, now) && rows.ExecuteScalar<bool>(
                ChangedSql, new { size = state?.Size ?? -1, heads = HeadsJournal.Stream, anchors = AnchorJournal.Stream });
        });
    }

    // Who acts in between comes first: then the ends are others, and are read again.
    private async Task NameAsync(DateTimeOffset now, CancellationToken cancel)
    {
        Follow(cancel);
        await core.RunAsync(
            Startup.Machine, now,
            session =>
            {
                Follow(cancel);
                var heads = _auditor.Heads();
                session.RequireSize(heads.Size);
                return session.Append(HeadsJournal.Definition, HeadsJournal.Stream, new HeadsEvent.Named(Convert.ToBase64String(heads.Root), heads.Size, heads.Subjects));
            },
            null, cancel);
    }

    private void Follow(CancellationToken cancel)
    {
        for (var size = core.Store.Events.Head.Size; _auditor.Size < size;)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var leaf in core.Store.Events.ReadEntries(_auditor.Size, (int)Math.Min(Chunk, size - _auditor.Size)))
            {
                _auditor.Append(leaf.Entry);
            }
        }
    }
}
