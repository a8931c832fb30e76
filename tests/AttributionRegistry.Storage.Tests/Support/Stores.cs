using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests.Support;

/// <summary>Throw-away stores with fixed bytes where the product takes random ones.</summary>
internal static class Stores
{
    public const string Origin = "registry.test/log";

    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static long _entropy;

    public static RegistryStore Open(string folder) => RegistryStore.Open(Options(folder), Noon);

    public static StoreOptions Options(string folder) => new(Path.Combine(folder, "data"), Path.Combine(folder, "keys"), Origin, Entropy);

    /// <summary>Different bytes at every call, the same in every run.</summary>
    public static byte[] Entropy(int count)
    {
        var bytes = new byte[count];
        BitConverter.TryWriteBytes(bytes, Interlocked.Increment(ref _entropy));
        return bytes;
    }

    public static byte[] Salt(byte fill) => [.. Enumerable.Repeat(fill, 32)];

    public static NewEvent Event(JsonObject? facts = null, DateTimeOffset? at = null, bool isSealed = false, params FieldOpening[] openings) =>
        new("evidence.received", 1, "p_1", at ?? Noon, """{"private":true}""", isSealed, facts ?? [], Salt(7), openings);

    public static CommitRequest Append(string stream, long expected, params NewEvent[] events) =>
        new([new StreamAppend(stream, expected, events.Length == 0 ? [Event()] : events)]);

    public static async Task<CommitResult.Committed> CommitAsync(this RegistryStore store, CommitRequest request)
    {
        var result = await store.Writer.CommitAsync(request);
        return result.Should().BeOfType<CommitResult.Committed>().Subject;
    }

    public static Receipt Receipt(this RegistryStore store, CommittedLeaf leaf, SignedHead head) => new(
        leaf.Index,
        B64Url.Encode(leaf.LeafHash),
        head.Checkpoint,
        [.. store.Writer.InclusionProof(leaf.Index, head.Size).Select(Convert.ToBase64String)],
        null);

    /// <summary>The database file as a stranger opens it, with none of the store's settings.</summary>
    public static SqliteConnection OpenRaw(string folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "data", "registry.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
