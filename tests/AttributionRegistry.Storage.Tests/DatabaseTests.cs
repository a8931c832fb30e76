using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests;

public sealed class DatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_writer_keeps_every_commit_through_a_power_cut()
    {
        using var database = Database.Open(_folder.Path, Stores.Noon);

        database.Writer.ExecuteScalar<string>("PRAGMA journal_mode").Should().Be("wal");
        database.Writer.ExecuteScalar<long>("PRAGMA synchronous").Should().Be(2);
        database.Writer.ExecuteScalar<long>("PRAGMA foreign_keys").Should().Be(1);
        database.Writer.ExecuteScalar<long>("PRAGMA trusted_schema").Should().Be(0);
        database.Writer.ExecuteScalar<long>("PRAGMA cell_size_check").Should().Be(1);
        database.Writer.ExecuteScalar<long>("PRAGMA recursive_triggers").Should().Be(1);
        database.Writer.ExecuteScalar<long>("PRAGMA busy_timeout").Should().Be(5000);
    }

    [Theory]
    [InlineData("PRAGMA synchronous = NORMAL")]
    [InlineData("PRAGMA synchronous = OFF")]
    [InlineData("PRAGMA journal_mode = DELETE")]
    public void A_setting_that_could_lose_a_commit_is_refused(string setting)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "x.db")};Pooling=False");
        connection.Open();
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Database.AssertDurable(connection);

        connection.Execute(setting);

        var refused = () => Database.AssertDurable(connection);
        refused.Should().Throw<StoreRefusedException>().WithMessage("*journal_mode=*synchronous=*");
    }

    [Fact]
    public void A_second_server_on_the_same_data_folder_is_refused()
    {
        using var first = Database.Open(_folder.Path, Stores.Noon);

        var second = () => Database.Open(_folder.Path, Stores.Noon);

        second.Should().Throw<StoreRefusedException>().WithMessage("*in use by another server*");
    }

    [Fact]
    public void A_closed_data_folder_opens_again()
    {
        Database.Open(_folder.Path, Stores.Noon).Dispose();
        using var again = Database.Open(_folder.Path, Stores.Noon);

        again.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM schema_migration"))
            .Should().Be(Migrations.Known.Count);
    }

    [Fact]
    public void Readers_cannot_write()
    {
        using var database = Database.Open(_folder.Path, Stores.Noon);

        var write = () => database.Read(connection => connection.Execute("INSERT INTO instance (name, value) VALUES ('a', 'b')"));

        write.Should().Throw<SqliteException>();
        database.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM instance")).Should().Be(0);
    }

    [Fact]
    public void A_read_sees_one_snapshot_while_the_writer_goes_on()
    {
        using var database = Database.Open(_folder.Path, Stores.Noon);

        var (before, after) = database.Read(connection =>
        {
            var first = connection.ExecuteScalar<long>("SELECT count(*) FROM instance");
            database.Writer.Execute("INSERT INTO instance (name, value) VALUES ('a', 'b')");
            return (first, connection.ExecuteScalar<long>("SELECT count(*) FROM instance"));
        });

        (before, after).Should().Be((0, 0));
        database.Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM instance")).Should().Be(1);
    }

    [Fact]
    public void A_read_that_throws_gives_its_connection_back()
    {
        using var database = Database.Open(_folder.Path, Stores.Noon, readers: 1);

        var fails = () => database.Read<int>(_ => throw new InvalidOperationException("as asked"));

        fails.Should().Throw<InvalidOperationException>().WithMessage("as asked");
        database.Read(connection => connection.ExecuteScalar<long>("SELECT 1")).Should().Be(1);
    }

    [Fact]
    public void More_readers_than_connections_all_get_their_turn()
    {
        using var database = Database.Open(_folder.Path, Stores.Noon, readers: 2);
        long sum = 0;

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
            Interlocked.Add(ref sum, database.Read(connection => connection.ExecuteScalar<long>("SELECT 1"))));

        sum.Should().Be(200);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_by_name()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "registry.db"), new string('x', 8192));

        var open = () => Database.Open(_folder.Path, Stores.Noon);

        open.Should().Throw<StoreRefusedException>().WithMessage("*registry.db is damaged*");
    }
}
