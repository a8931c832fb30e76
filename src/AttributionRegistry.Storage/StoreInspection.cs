using System.Globalization;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>One line of an inspection.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Found">What was found, in words.</param>
/// <param name="Faults">What does not hold; empty when all does.</param>
public sealed record Inspected(string Name, string Found, IReadOnlyList<string> Faults)
{
    public bool Holds => Faults.Count == 0;
}

/// <summary>
/// Looks at a stopped data folder and its keys and changes nothing: nothing is migrated, made, signed or repaired. It holds the
/// folder's lock meanwhile, so that no server starts under it.
/// </summary>
public sealed class StoreInspection : IDisposable
{
    private const int MostFaults = 20;

    private const string EventsSql = """
        SELECT event.stream, event.version, event.type, event.schema_version, event.actor, event.at_us, event.idx, event.sealed, event.body, event_key.sealed, redacted_event.body
        FROM event
        LEFT JOIN event_key ON event_key.idx = event.idx
        LEFT JOIN redacted_event ON redacted_event.idx = event.idx
        ORDER BY event.stream, event.version
        """;

    private const string OpeningsSql = """
        SELECT event.stream, opening.idx, opening.name, opening.value, log_entry.entry
        FROM opening
        JOIN event ON event.idx = opening.idx
        JOIN log_entry ON log_entry.idx = opening.idx
        ORDER BY event.stream, opening.idx, opening.name
        """;

    private readonly string _keysFolder;

    private StoreInspection(Database database, string keysFolder) => (Database, _keysFolder) = (database, keysFolder);

    public Database Database { get; }

    /// <summary>The data keys; null where the master keys are not all there. <see cref="KeysHold"/> says why.</summary>
    public DataKeys? Keys { get; private set; }

    /// <exception cref="StoreRefusedException">There is no database, or a server runs on it.</exception>
    public static StoreInspection Open(string dataFolder, string keysFolder) => new(Database.OpenStopped(dataFolder), keysFolder);

    /// <summary>Whether SQLite finds its file sound, with every reference.</summary>
    public Inspected DatabaseHolds()
    {
        var faults = Database.Writer.Query<string>("PRAGMA integrity_check").Where(line => line != "ok").ToList();
        faults.AddRange(Database.Writer.Query("PRAGMA foreign_key_check").Select(row => $"a row of {row.table} refers to no row of {row.parent}"));
        return Of("database", "sound, every reference holds", faults);
    }

    /// <summary>Whether this program understands the schema.</summary>
    public Inspected SchemaHolds()
    {
        var applied = Database.Writer.Query<(long Number, string Name, string Digest)>(Migrations.AppliedSql).AsList();
        var faults = new List<string>();
        foreach (var (number, name, digest) in applied)
        {
            var ours = Migrations.Known.FirstOrDefault(m => m.Number == number);
            if (ours?.Digest != digest)
            {
                faults.Add(ours is null ? $"{number:0000}_{name} is of a newer program" : $"{number:0000}_{name} was applied with another text");
            }
        }

        var waiting = Migrations.Known.Count(m => applied.All(a => a.Number != m.Number));
        var version = applied.Count == 0 ? 0 : applied[^1].Number;
        return Of("schema", waiting == 0 ? $"version {version:0000}" : $"version {version:0000}; the next start applies {waiting} more", faults);
    }

    /// <summary>Whether the keys folder has every key that is needed, each for its owner only.</summary>
    public Inspected KeysHold()
    {
        var faults = new List<string>();
        foreach (var path in Directory.Exists(_keysFolder) ? Directory.GetFiles(_keysFolder).Order(StringComparer.Ordinal).ToArray() : [])
        {
            var mode = File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (mode != 0)
            {
                faults.Add($"{path} may be used by others ({mode}); set its mode to 0600, and replace the key if someone could have read it");
            }
        }

        if (Instance(RegistryStore.OriginName) is not { } origin || Instance(LogSigners.VKeyName) is null)
        {
            faults.Add("the database names no key of the log");
        }
        else if (Try(faults, () => OpenSigners(origin)) is { } signers)
        {
            signers.Dispose();
        }

        try
        {
            if (Instance(DataKeys.CurrentName) is null)
            {
                faults.Add("the database names no master key");
            }
            else
            {
                Keys = DataKeys.Open(Database, _keysFolder, NoEntropy);
            }
        }
        catch (StoreRefusedException refused)
        {
            faults.Add(refused.Message);
        }

        return Of("keys", Keys is null ? "" : $"master key {Keys.Current}, {Keys.Wraps().Sum(w => w.DataKeys)} data keys", faults);
    }

    /// <summary>Whether the entries make the log that its signed head names, and the signer has not signed another.</summary>
    public Inspected LogHolds()
    {
        try
        {
            if (Instance(RegistryStore.OriginName) is not { } origin || Instance(LogSigners.VKeyName) is null ||
                Database.Writer.ExecuteScalar<long>("SELECT count(*) FROM log_head") != 1)
            {
                return Of("log", "", ["there is no log, or no key to check it with"]);
            }

            using var signers = OpenSigners(origin);
            var log = LogState.Load(Database.Writer, origin, signers, default);
            var by = string.Join(" and ", signers.Current.Select(each => each.Vkey));
            return Of("log", $"{log.Head.Size} entries, root {Convert.ToHexStringLower(log.Head.Root)}, signed by {by}{(signers.Closure is { } closure ? $". {closure.Said}" : "")}", [.. Signer(log)]);
        }
        catch (Exception refused) when (refused is LogDamagedException or StoreRefusedException)
        {
            return Of("log", "", [refused.Message]);
        }
    }

    /// <summary>Whether every event opens at its place.</summary>
    /// <param name="each">Called with the stream and each event that opens.</param>
    public Inspected EventsOpen(Action<string, StoredEvent> each)
    {
        var (count, faults) = (0L, new List<string>());
        using var ciphers = new StreamCiphers(Keys!);
        using var command = Database.Writer.CreateCommand();
        command.CommandText = EventsSql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var (stream, version) = (rows.GetString(0), rows.GetInt64(1));
            count++;
            if (rows.GetString(8).Length == 0)
            {
                continue; // only its entry is left: RowsAgree asks whether the log says so
            }

            Try(faults, () => each(stream, new StoredEvent(
                version, rows.GetString(2), rows.GetInt32(3), Text(rows, 4), rows.GetInt64(5),
                new EventBody(rows.GetString(8), Text(rows, 9), Text(rows, 10)).Open(ciphers.Of(stream), stream, version), rows.GetInt64(6))
            { Sealed = rows.GetInt64(7) == 1 }));
        }

        return Of("events", Counted(count, "event", "opens", "open"), faults);
    }

    /// <summary>Whether everything that opens a commitment opens itself, and each seal is the one of its leaf.</summary>
    public Inspected OpeningsHold()
    {
        var (count, faults) = (0L, new List<string>());
        using var ciphers = new StreamCiphers(Keys!);
        using var command = Database.Writer.CreateCommand();
        command.CommandText = OpeningsSql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var (index, name) = (rows.GetInt64(1), rows.GetString(2));
            count++;
            Try(faults, () =>
            {
                var opened = ciphers.Of(rows.GetString(0)).Open(rows.GetString(3), Places.Opening(index, name));
                if (name.Length == 0 && !LogEntry.Unseals(rows.GetFieldValue<byte[]>(4), opened.AsSpan(0, 32), opened.AsSpan(32)))
                {
                    throw new StoreRefusedException($"the seal of entry {index} does not open to its event");
                }
            });
        }

        return Of("openings", Counted(count, "opening", "opens", "open"), faults);
    }

    /// <summary>Whether there is room to go on.</summary>
    /// <param name="least">Below so many free bytes it does not hold.</param>
    public Inspected SpaceIsLeft(long least)
    {
        var free = new DriveInfo(Database.DataFolder).AvailableFreeSpace;
        var found = string.Create(CultureInfo.InvariantCulture, $"{free / (1024 * 1024)} MiB free");
        return Of("space", found, free < least ? [$"less than {least / (1024 * 1024)} MiB are free for {Database.DataFolder}"] : []);
    }

    public void Dispose() => Database.Dispose();

    /// <summary>A line of an inspection; of many faults the first ones are named.</summary>
    public static Inspected Of(string name, string found, IReadOnlyList<string> faults) => new(
        name, found, faults.Count <= MostFaults ? faults : [.. faults.Take(MostFaults), $"and {faults.Count - MostFaults} more"]);

    public static string Counted(long count, string one, string does, string @do) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? $" {does}" : $"s {@do}")}");

    private IEnumerable<string> Signer(LogState log)
    {
        if (!File.Exists(Path.Combine(_keysFolder, SignerState.FileName)))
        {
            return [$"{_keysFolder} has no {SignerState.FileName}: whether this database is older than what was signed cannot be told"];
        }

        using var signer = SignerState.Open(_keysFolder);
        return signer.Contradicts(log.Tree) is { } reason ? [reason] : [];
    }

    private LogSigners OpenSigners(string origin) => LogSigners.Open(Database.Writer, _keysFolder, origin, NoEntropy);

    private string? Instance(string name) => RegistryStore.Find(Database, name);

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static void Try(List<string> faults, Action check) => Try<object>(faults, () =>
    {
        check();
        return null;
    });

    private static T? Try<T>(List<string> faults, Func<T?> check)
        where T : class
    {
        try
        {
            return check();
        }
        catch (Exception refused) when (refused is StoreRefusedException or LogDamagedException)
        {
            faults.Add(refused.Message);
            return null;
        }
    }

    private static byte[] NoEntropy(int count) => throw new InvalidOperationException("An inspection makes nothing.");
}
