using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests;

/// <summary>What the database itself refuses, whoever writes to it.</summary>
public sealed class RecordSchemaTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public RecordSchemaTests()
    {
        _connection.Open();
        Migrations.Apply(_connection, Stores.Noon);
        Insert(0, "a", 1);
        Insert(1, "a", 2);
        _connection.Execute("INSERT INTO opening (idx, name, salt, value) VALUES (0, 'title', zeroblob(32), '\"x\"')");
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData("UPDATE event SET body = '{}' WHERE idx = 0", "events are never changed")]
    [InlineData("DELETE FROM event WHERE idx = 1", "events are never deleted")]
    [InlineData("UPDATE log_entry SET entry = zeroblob(1) WHERE idx = 0", "log entries are never changed")]
    [InlineData("DELETE FROM log_entry WHERE idx = 1", "log entries are never deleted")]
    [InlineData("UPDATE opening SET value = '\"y\"' WHERE idx = 0", "openings are never changed")]
    [InlineData("DELETE FROM opening WHERE idx = 0", "only by an order of erasure")]
    [InlineData("INSERT OR REPLACE INTO opening (idx, name, salt, value) VALUES (0, 'title', zeroblob(32), '\"y\"')", "written once")]
    [InlineData("INSERT OR REPLACE INTO log_entry (idx, leaf_hash, entry) VALUES (0, zeroblob(32), zeroblob(1))", "next index")]
    public void What_is_written_stays_as_it_is(string statement, string message)
    {
        var change = () => _connection.Execute(statement);

        change.Should().Throw<SqliteException>().WithMessage($"*{message}*");
    }

    [Theory]
    [InlineData(3, "a", 3)] // a gap in the log
    [InlineData(1, "b", 1)] // an index that is taken
    [InlineData(2, "a", 4)] // a gap in the stream
    [InlineData(2, "a", 2)] // a version that is taken
    [InlineData(2, "b", 2)] // a stream that does not start at 1
    public void An_event_takes_the_next_index_and_the_next_version(long index, string stream, long version)
    {
        var insert = () => Insert(index, stream, version);

        insert.Should().Throw<SqliteException>().WithMessage("*next index and the next version*");
    }

    [Fact]
    public void An_event_cannot_be_replaced_by_insert_or_replace()
    {
        var replace = () => _connection.Execute(
            """
            INSERT OR REPLACE INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
            VALUES (2, 'a', 2, 't', 1, NULL, 0, '{}', 0)
            """);

        replace.Should().Throw<SqliteException>();
        _connection.ExecuteScalar<long>("SELECT count(*) FROM event").Should().Be(2);
    }

    [Fact]
    public void An_opening_goes_when_a_logged_event_ordered_it_and_never_comes_back()
    {
        _connection.Execute("INSERT INTO erasure (idx, name, ordered_by_idx) VALUES (0, 'title', 1)");

        _connection.Execute("DELETE FROM opening WHERE idx = 0 AND name = 'title'").Should().Be(1);

        var again = () => _connection.Execute("INSERT INTO opening (idx, name, salt, value) VALUES (0, 'title', zeroblob(32), '\"x\"')");
        again.Should().Throw<SqliteException>().WithMessage("*never after its erasure*");
        var forget = () => _connection.Execute("DELETE FROM erasure");
        forget.Should().Throw<SqliteException>().WithMessage("*never deleted*");
    }

    [Fact]
    public void An_erasure_without_an_event_that_ordered_it_is_refused()
    {
        var erase = () => _connection.Execute("INSERT INTO erasure (idx, name, ordered_by_idx) VALUES (0, 'title', 99)");

        erase.Should().Throw<SqliteException>().WithMessage("*FOREIGN KEY*");
    }

    [Theory]
    [InlineData("UPDATE log_head SET size = 1", true)]
    [InlineData("UPDATE log_head SET root = randomblob(32)", true)]
    [InlineData("UPDATE log_head SET size = 3, at_us = 4", true)]
    [InlineData("DELETE FROM log_head", true)]
    [InlineData("UPDATE log_head SET size = 3, root = randomblob(32), at_us = 5", false)]
    public void The_head_only_moves_forward(string statement, bool refused)
    {
        _connection.Execute("INSERT INTO log_head (id, size, root, checkpoint, at_us) VALUES (1, 2, zeroblob(32), 'c', 5)");

        var change = () => _connection.Execute(statement);

        if (refused)
        {
            change.Should().Throw<SqliteException>().WithMessage("*log*");
        }
        else
        {
            change.Should().NotThrow();
        }
    }

    [Theory]
    [InlineData("INSERT INTO log_entry (idx, leaf_hash, entry) VALUES (2, zeroblob(31), zeroblob(1))")]
    [InlineData("INSERT INTO opening (idx, name, salt, value) VALUES (1, 'x', zeroblob(16), '1')")]
    [InlineData("INSERT INTO log_head (id, size, root, checkpoint, at_us) VALUES (2, 0, zeroblob(32), 'c', 0)")]
    [InlineData("INSERT INTO stream_head (stream, version, leaf_hash) VALUES ('z', 0, zeroblob(32))")]
    public void Values_of_the_wrong_shape_are_refused(string statement)
    {
        var insert = () => _connection.Execute(statement);

        insert.Should().Throw<SqliteException>().WithMessage("*CHECK constraint failed*");
    }

    private void Insert(long index, string stream, long version)
    {
        _connection.Execute(
            """
            INSERT INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
            VALUES (@index, @stream, @version, 't', 1, NULL, 0, '{}', 0)
            """,
            new { index, stream, version });
        _connection.Execute("INSERT INTO log_entry (idx, leaf_hash, entry) VALUES (@index, zeroblob(32), zeroblob(1))", new { index });
    }
}
