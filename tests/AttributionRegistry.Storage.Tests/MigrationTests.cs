using AttributionRegistry.Domain;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests;

public sealed class MigrationTests : IDisposable
{
    private static readonly Migration One = new(1, "one", "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;");
    private static readonly Migration Two = new(2, "two", "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;");

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public MigrationTests() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Each_file_is_applied_once_and_recorded_with_its_digest()
    {
        Migrations.Apply(_connection, [One, Two], Stores.Noon);
        Migrations.Apply(_connection, [One, Two], Stores.Noon);

        _connection.Query<(long, string, string, long)>("SELECT number, name, sha256, at_us FROM schema_migration ORDER BY number")
            .Should().Equal(
                (1, "one", One.Digest, Instant.ToMicroseconds(Stores.Noon)),
                (2, "two", Two.Digest, Instant.ToMicroseconds(Stores.Noon)));
    }

    [Fact]
    public void A_database_newer_than_the_program_is_refused()
    {
        Migrations.Apply(_connection, [One, Two], Stores.Noon);

        var older = () => Migrations.Apply(_connection, [One], Stores.Noon);

        older.Should().Throw<StoreRefusedException>().WithMessage("*0002_two*up to 0001*newer program*");
    }

    [Fact]
    public void An_applied_file_that_has_changed_is_refused()
    {
        Migrations.Apply(_connection, [One], Stores.Noon);

        var rewritten = () => Migrations.Apply(_connection, [One with { Sql = One.Sql + " " }, Two], Stores.Noon);
        rewritten.Should().Throw<StoreRefusedException>().WithMessage("*0001_one*" + One.Digest + "*never changed*");
    }

    [Fact]
    public void A_file_that_fails_half_way_leaves_nothing()
    {
        var half = new Migration(2, "half", "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE one (id INTEGER) STRICT;");

        var apply = () => Migrations.Apply(_connection, [One, half], Stores.Noon);

        apply.Should().Throw<SqliteException>();
        _connection.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").Should().Equal("one", "schema_migration");
        _connection.ExecuteScalar<long>("SELECT max(number) FROM schema_migration").Should().Be(1);
    }

    [Fact]
    public void The_shipped_files_start_at_one_and_no_number_comes_twice() =>
        Migrations.Known.Select(migration => migration.Number).Should().StartWith(1).And.OnlyHaveUniqueItems().And.BeInAscendingOrder();

    [Fact]
    public void Every_shipped_table_is_strict()
    {
        Migrations.Apply(_connection, Stores.Noon);

        _connection.Query<string>("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type = 'table'")
            .Should().BeEmpty();
    }
}
