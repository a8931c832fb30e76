using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>Writes the rows that belong to a commit's events, in the commit's own transaction, on the writer's thread.</summary>
public sealed class RowWriter
{
    private readonly SqliteConnection _connection;

    internal RowWriter(SqliteConnection connection, IReadOnlyList<CommittedLeaf> leaves)
    {
        _connection = connection;
        Leaves = leaves;
    }

    internal SqliteConnection Connection => _connection;

    /// <summary>The leaves of this commit in the order of its events, with their indexes and instants.</summary>
    public IReadOnlyList<CommittedLeaf> Leaves { get; }

    /// <returns>The number of rows changed: 0 and more than 1 both mean something.</returns>
    public int Execute(string sql, object? parameters = null) => _connection.Execute(sql, parameters);

    public T? ExecuteScalar<T>(string sql, object? parameters = null) => _connection.ExecuteScalar<T>(sql, parameters);

    public T? QuerySingleOrDefault<T>(string sql, object? parameters = null) => _connection.QuerySingleOrDefault<T>(sql, parameters);

    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) => _connection.Query<T>(sql, parameters).AsList();
}
