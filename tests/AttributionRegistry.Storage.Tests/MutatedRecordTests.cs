using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace AttributionRegistry.Storage.Tests;

/// <summary>Three hundred ways to tamper with the rows of a stopped registry; the checks of the doctor must name each.</summary>
public sealed class MutatedRecordTests(ITestOutputHelper said) : IDisposable
{
    private const int Seed = 20261124;
    private const int Mutations = 300;

    private readonly TemporaryFolder _honest = new();
    private int _salt;

    public void Dispose() => _honest.Dispose();

    [Fact]
    public async Task Every_mutation_of_a_row_is_named()
    {
        said.WriteLine($"seed {Seed}");
        await FillAsync(_honest.Path, new Random(Seed), 60);
        Faults(_honest.Path).Should().BeEmpty("an honest record raises no alarm");
        var (random, named, silent) = (new Random(Seed), new SortedDictionary<string, int>(), new List<string>());
        for (var number = 0; number < Mutations; number++)
        {
            using var harmed = new TemporaryFolder();
            Copy(_honest.Path, harmed.Path);
            var what = Harm(random, harmed.Path);
            var faults = Faults(harmed.Path);
            if (faults.Count == 0)
            {
                silent.Add($"{number}: {what}");
            }

            var name = faults.Count == 0 ? "" : faults[0].Split(':')[0];
            named[name] = named.GetValueOrDefault(name) + 1;
        }

        said.WriteLine(string.Join(", ", named.Select(each => $"{each.Key} {each.Value}")));
        silent.Should().BeEmpty("of seed {0} all {1} must be named", Seed, Mutations);
    }

    [Fact]
    public async Task No_honest_record_raises_an_alarm()
    {
        for (var number = 0; number < 20; number++)
        {
            using var folder = new TemporaryFolder();
            await FillAsync(folder.Path, new Random(Seed + number), number);

            Faults(folder.Path).Should().BeEmpty("record {0} of seed {1} is honest", number, Seed);
        }
    }

    private static List<string> Faults(string folder)
    {
        var faults = new List<string>();
        try
        {
            using var inspection = StoreInspection.Open(Path.Combine(folder, "data"), Path.Combine(folder, "keys"));
            Take(inspection.SchemaHolds());
            Take(inspection.DatabaseHolds());
            Take(inspection.LogHolds());
            Take(inspection.KeysHold());
            if (inspection.Keys is { } keys)
            {
                Take(inspection.EventsOpen((_, _) => { }));
                Take(inspection.OpeningsHold());
                using var record = new RecordInspection(inspection.Database, keys);
                Take(record.EntriesHold());
                Take(record.RowsAgree());
            }
        }
        catch (StoreRefusedException refused)
        {
            faults.Add($"refused: {refused.Message}");
        }

        return faults;

        void Take(Inspected line) => faults.AddRange(line.Faults.Select(fault => $"{line.Name}: {fault}"));
    }

    // Open and sealed events of several streams, with committed fields; some seals are opened by entries of the log, as at publication.
    private async Task FillAsync(string folder, Random random, int acts)
    {
        using var store = Stores.Open(folder);
        var versions = new Dictionary<string, long>();
        for (var act = 0; act < acts; act++)
        {
            var stream = $"case-{random.Next(4)}";
            if (random.Next(8) == 0)
            {
                foreach (var hidden in store.Events.ReadSealed(stream).Where(each => store.Events.Last($"opened-{each.Index}") is null).ToList())
                {
                    var opening = new JsonObject { ["index"] = hidden.Index, ["event"] = JsonNode.Parse(hidden.EntryJson), ["salt"] = B64Url.Encode(hidden.Salt) };
                    await AppendAsync(store, versions, $"opened-{hidden.Index}", new NewEvent("unsealed", 1, null, Stores.Noon, "{}", false, opening, [], []));
                }

                continue;
            }

            var salt = Salt();
            var facts = new JsonObject
            {
                ["n"] = act,
                ["title"] = new JsonObject { ["c"] = B64Url.Encode(Commitments.Compute(Commitments.Field, salt, Commitments.FieldMessage("title", $"title {act}"))) },
            };
            await AppendAsync(store, versions, stream, new NewEvent(
                "evidence.received", 1, random.Next(3) == 0 ? null : "p_1", Stores.Noon.AddSeconds(act / 2), $$"""{"private":{{act}}}""", random.Next(2) == 0, facts, Salt(),
                [new FieldOpening("title", salt, $"\"title {act}\"")]));
        }
    }

    private static async Task AppendAsync(RegistryStore store, Dictionary<string, long> versions, string stream, NewEvent added)
    {
        await store.CommitAsync(Stores.Append(stream, versions.GetValueOrDefault(stream), added));
        versions[stream] = versions.GetValueOrDefault(stream) + 1;
    }

    private byte[] Salt()
    {
        var salt = new byte[32];
        BitConverter.TryWriteBytes(salt, ++_salt);
        return salt;
    }

    private static string Harm(Random random, string folder)
    {
        using var raw = Stores.OpenRaw(folder);
        raw.Execute("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
        foreach (var trigger in raw.Query<string>("SELECT name FROM sqlite_master WHERE type = 'trigger'").ToList())
        {
            raw.Execute($"DROP TRIGGER \"{trigger}\"");
        }

        // Nothing may come out as it was: then another way is tried.
        while (true)
        {
            var before = Digest(raw);
            var what = Harm(random, raw);
            if (Digest(raw) != before)
            {
                raw.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
                return what;
            }
        }
    }

    private static string Harm(Random random, SqliteConnection raw)
    {
        string[] cells =
        [
            "event.stream", "event.version", "event.type", "event.schema_version", "event.actor", "event.at_us", "event.body", "event.sealed",
            "log_entry.entry", "log_entry.entry", "log_entry.leaf_hash", "opening.name", "opening.value", "opening.salt",
            "log_head.size", "log_head.root", "log_head.checkpoint", "log_head.at_us", "stream_head.version", "stream_head.leaf_hash", "stream_head.stream",
        ];
        var cell = cells[random.Next(cells.Length)].Split('.');
        var (table, column) = (cell[0], cell[1]);
        var key = table switch { "log_head" => "id", "stream_head" => "stream", "opening" => "idx || ' ' || name", _ => "idx" };
        var keys = raw.Query<object>($"SELECT {key} FROM {table}").Select(row => ((IDictionary<string, object>)row).Values.Single()).ToList();
        var (one, other) = (keys[random.Next(keys.Count)], keys[random.Next(keys.Count)]);
        try
        {
            switch (random.Next(table == "log_head" ? 3 : 6))
            {
                case < 3:
                    var value = raw.ExecuteScalar($"SELECT {column} FROM {table} WHERE {key} = @one", new { one });
                    raw.Execute($"UPDATE {table} SET {column} = @value WHERE {key} = @one", new { one, value = Flip(random, value) });
                    return $"flip {table}.{column} of {one}";
                case 3:
                    raw.Execute($"DELETE FROM {table} WHERE {key} = @one", new { one });
                    return $"drop {one} of {table}";
                default:
                    var (a, b) = (raw.ExecuteScalar($"SELECT {column} FROM {table} WHERE {key} = @one", new { one }), raw.ExecuteScalar($"SELECT {column} FROM {table} WHERE {key} = @other", new { other }));
                    raw.Execute($"UPDATE {table} SET {column} = @b WHERE {key} = @one", new { one, b });
                    raw.Execute($"UPDATE {table} SET {column} = @a WHERE {key} = @other", new { other, a });
                    return $"swap {table}.{column} of {one} and {other}";
            }
        }
        catch (SqliteException refused) when (refused.SqliteErrorCode == 19)
        {
            return "refused by the schema";
        }
    }

    private static object? Flip(Random random, object? value)
    {
        switch (value)
        {
            case byte[] bytes:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return random.Next(5) == 0 ? bytes[..^1] : bytes;
            case long number:
                return number ^ (1L << random.Next(4));
            case string { Length: > 0 } text:
                var letters = text.ToCharArray();
                letters[random.Next(letters.Length)] ^= (char)(1 << random.Next(3));
                return random.Next(5) == 0 ? text[..^1] : new string(letters);
            case null:
                return "p_2";
            default:
                return value;
        }
    }

    private static string Digest(SqliteConnection raw)
    {
        var all = new StringBuilder();
        foreach (var table in new[] { "event", "log_entry", "opening", "log_head", "stream_head" })
        {
            foreach (var row in raw.Query<object>($"SELECT * FROM {table}"))
            {
                foreach (var value in ((IDictionary<string, object?>)row).Values)
                {
                    all.Append(value is byte[] bytes ? Convert.ToHexString(bytes) : value).Append('|');
                }
            }
        }

        return Sha256Hex.Of(all.ToString());
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
