using System.Net.Sockets;
using System.Text;

namespace AttributionRegistry.Server.Tests.Http;

/// <summary>Bytes on a socket, for requests that a well-behaved client would not send.</summary>
internal static class RawHttp
{
    public static async Task<string> SendAsync(int port, string head, byte[]? body = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var stream = client.GetStream();
        var text = head.ReplaceLineEndings("\r\n").TrimEnd() + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), patience.Token);
        try
        {
            await stream.WriteAsync(body ?? [], patience.Token);
        }
        catch (IOException)
        {
            // The server may answer and close before it has read everything.
        }

        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // Reset after the answer: what has arrived counts.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public static int Status(string answer) => answer.Length > 12 ? int.Parse(answer.AsSpan(9, 3)) : 0;
}
