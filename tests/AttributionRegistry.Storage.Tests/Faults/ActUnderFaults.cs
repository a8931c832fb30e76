using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Storage.Tests.Support;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests.Faults;

/// <summary>
/// One act's whole path, in a process that tests/crash/faults.c was preloaded into: bytes of evidence, commits, the signer's state, the write-ahead
/// log emptied, the close. It says what was acknowledged, and only that.
/// </summary>
public sealed class ActUnderFaults
{
    private static readonly byte[] Evidence = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))];

    private readonly int _run;
    private long _drawn;

    private ActUnderFaults(int run) => _run = run;

    /// <param name="folder">Of the store.</param>
    /// <param name="run">A number that no other run on this store has: its random bytes come from it.</param>
    /// <param name="fromTheStart">Whether the calls of opening the store count too.</param>
    public static async Task<int> RunAsync(string folder, int run, bool fromTheStart)
    {
        if (fromTheStart)
        {
            Preloaded<Arm>("fault_arm")();
        }

        await new ActUnderFaults(run).RunAsync(folder, arm: !fromTheStart);
        Console.WriteLine($"calls {Calls()}");
        return 0;
    }

    private async Task RunAsync(string folder, bool arm)
    {
        RegistryStore store;
        try
        {
            store = RegistryStore.Open(Stores.Options(folder) with { Entropy = Draw }, Stores.Noon);
        }
        catch (Exception fault) when (IsOfTheDisk(fault))
        {
            Console.WriteLine($"failed {fault.GetType().Name}");
            return;
        }

        using (store)
        {
            if (arm)
            {
                Preloaded<Arm>("fault_arm")();
            }

            await TryAsync(() => WithEvidenceAsync(store));
            await TryAsync(async () => Say(await CommitAsync(store, "plain", isSealed: false), "-"));
            await TryAsync(() => Task.FromResult(store.Database.EmptyWriteAheadLog()));
            await TryAsync(async () => Say(await CommitAsync(store, "sealed", isSealed: true), "-"));
            Console.WriteLine($"accepting {store.Writer.Health.Accepting} {Calls()}");
        }
    }

    private async Task WithEvidenceAsync(RegistryStore store)
    {
        using var content = new MemoryStream(Evidence);
        var file = await store.Evidence.StoreAsync(content, Evidence.Length, long.MaxValue, null, CancellationToken.None);
        Say(await CommitAsync(store, $"evidence-{file.Blob}", isSealed: true), $"{file.Blob}:{Convert.ToHexStringLower(file.Key)}:{file.Digest}");
    }

    private async Task<CommitResult.Committed> CommitAsync(RegistryStore store, string stream, bool isSealed)
    {
        var version = store.Events.Last(stream)?.Version ?? 0;
        var added = Stores.Event(new JsonObject { ["n"] = version }, isSealed: isSealed) with { SealSalt = Draw(32) };
        var key = new IdempotencyRow("someone", Convert.ToHexStringLower(Draw(16)), "hash", 201, null, null, "{}", null, Stores.Noon);
        return (CommitResult.Committed)await store.Writer.CommitAsync(new CommitRequest([new StreamAppend(stream, version, [added])], null, key));
    }

    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception fault) when (IsOfTheDisk(fault))
        {
            Console.WriteLine($"failed {fault.GetType().Name}");
        }
    }

    private static bool IsOfTheDisk(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or CommitFailedException or WriterStoppedException or StoreRefusedException or LogDamagedException or SqliteException;

    private static void Say(CommitResult.Committed done, string evidence)
    {
        var leaf = done.Leaves[0];
        Console.WriteLine($"ack {leaf.Index} {Convert.ToHexStringLower(leaf.LeafHash)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(done.Head.Checkpoint))} {evidence} .");
        Console.Out.Flush();
    }

    private byte[] Draw(int count)
    {
        var drawn = Interlocked.Increment(ref _drawn);
        var seed = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(seed, _run);
        BinaryPrimitives.WriteInt64BigEndian(seed.AsSpan(4), drawn);
        return [.. Enumerable.Range(0, (count + 31) / 32).SelectMany(block => SHA256.HashData([.. seed, (byte)block])).Take(count)];
    }

    private static long Calls() => Preloaded<Count>("fault_count")();

    private delegate void Arm();

    private delegate long Count();

    private static T Preloaded<T>(string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name));
}
