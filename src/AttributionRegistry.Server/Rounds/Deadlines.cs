using AttributionRegistry.Domain;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Rounds;

/// <summary>What the clerk has to do by itself, and from when. A row changes in the transaction of the event that changes it.</summary>
public static class Deadlines
{
    private const string SetSql = """
        INSERT INTO deadline (subject, incident, due_us) VALUES (@subject, @incident, @due)
        ON CONFLICT (subject) DO UPDATE SET due_us = @due
        """;

    private const string ClearSql = "DELETE FROM deadline WHERE subject = @subject";

    private const string DueSql = "SELECT subject, incident FROM deadline WHERE due_us <= @now ORDER BY due_us, subject LIMIT @limit";

    private const string RoundsSql = "SELECT subject FROM deadline ORDER BY subject";

    private const int MostAtOnce = 100;

    /// <summary>The rounds that have not been counted.</summary>
    public static IReadOnlyList<RoundId> RoundsWaiting(RegistryCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        return core.Store.Database.Read(c => c.Query<string>(RoundsSql).Select(subject => RoundId.TryParse(subject, null, out var round) ? round : (RoundId?)null)
            .OfType<RoundId>().ToList());
    }

    internal static void Write(RowWriter rows, string subject, IncidentId incident, DateTimeOffset? before, DateTimeOffset? after)
    {
        if (before == after)
        {
            return;
        }

        if (after is { } due)
        {
            rows.Execute(SetSql, new { subject, incident = incident.Value, due = Instant.ToMicroseconds(due) });
        }
        else
        {
            rows.Execute(ClearSql, new { subject });
        }
    }

    /// <summary>What is due, the longest overdue first.</summary>
    public static IReadOnlyList<(string Subject, IncidentId Incident)> Due(RegistryCore core, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(core);
        return core.Store.Database.Read(c => c.Query<(string Subject, string Incident)>(DueSql, new { now = Instant.ToMicroseconds(now), limit = MostAtOnce })
            .Select(row => (row.Subject, IncidentId.Of(row.Incident))).ToList());
    }
}
