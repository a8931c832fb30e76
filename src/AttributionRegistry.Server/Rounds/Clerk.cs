using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Rounds;

/// <summary>
/// Does what a deadline demands without anybody asking: counts rounds, extends a reveal window for ballots not opened, fills seats
/// whose members kept silent. Deadlines are in the store, so a restart or a jump of the clock only makes it late, never forget.
/// </summary>
public sealed class Clerk(RegistryCore core, TimeProvider clock, ILogger<Clerk> log) : BackgroundService
{
    /// <summary>The machine in the registrar's place: whoever counts has no choice in it.</summary>
    public static Caller Acting { get; } = new(Startup.Machine.Id, new HashSet<Role> { Role.Registrar });

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromMinutes(1);

    // What cannot be done now (a suspended case) is left alone for a while.
    private readonly Dictionary<string, (DateTimeOffset Until, string Because)> _later = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // A long list must not hold up the start.
        while (!stoppingToken.IsCancellationRequested && core.Store.LogKeys.Closure is null)
        {
            try
            {
                await DoWhatIsDueAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "What is due could not be done; it will be tried again.");
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DoWhatIsDueAsync(CancellationToken cancel)
    {
        var now = Instant.Whole(clock.GetUtcNow());
        foreach (var (subject, incident) in Deadlines.Due(core, now))
        {
            if (_later.TryGetValue(subject, out var wait) && now < wait.Until)
            {
                continue;
            }

            _later.Remove(subject);
            var outcome = await core.RunAsync(
                Acting, now,
                session => RoundId.TryParse(subject, null, out var round) ? Settle(session, incident, round) : Lapse(session, incident),
                null, cancel);
            if (outcome is Outcome.Refused(var refusal))
            {
                _later[subject] = (now + BeforeTryingAgain, refusal.Code);
                if (wait.Because != refusal.Code)
                {
                    // Once for each reason: scrutineers have days (V-56).
                    log.LogInformation("What is due on {Subject} has to wait: {Code}.", subject, refusal.Code);
                }
            }
        }
    }

    private static Refusal? Settle(Session session, IncidentId incident, RoundId id)
    {
        var stream = RoundJournal.Stream(id);
        if (session.Load(RoundJournal.Definition, stream) is not { } round)
        {
            return CaseWrites.NoSuchThing;
        }

        return round.DueExtension(session.At, RoundRecord.AnswersOf) is not null
            ? RoundActs.Decide(session, id, round, new RoundCommand.ExtendForUnrevealed(RoundRecord.AnswersOf) { By = Acting.Id, At = session.At })
            : CountRound.Append(session, incident, id, round);
    }

    private static Refusal? Lapse(Session session, IncidentId incident) =>
        CaseWrites.Append(session, incident, _ => new CaseCommand.LapseSeats { By = Acting, At = session.At });
}
