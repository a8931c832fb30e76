using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Findings;

/// <summary>A published document: its bytes never change under its entity tag.</summary>
public sealed record PublishedDocument(byte[] Bytes, string MediaType, string ETag)
{
    /// <summary>The Link header: where it is canonically, and what else there is of it.</summary>
    public string? Link { get; init; }

    /// <summary>Of a version that was not official: how often witnesses had been heard when that held. Null: settled.</summary>
    public long? UnofficialAt { get; init; }

    /// <summary>Its digest and signature for whoever fetches it; null for what is not served under an address of its own.</summary>
    public DocumentSignature? Signed { get; init; }
}

/// <summary>
/// Published documents, rendered once at publication and served from memory as they are. What is in memory is what is
/// committed: it is replaced after the commit that changed it.
/// </summary>
public sealed class PublishedDocuments(RegistryCore core, OfficialMark official, RegistrySettings settings, TimeProvider clock)
{
    private const string WriteSql = """
        INSERT INTO document (path, media_type, sha256, bytes) VALUES (@path, @mediaType, @sha256, @bytes)
        ON CONFLICT (path) DO UPDATE SET media_type = excluded.media_type, sha256 = excluded.sha256, bytes = excluded.bytes
        """;

    private const string ReadSql = "SELECT bytes FROM document WHERE path = @path";

    private const string FindSql = "SELECT media_type AS MediaType, sha256 AS Sha256, bytes AS Bytes FROM document WHERE path = @path";

    private readonly ConcurrentDictionary<string, PublishedDocument> _kept = new(StringComparer.Ordinal);

    private int _refreshed; // how often documents were taken out

    public static string CanonicalPath(string number, int version) => $"canonical:{number}:{version}";

    public void Write(RowWriter rows, string path, string mediaType, byte[] bytes) =>
        rows.Execute(WriteSql, new { path, mediaType, sha256 = Sha256Hex.Of(bytes), bytes });

    public byte[]? Read(RowWriter rows, string path) => rows.QuerySingleOrDefault<byte[]>(ReadSql, new { path });

    /// <summary>The document at an address, or null.</summary>
    public PublishedDocument? Find(string path)
    {
        if (TryKept(path, out var kept))
        {
            return kept;
        }

        var refreshed = Volatile.Read(ref _refreshed);
        if (core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(FindSql, new { path })) is not { } row)
        {
            return null;
        }

        var document = path.StartsWith(OfficialMark.Prefix, StringComparison.Ordinal)
            ? official.Put(row.Bytes, row.MediaType) with { Link = LinksOf(path) }
            : new PublishedDocument(row.Bytes, row.MediaType, Precondition.ETag(row.Sha256));
        if (path[0] == '/')
        {
            document = document with { Signed = DocumentSignature.Of(core.Store.Signer, path, document.MediaType, document.Bytes, clock.GetUtcNow()) };
        }

        _kept[path] = document;
        if (refreshed != Volatile.Read(ref _refreshed))
        {
            _kept.TryRemove(path, out _); // Changed meanwhile: this may be the document of before.
        }

        return document;
    }

    /// <summary>Only what is in memory and still true: the fast way past routing for what is asked for most.</summary>
    public bool TryKept(string path, [NotNullWhen(true)] out PublishedDocument? document) =>
        _kept.TryGetValue(path, out document) && (document.UnofficialAt is not { } heard || heard == official.Heard);

    /// <summary>Reads the documents of a finding anew; called when a commit has changed them.</summary>
    public void Refresh(string number) => Forget(path => path.Contains(number, StringComparison.Ordinal));

    /// <summary>The same for the documents under a path; all of them under an empty one.</summary>
    public void ForgetUnder(string path) => Forget(kept => kept.StartsWith(path, StringComparison.Ordinal));

    private void Forget(Func<string, bool> changed)
    {
        Interlocked.Increment(ref _refreshed);
        foreach (var path in _kept.Keys.Where(changed))
        {
            _kept.TryRemove(path, out _);
        }
    }

    /// <summary>Answers with a document: 200 or 304, with its entity tag.</summary>
    public static async Task SendAsync(HttpContext http, PublishedDocument document)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(document);
        var response = http.Response;
        SecurityHeaders.SetPublic(response.Headers);
        response.Headers.CacheControl = "public, max-age=10";
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers[HeaderNames.AccessControlExposeHeaders] = "ETag, Link, Content-Digest, Signature, Signature-Input";
        if (document.Link is not null)
        {
            response.Headers.Link = document.Link;
        }

        if (Precondition.NotModified(http, document.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        document.Signed?.Put(response.Headers);
        response.ContentType = document.MediaType;
        response.ContentLength = document.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(document.Bytes, http.RequestAborted);
        }
    }

    private string LinksOf(string path)
    {
        var (here, number) = (settings.PublicUrl + path, path[OfficialMark.Prefix.Length..].Split('/')[0]);
        return $"<{here}>; rel=\"canonical\", <{settings.PublicUrl}{PublicAddresses.Page(number)}>; rel=\"alternate\"; type=\"text/html\", "
            + $"<{here}/stix>; rel=\"alternate\"; type=\"application/stix+json;version=2.1\", <{settings.PublicUrl}{OfficialMark.Prefix}{number}/claim-review>; rel=\"describedby\"; type=\"application/ld+json\"";
    }

    private sealed class Row
    {
        public string MediaType { get; init; } = "";

        public string Sha256 { get; init; } = "";

        public byte[] Bytes { get; init; } = [];
    }
}

/// <summary>Serves kept documents before all else; they carry their headers themselves. Everything it does not know goes on as ever.</summary>
public sealed class PublishedDocumentsFirst(RequestDelegate next, IServiceProvider services)
{
    // Absent in a host that has the conventions and no features.
    private readonly PublishedDocuments? _documents = services.GetService<PublishedDocuments>();

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        return (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !request.QueryString.HasValue &&
            _documents is not null && request.Headers.Authorization.Count == 0 && Precondition.AreTags(request.Headers.IfNoneMatch) && request.Path.Value is { } path && _documents.TryKept(path, out var document)
            ? PublishedDocuments.SendAsync(http, document)
            : next(http);
    }
}
