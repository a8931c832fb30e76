using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using AttributionRegistry.Server.Http;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Pages;

/// <summary>A file of the pages, with the headers it is served under.</summary>
public sealed record PageFile(byte[] Bytes, string MediaType, string ETag);

/// <summary>
/// The pages for members, scrutineers and readers: static files inside the program. They hold no data and no key; what they show they fetch
/// from the same API as everybody, and what they compute they compute in the reader's browser.
/// </summary>
public static class PageFiles
{
    /// <summary>Nothing but the program's own scripts and styles, and no other host.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Prefix = "pages/";

    private static readonly FrozenDictionary<string, string> MediaTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every file by its address.</summary>
    public static FrozenDictionary<string, PageFile> All { get; } = Load();

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        foreach (var (address, file) in All)
        {
            routes.MapMethods(address, [HttpMethods.Get, HttpMethods.Head], http => ServeAsync(http, file)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static async Task ServeAsync(HttpContext http, PageFile file)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-cache";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (Precondition.NotModified(http, file.ETag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = file.MediaType;
        http.Response.ContentLength = file.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted);
        }
    }

    // assets/… keeps its name; a page loses its ending: vote/index.html is /vote/, recount.html is /recount.
    private static FrozenDictionary<string, PageFile> Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => AddressOf(name[Prefix.Length..]), name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static string AddressOf(string path) =>
        path.EndsWith("/index.html", StringComparison.Ordinal) ? $"/{path[..^"index.html".Length]}"
        : path.EndsWith(".html", StringComparison.Ordinal) ? $"/{path[..^".html".Length]}"
        : $"/{path}";

    private static PageFile Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new PageFile(bytes, MediaTypes[Path.GetExtension(name)], $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");
    }
}
