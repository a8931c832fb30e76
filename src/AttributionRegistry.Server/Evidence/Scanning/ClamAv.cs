using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The scanner does not answer, or not as one.</summary>
public sealed class ScannerUnreachableException(string address, string reason, Exception? cause = null)
    : Exception($"The scanner at {address} cannot be asked: {reason}", cause);

/// <summary>What a scanner said.</summary>
public sealed record ScanAnswer(string Engine, ScanVerdict Verdict, string? Signature);

/// <summary>A client of clamd (man 8 clamd): the bytes go over its socket in pieces, are never on the disk in the clear, and never whole in memory.</summary>
/// <param name="address">host:port, or the path of a Unix socket.</param>
public sealed class ClamAv(string address)
{
    private const int ChunkBytes = 64 * 1024;
    private const int MostAnswerBytes = 4096;
    private const int MostSignatureChars = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // without any progress

    /// <summary>Has the rest of a stream scanned.</summary>
    /// <exception cref="ScannerUnreachableException">There is no verdict.</exception>
    public async Task<ScanAnswer> ScanAsync(Stream content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        var engine = (await AskAsync("zVERSION\0", null, cancel)).Trim();
        var answer = await AskAsync("zINSTREAM\0", content, cancel);
        return Read(engine, answer) ?? throw new ScannerUnreachableException(address, $"it answered '{Printable(answer)}'");
    }

    // "stream: OK", "stream: NAME FOUND", "INSTREAM size limit exceeded. ERROR"
    internal static ScanAnswer? Read(string engine, string answer) => Printable(answer) switch
    {
        "stream: OK" => new ScanAnswer(Printable(engine), ScanVerdict.Clean, null),
        { } found when found.StartsWith("stream: ", StringComparison.Ordinal) && found.EndsWith(" FOUND", StringComparison.Ordinal) =>
            new ScanAnswer(Printable(engine), ScanVerdict.Malware, found["stream: ".Length..^" FOUND".Length]),
        { } tooLarge when tooLarge.StartsWith("INSTREAM size limit exceeded", StringComparison.Ordinal) =>
            new ScanAnswer(Printable(engine), ScanVerdict.NotScanned, "larger than the scanner takes"),
        _ => null,
    };

    private static string Printable(string text)
    {
        var kept = new string([.. text.Where(c => c is >= ' ' and < (char)127)]).Trim();
        return kept.Length <= MostSignatureChars ? kept : kept[..MostSignatureChars];
    }

    private async Task<string> AskAsync(string command, Stream? content, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var socket = await ConnectAsync(patience.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command), patience.Token);
            if (content is not null)
            {
                try
                {
                    await SendAsync(content, stream, patience);
                }
                catch (IOException fault) when (fault.InnerException is SocketException)
                {
                    // It closes its side when it has seen too much, and has said so before.
                }
            }

            return await AnswerAsync(stream, patience.Token);
        }
        catch (Exception fault) when (fault is SocketException or IOException { InnerException: SocketException })
        {
            throw new ScannerUnreachableException(address, fault.Message, fault);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ScannerUnreachableException(address, $"it did nothing for {Patience.TotalMinutes} minutes");
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var local = address.StartsWith('/');
        var socket = local ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            EndPoint to = local ? new UnixDomainSocketEndPoint(address) : HostAndPort();
            await socket.ConnectAsync(to, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private DnsEndPoint HostAndPort()
    {
        var colon = address.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), out var port)
            ? new DnsEndPoint(address[..colon].Trim('[', ']'), port)
            : throw new ScannerUnreachableException(address, "the setting Registry:ClamAv is host:port or the path of a socket");
    }

    private static async Task SendAsync(Stream content, NetworkStream stream, CancellationTokenSource patience)
    {
        var chunk = new byte[4 + ChunkBytes];
        try
        {
            int read;
            do
            {
                read = await content.ReadAtLeastAsync(chunk.AsMemory(4, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, patience.Token);
                BinaryPrimitives.WriteInt32BigEndian(chunk, read); // The empty chunk is the end.
                await stream.WriteAsync(chunk.AsMemory(0, 4 + read), patience.Token);
                patience.CancelAfter(Patience);
            }
            while (read > 0);
        }
        finally
        {
            Array.Clear(chunk);
        }
    }

    private static async Task<string> AnswerAsync(NetworkStream stream, CancellationToken cancel)
    {
        var answer = new byte[MostAnswerBytes];
        var length = 0;
        int read;
        while (length < answer.Length && (read = await stream.ReadAsync(answer.AsMemory(length), cancel)) > 0)
        {
            length += read;
            if (answer[length - 1] == 0)
            {
                break;
            }
        }

        return Encoding.ASCII.GetString(answer, 0, length).TrimEnd('\0');
    }
}
