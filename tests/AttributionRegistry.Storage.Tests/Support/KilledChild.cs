using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Storage.Tests.Support;

/// <summary>Appends from several tasks at once and prints every acknowledged leaf and the checkpoint that came with it, until it is killed.</summary>
public static class KilledChild
{
    private const int Clients = 16;

    /// <summary>Commits some, then dies in the middle of a transaction: its rows are written, head and COMMIT are not.</summary>
    public static async Task<int> DieInsideAsync(string folder, int before)
    {
        using var store = Stores.Open(folder);
        var version = store.Events.ReadStream("inside").Count;
        for (var act = 0; act <= before; act++, version++)
        {
            var last = act == before;
            var result = await store.Writer.CommitAsync(new CommitRequest(
                [new StreamAppend("inside", version, [Stores.Event(new JsonObject { ["n"] = version })])], _ => Die(last)));
            Say((CommitResult.Committed)result);
        }

        return 0;
    }

    private static void Die(bool now)
    {
        if (now)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static void Say(CommitResult.Committed done)
    {
        var leaf = done.Leaves[0];
        lock (Console.Out)
        {
            // Only now, after the answer, may the parent believe in it.
            Console.Out.WriteLine($"{leaf.Index} {Convert.ToHexStringLower(leaf.LeafHash)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(done.Head.Checkpoint))} .");
            Console.Out.Flush();
        }
    }

    public static async Task<int> AppendForEverAsync(string folder)
    {
        using var store = Stores.Open(folder);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var stream = $"case-{client}";
            var version = store.Events.ReadStream(stream).Count;
            while (true)
            {
                var result = await store.Writer.CommitAsync(new CommitRequest([new StreamAppend(stream, version, [Stores.Event(new JsonObject { ["n"] = version })])]));
                version++;
                Say((CommitResult.Committed)result);
            }
        })));
        return 0;
    }
}
