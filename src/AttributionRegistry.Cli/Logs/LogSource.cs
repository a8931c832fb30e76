using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>Where a log and the published side of a registry are read from. Null: there is no such file. Safe for several readers at once.</summary>
internal interface ILogSource : IDisposable
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>The bytes at a path without a leading slash, such as <c>log/checkpoint</c>.</summary>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancel);
}

/// <summary>From the command line to a source.</summary>
internal static class LogSources
{
    // A full bundle of the largest entries that the format knows has 16 MiB; more than twice that is no log.
    private const long MostBytes = 40L * 1024 * 1024;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(100);

    /// <summary>An address is asked, anything else is a folder.</summary>
    public static ILogSource Open(string from, Func<int, byte[]> entropy) => Arguments.IsAddress(from)
        ? new ClientLogSource(Client(Arguments.Address(from), entropy), Arguments.Address(from).ToString(), "", mine: true)
        : Directory.Exists(from) ? new FolderLogSource(from) : throw new UsageException($"'{from}' is no http or https address, and no folder.");

    /// <summary>The log of a registry that somebody else asks too; closing it closes nothing.</summary>
    internal static ILogSource Of(RegistryClient client) => new ClientLogSource(client, "the registry", "/", mine: false);

    /// <summary>A client that does not wait for ever and does not take without end: what it asks may be hostile.</summary>
    internal static RegistryClient Client(Uri address, Func<int, byte[]> entropy, long mostBytes = MostBytes)
    {
        var below = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        var http = Connections.Http(below);
        (http.Timeout, http.MaxResponseContentBufferSize) = (MostTime, mostBytes);
        return new RegistryClient(http, null, entropy);
    }

    /// <summary>
    /// The key that is trusted: the one given, else the one the source names; and where that one signs no more, the one it named in its place.
    /// Whoever has read the entries asks <see cref="PinnedKey.StillAsync"/>.
    /// </summary>
    /// <exception cref="LogAuditException">There is none, it is malformed, or it does not lead to the key that signs.</exception>
    public static async Task<PinnedKey> KeyAsync(this ILogSource source, string? pinned, CancellationToken cancel)
    {
        try
        {
            var vkey = pinned ?? FirstLine(await source.RequireAsync("log/vkey", LogChecks.Checkpoint, cancel));
            return await PinnedKey.BeforeReadingAsync(vkey, path => source.RequireAsync($"log/{path}", path == "checkpoint" ? LogChecks.Checkpoint : LogChecks.Bundle, cancel));
        }
        catch (Exception fault) when (fault is NoteException or FormatException)
        {
            throw new LogAuditException(LogChecks.Checkpoint, null, fault.Message);
        }
    }

    /// <summary>The newest checkpoint, opened with the log's key, and the note that it stands in.</summary>
    /// <exception cref="LogAuditException">Missing, malformed, another log's, or not signed by the key.</exception>
    public static async Task<SignedCheckpoint> CheckpointAsync(this ILogSource source, PinnedKey key, CancellationToken cancel) =>
        SignedCheckpoint.Open(await source.RequireAsync("log/checkpoint", LogChecks.Checkpoint, cancel), key.Key);

    /// <summary>The bytes of a tile. Where a partial one is gone because the full one exists, that one's beginning is the same.</summary>
    public static async Task<byte[]> TileAsync(this ILogSource source, TilePath tile, CancellationToken cancel)
    {
        if (await source.ReadAsync($"log/{tile}", cancel) is { } bytes)
        {
            return bytes;
        }

        var check = tile.IsEntries ? LogChecks.Bundle : LogChecks.Tile;
        var full = tile.IsEntries ? TilePath.Entries(tile.Index) : TilePath.Hashes(tile.Level, tile.Index);
        return (tile.IsPartial ? await source.ReadAsync($"log/{full}", cancel) : null) is { } longer
            ? Beginning(tile, longer)
            : throw new LogAuditException(check, null, $"{tile} is missing");
    }

    private static async Task<byte[]> RequireAsync(this ILogSource source, string path, string check, CancellationToken cancel) =>
        await source.ReadAsync(path, cancel) ?? throw new LogAuditException(check, null, $"{source.Name} has no {path}");

    private static string FirstLine(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes).Split('\n')[0].Trim();

    private static byte[] Beginning(TilePath tile, byte[] full)
    {
        if (!tile.IsEntries)
        {
            return full.Length >= tile.Width * Rfc6962.HashSize ? full[..(tile.Width * Rfc6962.HashSize)] : full;
        }

        var end = 0;
        for (var place = 0; place < tile.Width && full.Length - end >= 2; place++)
        {
            end += 2 + System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(full.AsSpan(end));
        }

        return end <= full.Length ? full[..end] : full;
    }

    /// <param name="client">Asks.</param>
    /// <param name="name">How messages name it.</param>
    /// <param name="root">What stands before a path.</param>
    /// <param name="mine">Whether closing this closes the client.</param>
    private sealed class ClientLogSource(RegistryClient client, string name, string root, bool mine) : ILogSource
    {
        public string Name => name;

        public async Task<byte[]?> ReadAsync(string path, CancellationToken cancel)
        {
            try
            {
                return await client.GetBytesAsync(root + path, cancel);
            }
            catch (RegistryRefusedException refused) when (refused.Status is 404 or 410)
            {
                return null;
            }
        }

        public void Dispose()
        {
            if (mine)
            {
                client.Dispose();
            }
        }
    }

    private sealed class FolderLogSource(string folder) : ILogSource
    {
        public string Name => folder;

        public async Task<byte[]?> ReadAsync(string path, CancellationToken cancel)
        {
            try
            {
                return await File.ReadAllBytesAsync(Path.Combine(folder, path == "log/checkpoint/witnessed" ? Mirrors.MirrorFolder.Witnessed : path), cancel);
            }
            catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>A checkpoint whose signature held, with the note it came in: the note is what one log can be held to.</summary>
internal sealed record SignedCheckpoint(Checkpoint Head, string Note)
{
    /// <summary>An older checkpoint, from the time of the pinned key or of the one that it named in its place.</summary>
    public static SignedCheckpoint Open(ReadOnlySpan<byte> note, string? pinned, PinnedKey key)
    {
        try
        {
            return Open(note, pinned is null ? key.Key : NoteVerifier.Parse(pinned));
        }
        catch (LogAuditException) when (pinned is not null && pinned != key.Key.Vkey)
        {
            return Open(note, key.Key);
        }
    }

    public static SignedCheckpoint Open(ReadOnlySpan<byte> note, NoteVerifier key)
    {
        try
        {
            _ = SignedNote.Parse(note); // refuses what is not UTF-8, which a decoder would mend
            var text = System.Text.Encoding.UTF8.GetString(note);
            return new SignedCheckpoint(Checkpoint.Open(text, key), text);
        }
        catch (NoteException fault)
        {
            throw new LogAuditException(LogChecks.Checkpoint, null, fault.Message);
        }
    }
}
