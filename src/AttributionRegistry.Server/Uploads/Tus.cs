using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Uploads;

/// <summary>The words of the tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload).</summary>
public static class Tus
{
    public const string Address = "/v1/uploads";
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,expiration,checksum,termination";
    public const string PieceType = "application/offset+octet-stream";

    public const string ResumableHeader = "Tus-Resumable";
    public const string VersionHeader = "Tus-Version";
    public const string ExtensionHeader = "Tus-Extension";
    public const string MaxSizeHeader = "Tus-Max-Size";
    public const string ChecksumAlgorithmHeader = "Tus-Checksum-Algorithm";
    public const string OffsetHeader = "Upload-Offset";
    public const string LengthHeader = "Upload-Length";
    public const string DeferLengthHeader = "Upload-Defer-Length";
    public const string MetadataHeader = "Upload-Metadata";
    public const string ExpiresHeader = "Upload-Expires";
    public const string ChecksumHeader = "Upload-Checksum";

    /// <summary>460: the piece does not have the checksum that was declared for it.</summary>
    public const int ChecksumMismatch = 460;

    /// <summary>A whole number of bytes, or null.</summary>
    public static long? Bytes(IHeaderDictionary headers, string name)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return headers[name] is [{ } text] && long.TryParse(text, System.Globalization.NumberStyles.None, null, out var bytes) ? bytes : null;
    }

    /// <summary>Says where an upload stands.</summary>
    public static void Tell(HttpResponse response, Upload upload)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(upload);
        response.Headers[OffsetHeader] = $"{upload.Received}";
        response.Headers[ExpiresHeader] = upload.ExpiresAt.ToString("R");
    }

    /// <summary>Refuses another version of the protocol, and writes that name none. Reads are answered to plain clients too.</summary>
    public static async ValueTask<object?> RequireVersionAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var http = context.HttpContext;
        var named = http.Request.Headers[ResumableHeader];
        if (named is [Version] || (named.Count == 0 && HttpMethods.IsGet(http.Request.Method)))
        {
            return await next(context);
        }

        http.Response.Headers[VersionHeader] = Version;
        return Problems.Of(
            StatusCodes.Status412PreconditionFailed, UploadProblems.TusVersion, $"Uploads follow the tus protocol: send {ResumableHeader}: {Version}.");
    }
}

/// <summary>The method as the client meant it: HEAD is routed as GET here.</summary>
public sealed record TusMethod(string Sent);

/// <summary>
/// Before routing: the version on every answer, and the method that a client behind an old proxy can only name in a header.
/// </summary>
public sealed class TusProtocol(RequestDelegate next)
{
    private const string OverrideHeader = "X-HTTP-Method-Override";

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        if (request.Path.StartsWithSegments(Tus.Address))
        {
            if (HttpMethods.IsPost(request.Method) && request.Headers[OverrideHeader] is [{ } meant] &&
                (HttpMethods.IsPatch(meant) || HttpMethods.IsDelete(meant) || HttpMethods.IsHead(meant)))
            {
                request.Method = meant;
            }

            http.Features.Set(new TusMethod(request.Method));
            http.Response.OnStarting(
                static answer =>
                {
                    ((HttpResponse)answer).Headers[Tus.ResumableHeader] = Tus.Version;
                    return Task.CompletedTask;
                },
                http.Response);
        }

        return next(http);
    }
}
