using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// A JSON body, read strictly. The framework's own binding answers faults with an empty 400; this one names the member.
/// </summary>
/// <param name="Value">What was sent.</param>
/// <param name="Sha256">SHA-256 over method, target and raw body: what an Idempotency-Key is bound to.</param>
public sealed record Body<T>(T Value, string Sha256) : IEndpointParameterMetadataProvider
    where T : class
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(http);
        RawBody.RequireJson(http.Request);
        var bytes = await RawBody.ReadAsync(http);
        if (bytes.IsEmpty)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, ProblemCodes.BodyRequired, "The operation needs a JSON body.",
                new ProblemError(string.Empty, ProblemCodes.BodyRequired, "The body is empty."));
        }

        return new Body<T>(Parse(bytes.Span), RawBody.Sha256(http.Request, bytes.Span));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
    }

    /// <summary>Reads bytes as <typeparamref name="T"/> by the rules of the API, or throws the problem.</summary>
    public static T Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, ApiJson.Options)
                ?? throw new RequestRefusedException(StatusCodes.Status400BadRequest, ProblemCodes.WrongType, "The body is null.",
                    new ProblemError(string.Empty, ProblemCodes.WrongType, "Expected an object, not null."));
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException) // The latter: a case without its discriminator.
        {
            throw JsonFaults.Explain(utf8.ToArray(), typeof(T), fault);
        }
    }
}

/// <summary>For POST without a body: refuses one, and gives the digest that an Idempotency-Key is bound to.</summary>
public sealed record NoBody(string Sha256)
{
    public static async ValueTask<NoBody?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(http);
        var bytes = await RawBody.ReadAsync(http);
        return bytes.IsEmpty
            ? new NoBody(RawBody.Sha256(http.Request, []))
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, ProblemCodes.BodyNotExpected, "The operation takes no body.");
    }
}

internal static class RawBody
{
    public static void RequireJson(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType) && request.ContentLength is null or 0 && !request.Headers.ContainsKey(HeaderNames.TransferEncoding))
        {
            return; // No body at all: the reader says so with a better code.
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ||
            !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ||
              (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase) && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))))
        {
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The body must be application/json.");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedEncoding, "The body must come without Content-Encoding.");
        }
    }

    /// <summary>The whole body; Kestrel's limit for the request holds, and breaking it throws BadHttpRequestException 413.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            if (result.IsCompleted)
            {
                var bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer);
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public static string Sha256(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.PathBase}{request.Path}{request.QueryString}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
