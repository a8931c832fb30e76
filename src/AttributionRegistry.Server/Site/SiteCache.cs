using System.Collections.Concurrent;
using System.IO.Compression;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Site;

/// <summary>A rendered page: its bytes, and the same bytes made smaller once, each with an entity tag of its own.</summary>
public sealed class RenderedPage
{
    private readonly Lazy<byte[]> _brotli;
    private readonly Lazy<byte[]> _gzip;

    /// <param name="bytes">The page.</param>
    /// <param name="kept">Whether others will have the same bytes: then making them small once may take its time.</param>
    public RenderedPage(byte[] bytes, bool kept = true)
    {
        var level = kept ? CompressionLevel.SmallestSize : CompressionLevel.Fastest;
        Bytes = bytes;
        Digest = Sha256Hex.Of(bytes);
        _brotli = new Lazy<byte[]>(() => Squeezed(bytes, output => new BrotliStream(output, level)));
        _gzip = new Lazy<byte[]>(() => Squeezed(bytes, output => new GZipStream(output, level)));
    }

    public byte[] Bytes { get; }

    /// <summary>SHA-256 of the bytes as rendered, hex.</summary>
    public string Digest { get; }

    /// <summary>The bytes for a reader who takes these encodings, and the name of the encoding.</summary>
    public (byte[] Bytes, string? Encoding) For(string acceptEncoding)
    {
        if (!StringWithQualityHeaderValue.TryParseList([acceptEncoding], out var wanted))
        {
            return (Bytes, null);
        }

        double Of(string name) => wanted.Where(each => each.Value.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(each => each.Quality ?? 1).FirstOrDefault(0);
        var (brotli, gzip) = (Of("br"), Of("gzip"));
        return brotli > 0 && brotli >= gzip ? (_brotli.Value, "br") : gzip > 0 ? (_gzip.Value, "gzip") : (Bytes, null);
    }

    private static byte[] Squeezed(byte[] bytes, Func<Stream, Stream> squeeze)
    {
        using var output = new MemoryStream();
        using (var stream = squeeze(output))
        {
            stream.Write(bytes);
        }

        return output.ToArray();
    }
}

/// <summary>
/// Rendered pages by address, each with the stamp of what it was rendered from. A page is served as long as its stamp is that of what is
/// committed now; so nobody has to throw anything away, and nothing old is served after an act was acknowledged.
/// </summary>
public sealed class SiteCache
{
    private const int MostBytes = 96 * 1024 * 1024;

    private ConcurrentDictionary<string, (string Stamp, RenderedPage Page)> _pages = new(StringComparer.Ordinal); // replaced when full
    private long _bytes;

    /// <summary>The page at an address, rendered when there is none with this stamp.</summary>
    public async Task<RenderedPage> GetAsync(string address, string stamp, Func<Task<byte[]>> render)
    {
        if (_pages.TryGetValue(address, out var kept) && kept.Stamp == stamp)
        {
            return kept.Page;
        }

        // Two readers at once may both render it: they come to the same bytes.
        var page = new RenderedPage(await render());
        if (Interlocked.Add(ref _bytes, page.Bytes.Length) > MostBytes)
        {
            _pages = new(StringComparer.Ordinal);
            Interlocked.Exchange(ref _bytes, page.Bytes.Length);
        }

        _pages[address] = (stamp, page);
        return page;
    }

    /// <summary>Answers with a page: 200, 206, 304 or 416, compressed where the reader takes it.</summary>
    public static Task SendAsync(HttpContext http, RenderedPage page, int status = StatusCodes.Status200OK)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(page);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = status == StatusCodes.Status200OK ? "public, max-age=10" : "no-store";
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var (bytes, encoding) = page.For(http.Request.Headers.AcceptEncoding.ToString());
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        if (status == StatusCodes.Status200OK)
        {
            var tag = new EntityTagHeaderValue(Precondition.ETag(encoding is null ? page.Digest : $"{page.Digest}-{encoding}"));
            return TypedResults.Bytes(bytes, "text/html; charset=utf-8", enableRangeProcessing: true, entityTag: tag).ExecuteAsync(http);
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>No script at all, and forms that lead nowhere else.</summary>
    public const string Policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}
