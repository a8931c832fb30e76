using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>
/// The record of a stopped registry against its log: the entries as a stranger audits them, and every row as its entry says. Signature and
/// encryption cover the entries and the private bodies; the columns beside them are covered by this.
/// </summary>
public sealed class RecordInspection(Database database, DataKeys keys) : IDisposable
{
    private const int MostFaults = 200; // far more than anybody reads; the rest is only counted

    private const string EntriesSql = "SELECT entry FROM log_entry ORDER BY idx";

    private const string RowsSql = """
        SELECT event.idx, event.stream, event.version, event.type, event.schema_version, event.actor, event.at_us, event.sealed, log_entry.entry, event.body
        FROM event
        JOIN log_entry ON log_entry.idx = event.idx
        ORDER BY event.stream, event.version
        """;

    private const string LossesSql = """
        SELECT log_entry.entry FROM event JOIN log_entry ON log_entry.idx = event.idx WHERE event.stream = @Stream AND event.type = @Type
        """;

    private const string OpeningsSql = "SELECT name, value FROM opening WHERE idx = @index";

    private const string ErasedSql = "SELECT name FROM erasure WHERE idx = @index";

    private const string StreamHeadsSql = """
        SELECT coalesce(last.stream, stream_head.stream)
        FROM (SELECT stream, max(version) AS version FROM event GROUP BY stream) AS last
        FULL JOIN stream_head ON stream_head.stream = last.stream
        LEFT JOIN event ON event.stream = last.stream AND event.version = last.version
        LEFT JOIN log_entry ON log_entry.idx = event.idx
        WHERE last.stream IS NULL OR stream_head.stream IS NULL OR log_entry.idx IS NULL
          OR stream_head.version <> last.version OR stream_head.leaf_hash <> log_entry.leaf_hash
        """;

    private const string HeadInstantSql = """
        SELECT count(*) FROM log_head
        WHERE size > 0 AND at_us <> (SELECT at_us FROM event WHERE idx = log_head.size - 1)
        """;

    private const string SaltsSql = "SELECT idx FROM opening WHERE salt <> @none ORDER BY idx";

    private readonly List<string> _faults = [];
    private readonly StreamCiphers _ciphers = new(keys);
    private readonly List<(long From, long To)> _losses =
        [.. database.Writer.Query<byte[]>(LossesSql, new { LogRecovery.Stream, LogRecovery.Type }).Select(entry => JsonNode.Parse(entry)!["body"]!).Select(body => ((long)body["from"]!, (long)body["to"]!))];

    /// <summary>Whether the entries hold together for a stranger: form, chains, seals, time.</summary>
    public Inspected EntriesHold()
    {
        var auditor = new LogAuditor();
        using var command = database.Writer.CreateCommand();
        command.CommandText = EntriesSql;
        using var rows = command.ExecuteReader();
        try
        {
            while (rows.Read())
            {
                auditor.Append(rows.GetFieldValue<byte[]>(0));
            }
        }
        catch (LogAuditException fault)
        {
            return StoreInspection.Of("entries", "", [fault.Message]);
        }

        return StoreInspection.Of("entries", string.Create(CultureInfo.InvariantCulture, $"{auditor.Subjects} subjects' chains, {auditor.ClosedSeals.Count} entries sealed"), []);
    }

    /// <summary>Whether every row says what its entry says, every commitment has what opens it, and the ends of the streams are the last events.</summary>
    public Inspected RowsAgree()
    {
        var count = 0L;
        using var command = database.Writer.CreateCommand();
        command.CommandText = RowsSql;
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read() && _faults.Count < MostFaults)
            {
                count++;
                var (index, stream) = (rows.GetInt64(0), rows.GetString(1));
                try
                {
                    Check(index, stream, rows);
                }
                catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or StoreRefusedException or ArgumentException or LogEntryException)
                {
                    _faults.Add($"entry {index} cannot be compared with its row: {fault.Message}");
                }
            }
        }

        _faults.AddRange(database.Writer.Query<string>(StreamHeadsSql).Select(stream => $"the remembered end of {stream} is not its last event"));
        _faults.AddRange(database.Writer.Query<long>(SaltsSql, new { none = new byte[32] }).Select(index => $"an opening of entry {index} has a salt in the clear"));
        if (database.Writer.ExecuteScalar<long>(HeadInstantSql) != 0)
        {
            _faults.Add("the instant of the signed head is not that of its last event");
        }

        return StoreInspection.Of("rows", StoreInspection.Counted(count, "event", "agrees with its entry", "agree with their entries"), [.. _faults.Take(MostFaults)]);
    }

    public void Dispose() => _ciphers.Dispose();

    private void Check(long index, string stream, SqliteDataReader row)
    {
        var entry = row.GetFieldValue<byte[]>(8);
        var openings = database.Writer.Query<(string Name, string Value)>(OpeningsSql, new { index }).ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal);
        var erased = database.Writer.Query<string>(ErasedSql, new { index }).ToHashSet(StringComparer.Ordinal);
        var (isSealed, isLost) = (LogEntry.IsSealed(entry), row.GetString(9).Length == 0);
        if (isLost && !_losses.Exists(loss => loss.From <= index && index < loss.To))
        {
            _faults.Add($"what entry {index} recorded is gone, and the log does not say that it was lost");
        }

        if (row.GetInt64(7) != (isSealed ? 1 : 0))
        {
            _faults.Add($"entry {index} is {(isSealed ? "sealed" : "open")}, its row says otherwise");
            return;
        }

        if (isSealed && !openings.ContainsKey(""))
        {
            if (!isLost && !erased.Contains(""))
            {
                _faults.Add($"nothing opens the seal of entry {index}, and no order erased it");
            }

            return;
        }

        // OpeningsHold has shown that this is what the seal hides.
        var said = JsonNode.Parse(isSealed ? Open(stream, index, "", openings[""]).AsSpan(32) : entry)!.AsObject();
        var expected = ((string?)said["subject"], (long)said["seq"]!, (string?)said["type"], (int)said["v"]!, (string?)said["actor"], (string?)said["at"]);
        var stored = (stream, row.GetInt64(2), row.GetString(3), row.GetInt32(4), row.IsDBNull(5) ? null : row.GetString(5), Instant.ToRfc3339(row.GetInt64(6)));
        if (expected != stored)
        {
            _faults.Add($"the row of entry {index} says {stored}, the entry {expected}");
        }

        if (!isLost)
        {
            Commitments(index, stream, said["body"]!.AsObject(), openings, erased);
        }
    }

    private void Commitments(long index, string stream, JsonObject body, Dictionary<string, string> openings, HashSet<string> erased)
    {
        foreach (var (name, value) in openings.Where(each => each.Key.Length > 0))
        {
            var opened = Open(stream, index, name, value);
            var commitment = body[name] is JsonObject { Count: 1 } committed && committed["c"] is JsonValue text && text.TryGetValue(out string? c) && B64Url.TryDecode(c, out var bytes) ? bytes : null;
            if (commitment is null || !Log.Commitments.Opens(
                commitment, Log.Commitments.Field, opened.AsSpan(0, 32).ToArray(), Log.Commitments.FieldMessage(name, JsonNode.Parse(Encoding.UTF8.GetString(opened.AsSpan(32))))))
            {
                _faults.Add($"the opening of '{name}' does not open what entry {index} commits to");
            }
        }

        foreach (var (name, _) in body.Where(each => each.Value is JsonObject { Count: 1 } only && only.ContainsKey("c")))
        {
            if (!openings.ContainsKey(name) && !erased.Contains(name))
            {
                _faults.Add($"nothing opens '{name}' of entry {index}, and no order erased it");
            }
        }
    }

    private byte[] Open(string stream, long index, string name, string value) => _ciphers.Of(stream).Open(value, Places.Opening(index, name));
}
