using System.Reflection;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.Metadata;

namespace AttributionRegistry.Server.Registry;

/// <summary>Who asks, when, and under which idempotency key. Bound from the request; no part of its body.</summary>
/// <param name="By">The caller.</param>
/// <param name="Received">When the server received the request, UTC, in whole microseconds.</param>
/// <param name="Key">The Idempotency-Key, or null.</param>
public sealed record Ask(Caller By, DateTimeOffset Received, string? Key) : IEndpointParameterMetadataProvider
{
    /// <summary>Set where the act is drafted, or signed by whoever asks.</summary>
    public Authorship? Authorship { get; init; }

    /// <summary>The instant at which the act is decided: when the request came, or its draft.</summary>
    public DateTimeOffset At => Authorship?.Instant ?? Received;

    /// <summary>SHA-256 of method, target and body; what the key is bound to.</summary>
    public string? RequestSha256 { get; init; }

    /// <summary>The expected version of the record that is changed, from If-Match; null when the operation takes none.</summary>
    public HttpContext? Http { get; init; }

    public static ValueTask<Ask?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(http);
        var person = http.Features.Get<AuthenticatedPerson>()
            ?? throw new InvalidOperationException("A write was mapped without authentication.");
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        var authorship = http.Features.Get<Authorship>();
        return ValueTask.FromResult<Ask?>(new Ask(
            new Caller(person.Id, person.Roles), authorship?.Received ?? Instant.Whole(clock.GetUtcNow()), IdempotencyKey.From(http)?.Value)
        { Http = http, Authorship = authorship });
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new SignableMetadata());
        if (parameter.Member is MethodInfo { Name: not null } && builder.Metadata.OfType<HttpMethodMetadata>().Any(m => m.HttpMethods.Contains("POST")))
        {
            builder.Metadata.Add(new IdempotentMetadata());
        }
    }

    /// <summary>The same ask, bound to the body that came with it.</summary>
    public Ask With<T>(Body<T> body)
        where T : class => With(body.Sha256);

    public Ask With(NoBody body) => With(body.Sha256);

    private Ask With(string sha256) => this with { RequestSha256 = sha256, Key = Authorship is null ? Key : Authorship.Bind(sha256, Key) };
}
