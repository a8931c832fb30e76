using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Dapper;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Counts the record of every published finding again, at the start and once a day, from the stored openings and not from what is kept in
/// memory. A finding whose tally does not come out again is disputed by itself (V-63); one that does so again is not any more.
/// </summary>
public sealed class RecordCheck(RegistryCore core, Publisher publisher, TimeProvider clock, ILogger<RecordCheck> log) : BackgroundService
{
    private const string NextSql = "SELECT number AS Number, incident AS Incident FROM finding WHERE number > @after ORDER BY number LIMIT 1";

    private static readonly TimeSpan Period = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // A long list must not hold up the start.
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = clock.GetUtcNow() + Period;
            try
            {
                await CheckAllAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The published tallies could not all be counted again; it will be tried again at {Next}.", next);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One finding at a time: a round is at most 41 ballots, and whoever waits for the store comes in between.
    private async Task CheckAllAsync(CancellationToken cancel)
    {
        for (var last = ""; core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(NextSql, new { after = last })) is { } row; last = row.Number)
        {
            cancel.ThrowIfCancellationRequested();
            await CheckAsync(row.Number, IncidentId.Of(row.Incident), cancel);
        }
    }

    private async Task CheckAsync(string number, IncidentId incident, CancellationToken cancel)
    {
        var state = core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State!;
        var differences = state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is { } last ? Recount.Differences(core, last.Id) : ["the round that decided is missing"];
        if ((differences.Count > 0) == (state.Dispute is not null))
        {
            return;
        }

        var outcome = await core.RunAsync(
            Clerk.Acting, Instant.Whole(clock.GetUtcNow()),
            session => Append(session, incident, differences),
            null, cancel);
        if (outcome is Outcome.Refused(var refusal))
        {
            log.LogInformation("The recount of {Number} has to wait: {Code}.", number, refusal.Code);
        }
        else if (differences.Count > 0)
        {
            log.LogError("ALARM: the tally of {Number} does not reproduce from its record and is disputed now: {Differences}.", number, string.Join("; ", differences));
        }
        else
        {
            log.LogWarning("The tally of {Number} reproduces from its record again; the dispute is lifted.", number);
        }
    }

    private Refusal? Append(Session session, IncidentId incident, IReadOnlyList<string> differences)
    {
        if (CaseWrites.Append(session, incident, _ => new CaseCommand.RecordRecount([.. differences]) { By = session.By, At = session.At }) is { } refusal)
        {
            return refusal;
        }

        publisher.RepresentStatus(session, session.Load(CaseJournal.Definition, CaseJournal.Stream(incident))!);
        return null;
    }

    private sealed class Row
    {
        public string Number { get; init; } = "";

        public string Incident { get; init; } = "";
    }
}

/// <summary>A recount of a stored round against its stored result, field by field (V-43).</summary>
internal static class Recount
{
    private const int MostNamed = 20;

    /// <summary>What differs, named without a word of any ballot; empty when the tally comes out again.</summary>
    internal static IReadOnlyList<string> Differences(RegistryCore core, RoundId id)
    {
        Round? round = null;
        try
        {
            foreach (var stored in core.Store.Events.ReadStream(RoundJournal.Stream(id)))
            {
                var (@event, recorded) = RoundJournal.Definition.Read(stored);
                round = RoundDecider.Evolve(round, @event, recorded);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return [$"the record of the round cannot be read ({fault.GetType().Name})"];
        }

        return round?.Result is { } result ? Differences(round, result) : ["the record of the round has no result"];
    }

    internal static IReadOnlyList<string> Differences(Round round, TallyResult result)
    {
        List<string> found = [.. round.Openings.Where(o => !RoundRecord.Reproduces(round, o.BallotKeyId, RoundRecord.BytesOf(o.Ballot), RoundRecord.BytesOf(o.Salt))).Select(o => $"the opening under {o.BallotKeyId} does not open its commitment")];
        try
        {
            Compare("/tally", Json(result), Json(Tally.Count(round.ToTallyInput(RoundRecord.AnswersOf))), found);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            found.Add($"the openings cannot be counted ({fault.GetType().Name})");
        }

        return [.. found.Take(MostNamed)];
    }

    private static JsonElement Json(TallyResult result) => JsonSerializer.SerializeToElement(result, ApiJson.Options);

    private static void Compare(string at, JsonElement stored, JsonElement counted, List<string> found)
    {
        if (stored.ValueKind is JsonValueKind.Object && counted.ValueKind is JsonValueKind.Object)
        {
            var (a, b) = (Members(stored), Members(counted));
            foreach (var name in a.Keys.Union(b.Keys).Order(StringComparer.Ordinal))
            {
                if (a.TryGetValue(name, out var one) && b.TryGetValue(name, out var other))
                {
                    Compare($"{at}/{name}", one, other, found);
                }
                else
                {
                    found.Add($"{at}/{name}");
                }
            }
        }
        else if (!JsonElement.DeepEquals(stored, counted))
        {
            found.Add(at);
        }
    }

    private static Dictionary<string, JsonElement> Members(JsonElement json) => json.EnumerateObject().ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
}
