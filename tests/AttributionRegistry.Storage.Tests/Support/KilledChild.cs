using System.Text.Json.Nodes;

namespace AttributionRegistry.Storage.Tests.Support;

/// <summary>Appends from several tasks at once and prints every acknowledged leaf, until it is killed.</summary>
public static class KilledChild
{
    private const int Clients = 16;

    public static async Task<int> AppendForEverAsync(string folder)
    {
        using var store = Stores.Open(folder);
        var output = Console.Out;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var stream = $"case-{client}";
            var version = store.Events.ReadStream(stream).Count;
            while (true)
            {
                var result = await store.Writer.CommitAsync(new CommitRequest([new StreamAppend(stream, version, [Stores.Event(new JsonObject { ["n"] = version })])]));
                var leaf = ((CommitResult.Committed)result).Leaves[0];
                version++;
                lock (output)
                {
                    // Only now, after the answer, may the parent believe in it.
                    output.WriteLine($"{leaf.Index} {Convert.ToHexStringLower(leaf.LeafHash)}");
                    output.Flush();
                }
            }
        })));
        return 0;
    }
}
