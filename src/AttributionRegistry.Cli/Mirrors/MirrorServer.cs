using System.Net;
using System.Net.Sockets;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// <c>attribution mirror serve DIR --listen URL</c>: the files of a mirror under the paths of the server, and nothing else. For a public mirror put a
/// web server with TLS before it, or let that one serve the folder.
/// </summary>
public static class MirrorServer
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "listen");
        var folder = read.Single("folder");
        var listen = Arguments.Address(read.Option("listen") ?? "http://127.0.0.1:5091");
        if (!File.Exists(Path.Combine(folder, "log", "checkpoint")))
        {
            throw new UsageException($"'{folder}' holds no mirror: there is no log/checkpoint.");
        }

        if (listen.Scheme != Uri.UriSchemeHttp || listen.AbsolutePath != "/")
        {
            throw new UsageException("--listen is an http address without a path; TLS is the web server's before it.");
        }

        using var listener = Start(listen, out var at);
        await using var stop = cancel.Register(listener.Stop);
        await output.WriteLineAsync($"serving {folder} at {at}");
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var asked = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(asked, folder), CancellationToken.None);
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException && cancel.IsCancellationRequested)
            {
                break;
            }
        }

        return ExitCode.Holds;
    }

    // HttpListener cannot be given port 0: a free one is asked of the system, and another where somebody was faster.
    private static HttpListener Start(Uri listen, out Uri at)
    {
        const int Attempts = 20;
        for (var attempt = 1; ; attempt++)
        {
            at = listen.Port != 0 ? listen : new UriBuilder(listen) { Port = FreePort() }.Uri;
            var listener = new HttpListener();
            listener.Prefixes.Add(at.GetLeftPart(UriPartial.Authority) + "/");
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException) when (listen.Port == 0 && attempt < Attempts)
            {
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    /// <summary>The file for a path: itself, or the index of the folder of that name. Null for what is no path of a mirror, also when it exists.</summary>
    internal static string? FileOf(string folder, string path)
    {
        var parts = (path == "/log/checkpoint/witnessed" ? MirrorFolder.Witnessed : path.TrimStart('/')).Split('/');
        if (parts.Length is 0 or > 16 || !parts.All(MirrorFolder.IsName) || parts[^1].EndsWith(".part", StringComparison.Ordinal) || path.TrimStart('/') == LogCopy.Next)
        {
            return null;
        }

        var file = Path.Combine([folder, .. parts]);
        return File.Exists(file) ? file : File.Exists(Path.Combine(file, MirrorFolder.Index)) ? Path.Combine(file, MirrorFolder.Index) : null;
    }

    private static async Task AnswerAsync(HttpListenerContext asked, string folder)
    {
        var (request, response) = (asked.Request, asked.Response);
        try
        {
            response.AddHeader("X-Content-Type-Options", "nosniff");
            response.AddHeader("Access-Control-Allow-Origin", "*");
            if (request.HttpMethod is not ("GET" or "HEAD"))
            {
                await RefuseAsync(response, 405, "method-not-allowed", "A mirror is only read.");
                return;
            }

            var path = request.Url?.AbsolutePath ?? "/";
            if (request.Url?.Query.Length > 0 || FileOf(folder, path) is not { } file)
            {
                await RefuseAsync(response, 404, "not-found", "This mirror has no such file. It answers paths without a query; ask the registry itself for the rest.");
                return;
            }

            await using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            response.ContentType = MediaTypeOf(path);
            response.AddHeader("Cache-Control", path.StartsWith("/log/tile/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : path.StartsWith("/log/checkpoint", StringComparison.Ordinal) ? "public, max-age=2" : "public, max-age=10");
            response.ContentLength64 = bytes.Length;
            if (request.HttpMethod == "GET")
            {
                await bytes.CopyToAsync(response.OutputStream);
            }
        }
        catch (Exception gone) when (gone is IOException or HttpListenerException or ObjectDisposedException)
        {
            // The reader left, or a partial tile was dropped under it: it asks again.
            response.Abort();
            return;
        }

        response.Close();
    }

    private static string MediaTypeOf(string path) => path switch
    {
        _ when path.StartsWith("/log/tile/", StringComparison.Ordinal) => "application/octet-stream",
        _ when path.StartsWith("/log/", StringComparison.Ordinal) || path.EndsWith("/proof", StringComparison.Ordinal) => "text/plain; charset=utf-8",
        _ when path.EndsWith("/bundle", StringComparison.Ordinal) => "application/zip",
        _ when IsOfAnchor(path, "token") => "application/timestamp-reply",
        _ when IsOfAnchor(path, "checkpoint") => "text/plain; charset=utf-8",
        _ => "application/json; charset=utf-8",
    };

    private static bool IsOfAnchor(string path, string what) =>
        path.StartsWith("/v1/log/anchors/", StringComparison.Ordinal) && path.EndsWith($"/{what}", StringComparison.Ordinal);

    private static async Task RefuseAsync(HttpListenerResponse response, int status, string code, string detail)
    {
        (response.StatusCode, response.ContentType) = (status, "application/problem+json");
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["type"] = $"/problems/{code}",
            ["status"] = status,
            ["code"] = code,
            ["detail"] = detail,
        });
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body);
        response.Close();
    }
}
