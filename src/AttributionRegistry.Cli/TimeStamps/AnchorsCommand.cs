using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.TimeStamps;

/// <summary>
/// <c>attribution log anchors URL</c>: every time stamp that the log records is fetched and checked, with its checkpoint, against the entries
/// and against the authority's certificates.
/// </summary>
public static class AnchorsCommand
{
    private const string Type = "anchor.rfc3161";

    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "ca", "vkey");
        var authorities = read.Option("ca") is { } file ? TimeStamp.Authorities(file) : null;
        using var client = Connections.Anonymous(Arguments.Address(read.Single("address")), entropy);
        try
        {
            return await CheckAsync(client, authorities, read.Option("vkey"), output, cancel);
        }
        catch (Exception fault) when (fault is NoteException or TimeStampException or FormatException or JsonException or InvalidOperationException)
        {
            await output.WriteLineAsync($"anchors: {fault.Message}");
            return ExitCode.DoesNotHold;
        }
    }

    private static async Task<int> CheckAsync(RegistryClient client, X509Certificate2Collection? authorities, string? pinned, TextWriter output, CancellationToken cancel)
    {
        var key = await PinnedKey.FollowAsync(pinned ?? (await client.GetTextAsync("/log/vkey", cancel)).Trim(), path => client.GetBytesAsync($"/log/{path}", cancel));
        var head = Checkpoint.Open(await client.GetTextAsync("/log/checkpoint", cancel), key.Key);
        var (tree, anchors) = await PinnedKey.ReadAsync(head.Size, path => client.GetBytesAsync($"/log/{path}", cancel), IsAnchor);
        if (!tree.Root().AsSpan().SequenceEqual(head.Root))
        {
            throw new NoteException("The entries do not give the root of the checkpoint.");
        }

        TimeStamp? last = null;
        foreach (var (index, entry) in anchors)
        {
            var checkpoint = await client.GetBytesAsync(FormattableString.Invariant($"/v1/log/anchors/{index}/checkpoint"), cancel);
            var reply = await client.GetBytesAsync(FormattableString.Invariant($"/v1/log/anchors/{index}/token"), cancel);
            last = await CheckAsync(index, entry, checkpoint, reply, size => Task.FromResult(tree.RootAt(size)), authorities);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"entry {index}: {last.At:yyyy-MM-ddTHH:mm:ssZ} by {last.Authority}"));
        }

        await output.WriteLineAsync(last is null
            ? $"valid: {head.Size} entries, none is a time stamp"
            : string.Create(CultureInfo.InvariantCulture, $"valid: {head.Size} entries, {anchors.Count} time stamps, the newest of {last.At:yyyy-MM-ddTHH:mm:ssZ}"));
        if (last is not null && authorities is null)
        {
            await output.WriteLineAsync("the authority's certificate was taken from the tokens themselves; name its chain with --ca PEM");
        }

        if (pinned is null || key.Said.Length > 0)
        {
            await output.WriteLineAsync(pinned is null ? $"key taken from the server itself; pin it with --vkey '{key.Key.Vkey}'" : key.Said);
        }

        return ExitCode.Holds;
    }

    /// <summary>A time stamp against the entry that records it.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="entry">Its bytes.</param>
    /// <param name="checkpoint">What was stamped.</param>
    /// <param name="reply">The authority's reply.</param>
    /// <param name="rootAt">The root of the log at a size that the entry's place allows.</param>
    /// <param name="authorities">The reader's own chain, or null.</param>
    /// <exception cref="NoteException">It is not the one that the log records.</exception>
    internal static async Task<TimeStamp> CheckAsync(
        long index, byte[] entry, byte[] checkpoint, byte[] reply, Func<long, Task<byte[]>> rootAt, X509Certificate2Collection? authorities)
    {
        Require(index, IsAnchor(entry), "it records no time stamp");
        var body = JsonNode.Parse(entry)!["body"]!;
        Require(index, Hex(checkpoint) == (string?)body["checkpoint"], "the checkpoint is not the one that the entry names");
        Require(index, Hex(reply) == (string?)body["token"], "the token is not the one that the entry names");

        // Whoever signed it then: its root is that of entries which the newest checkpoint covers.
        var stamped = Checkpoint.ParseBody(SignedNote.Parse(checkpoint).Text);
        Require(index, stamped.Size <= index && (await rootAt(stamped.Size)).AsSpan().SequenceEqual(stamped.Root), "the checkpoint is not one of this log");
        Require(index, stamped.Size == (long)body["size"]! && Convert.ToBase64String(stamped.Root) == (string?)body["root"], "size and root are not those of the checkpoint");
        try
        {
            var stamp = TimeStamp.Verify(reply, checkpoint, authorities);
            Require(index, DateTimeOffset.Parse((string)body["time"]!, CultureInfo.InvariantCulture) == stamp.At, "the time is not that of the token");
            return stamp;
        }
        catch (TimeStampException fault)
        {
            throw new TimeStampException(fault.Fault, $"entry {index}: {fault.Message}", fault);
        }
    }

    private static bool IsAnchor(byte[] entry)
    {
        if (entry.AsSpan().IndexOf("\"type\":\"anchor.rfc3161\""u8) < 0)
        {
            return false;
        }

        var json = JsonNode.Parse(entry)!;
        return (string?)json["type"] == Type && (string?)json["subject"] == "anchors";
    }

    private static void Require(long index, bool holds, string fault)
    {
        if (!holds)
        {
            throw new NoteException($"entry {index}: {fault}.");
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
