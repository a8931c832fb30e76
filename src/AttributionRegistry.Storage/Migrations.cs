using System.Globalization;
using System.Reflection;
using System.Text;
using AttributionRegistry.Domain;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>One numbered file of DDL, known by the digest of its text.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    public string Digest => Sha256Hex.Of(Sql);
}

/// <summary>Applies the numbered files of <c>schema/sqlite</c>, each once, each in its own transaction.</summary>
public static class Migrations
{
    private const string ResourcePrefix = "schema.sqlite.";

    private const string JournalDdl = """
        CREATE TABLE IF NOT EXISTS schema_migration (
          number INTEGER PRIMARY KEY NOT NULL,
          name TEXT NOT NULL,
          sha256 TEXT NOT NULL,
          at_us INTEGER NOT NULL
        ) STRICT
        """;

    internal const string AppliedSql = "SELECT number, name, sha256 FROM schema_migration ORDER BY number";

    private const string RecordSql =
        "INSERT INTO schema_migration (number, name, sha256, at_us) VALUES (@number, @name, @sha256, @atUs)";

    /// <summary>The files this program was built with, in order of number.</summary>
    public static IReadOnlyList<Migration> Known { get; } = Load(typeof(Migrations).Assembly);

    /// <summary>Brings the database up to this program, or refuses a database that this program does not understand.</summary>
    public static void Apply(SqliteConnection connection, DateTimeOffset at) => Apply(connection, Known, at);

    internal static void Apply(SqliteConnection connection, IReadOnlyList<Migration> known, DateTimeOffset at)
    {
        connection.Execute(JournalDdl);
        var applied = connection.Query<(long Number, string Name, string Digest)>(AppliedSql).AsList();
        foreach (var (number, name, digest) in applied)
        {
            var ours = known.FirstOrDefault(migration => migration.Number == number)
                ?? throw new StoreRefusedException(
                    $"The database has migration {number:0000}_{name}, this program knows up to {known[^1].Number:0000}. Start the newer program.");
            if (ours.Digest != digest)
            {
                throw new StoreRefusedException(
                    $"Migration {number:0000}_{name} was applied with SHA-256 {digest}, this program's file has {ours.Digest}. "
                    + "An applied file is never changed: restore it and add a new one.");
            }
        }

        var done = applied.Select(row => row.Number).ToHashSet();
        foreach (var migration in known.Where(migration => !done.Contains(migration.Number)))
        {
            using var transaction = connection.BeginTransaction();
            try
            {
                connection.Execute(migration.Sql, transaction: transaction);
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode == SqliteCode.Constraint)
            {
                throw new StoreRefusedException($"Migration {migration.Number:0000}_{migration.Name} does not fit this data folder: {fault.Message}", fault);
            }

            connection.Execute(
                RecordSql,
                new { number = migration.Number, name = migration.Name, sha256 = migration.Digest, atUs = Instant.ToMicroseconds(at) },
                transaction);

            // Crash here: nothing of this file is applied, DDL rolls back as rows do. The next start applies it whole.
            transaction.Commit();
        }
    }

    private static List<Migration> Load(Assembly assembly)
    {
        var found = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name))
            .OrderBy(migration => migration.Number)
            .ToList();
        var twice = found.GroupBy(migration => migration.Number).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? found
            : throw new InvalidOperationException($"Two migrations carry the number {twice.Key:0000}: {string.Join(", ", twice.Select(m => m.Name))}.");
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        var file = Path.GetFileNameWithoutExtension(resource[ResourcePrefix.Length..]);
        var (number, name) = (file[..4], file[5..]);
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // Line ends are not part of a file's identity: a checkout may have changed them.
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        return new Migration(int.Parse(number, CultureInfo.InvariantCulture), name, sql);
    }
}
