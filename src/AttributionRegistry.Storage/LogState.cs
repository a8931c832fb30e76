using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>The log as the database has it: the tree rebuilt from its entries, checked entry by entry, and its head.</summary>
internal sealed record LogState(MerkleTree Tree, SignedHead Head, long LastAtMicroseconds)
{
    private const string EntriesSql = "SELECT idx, leaf_hash, entry FROM log_entry ORDER BY idx";

    private const string HeadSql = "SELECT size, root, checkpoint, at_us AS AtUs FROM log_head WHERE id = 1";

    private const string FirstHeadSql =
        "INSERT INTO log_head (id, size, root, checkpoint, at_us) VALUES (1, 0, @root, @checkpoint, @atUs)";

    private const string CountsSql = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM log_entry)";

    public static LogState Load(SqliteConnection connection, string origin, LogSigners signers, DateTimeOffset at)
    {
        var tree = Rebuild(connection);
        var row = connection.QuerySingleOrDefault<HeadRow>(HeadSql);
        if (row is null)
        {
            return First(connection, tree, origin, signers, at);
        }

        var root = tree.Root();
        if (row.Size != tree.Size || !root.AsSpan().SequenceEqual(row.Root))
        {
            throw new LogDamagedException(
                $"The entries in the database make a log of size {tree.Size} with root {Convert.ToHexStringLower(root)}, "
                + $"its signed head says {row.Size} with root {Convert.ToHexStringLower(row.Root)}. Restore the database from a backup or a mirror.");
        }

        CheckSignatures(row, origin, signers.History);
        var (events, entries) = connection.QuerySingle<(long, long)>(CountsSql);
        return events == entries
            ? new LogState(tree, new SignedHead(row.Size, row.Root, row.Checkpoint), row.AtUs)
            : throw new LogDamagedException($"The database has {events} events and {entries} log entries; there must be one entry for each.");
    }

    private static MerkleTree Rebuild(SqliteConnection connection)
    {
        var tree = new MerkleTree();
        using var command = connection.CreateCommand();
        command.CommandText = EntriesSql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var index = rows.GetInt64(0);
            var stored = rows.GetFieldValue<byte[]>(1);
            if (index != tree.Size)
            {
                throw new LogDamagedException($"Log entry {tree.Size} is missing from the database; restore it from a backup or a mirror.");
            }

            // SQLite does not notice a flipped bit in a value; the leaf hash does.
            var leafHash = Rfc6962.LeafHash(rows.GetFieldValue<byte[]>(2));
            if (!leafHash.AsSpan().SequenceEqual(stored))
            {
                throw new LogDamagedException(
                    $"Log entry {index} is damaged: its bytes hash to {Convert.ToHexStringLower(leafHash)}, "
                    + $"its leaf hash is {Convert.ToHexStringLower(stored)}. Restore it from a backup or a mirror.");
            }

            tree.Append(leafHash);
        }

        return tree;
    }

    private static LogState First(SqliteConnection connection, MerkleTree tree, string origin, LogSigners signers, DateTimeOffset at)
    {
        if (tree.Size != 0)
        {
            throw new LogDamagedException($"The database has {tree.Size} log entries and no signed head. Restore it from a backup.");
        }

        var root = tree.Root();
        var head = new SignedHead(0, root, new Checkpoint(origin, 0, root).Sign(signers.Current));
        var atUs = Instant.ToMicroseconds(at);
        connection.Execute(FirstHeadSql, new { root, checkpoint = head.Checkpoint, atUs });
        return new LogState(tree, head, atUs);
    }

    // A head carries the signatures of all keys of its size: one that lacks any was not written by this program.
    private static void CheckSignatures(HeadRow row, string origin, LogKeyHistory keys)
    {
        Checkpoint signed = null!;
        try
        {
            foreach (var key in keys.At(row.Size))
            {
                signed = Checkpoint.Open(row.Checkpoint, key);
            }
        }
        catch (NoteException failure)
        {
            throw new LogDamagedException($"The checkpoint stored for size {row.Size} does not hold: {failure.Message} Restore the database from a backup.");
        }

        if (signed.Origin != origin || signed.Size != row.Size || !signed.Root.AsSpan().SequenceEqual(row.Root))
        {
            throw new LogDamagedException(
                $"The stored checkpoint names {signed.Origin} {signed.Size} {Convert.ToHexStringLower(signed.Root)}, "
                + $"its row says {origin} {row.Size} {Convert.ToHexStringLower(row.Root)}. Restore the database from a backup.");
        }
    }

    private sealed class HeadRow
    {
        public long Size { get; init; }

        public byte[] Root { get; init; } = [];

        public string Checkpoint { get; init; } = "";

        public long AtUs { get; init; }
    }
}
