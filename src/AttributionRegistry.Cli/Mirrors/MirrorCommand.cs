using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// <c>attribution mirror URL DIR</c>: a copy of the log and of what is published, which any web server can serve. Run it again to go on, after a
/// crash or after growth.
/// </summary>
public static class MirrorCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "vkey");
        if (read.Positional is not [var from, var folder])
        {
            throw new UsageException("An address and a folder are expected.");
        }

        using var client = LogSources.Client(Arguments.Address(from), entropy, BundleZip.MaxZipBytes);
        using var source = LogSources.Open(from, entropy);
        Directory.CreateDirectory(folder);
        using var mine = Lock(folder);
        var mirror = new MirrorFolder(folder);
        try
        {
            var pinned = read.Option("vkey") ?? (mirror.Read("log/vkey") is { } kept ? System.Text.Encoding.UTF8.GetString(kept).Split('\n')[0].Trim() : null);
            var key = await source.KeyAsync(pinned, cancel);
            var newest = await source.CheckpointAsync(key, cancel);
            var oldSize = await LogCopy.RequireGrowthAsync(source, mirror, newest, pinned, key, cancel);

            // The key first: whoever goes on with this folder holds the log to it. What the server calls its key is not believed.
            mirror.Put("log/vkey", System.Text.Encoding.UTF8.GetBytes(key.Key.Vkey + "\n"));
            var copy = new LogCopy(source, mirror, newest, key);
            await copy.RunAsync(oldSize, cancel);
            await WitnessedAsync(source, mirror, newest, key, cancel);
            var published = new PublicSide(client, source, mirror, newest, key);
            await published.RunAsync(cancel);
            var anchors = new AnchorCopy(client, source, mirror, newest.Head);
            await anchors.RunAsync(cancel);
            await output.WriteLineAsync(
                $"mirrored: {newest.Head.Origin}, {newest.Head.Size} entries, {published.Findings} findings, {published.Bundles} bundles, {anchors.Anchors} time stamps; {copy.Copied + published.Copied + anchors.Copied} files new or changed" +
                (published.Waiting.Count == 0 ? "" : $"\nnewer than this checkpoint, left for the next run: {string.Join(", ", published.Waiting)}") +
                (key.Said.Length == 0 ? "" : $"\n{key.Said}") +
                (pinned is null ? $"\nkey taken from the log itself and trusted from now on; compare it with what the body published: {key.Key.Vkey}" : ""));
            List<string> faults = [.. published.Faults, .. anchors.Faults];
            faults.ForEach(output.WriteLine);
            return faults.Count == 0 ? ExitCode.Holds : ExitCode.DoesNotHold;
        }
        catch (ForkException fork)
        {
            await output.WriteLineAsync(fork.Evidence);
            return ExitCode.DoesNotHold;
        }
        catch (LogAuditException fault)
        {
            await output.WriteLineAsync(fault.Message);
            return ExitCode.DoesNotHold;
        }
    }

    // Taken where the log itself vouches for it and the head grows from it. Who witnessed it is the reader's policy to judge.
    private static async Task WitnessedAsync(ILogSource source, MirrorFolder mirror, SignedCheckpoint newest, PinnedKey key, CancellationToken cancel)
    {
        if (await source.ReadAsync("log/checkpoint/witnessed", cancel) is { } served && SignedCheckpoint.Open(served, key.Key) is var witnessed && witnessed.Head.Size <= newest.Head.Size)
        {
            await LogHistory.RequireGrowthAsync(source, witnessed, newest, cancel);
            mirror.Put(MirrorFolder.Witnessed, served);
        }
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, ".lock")))
        {
            throw new UsageException($"Another mirror works in {folder}.");
        }
    }
}
