using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>The operation takes drafts and signatures of its author.</summary>
public sealed record SignableMetadata;

/// <summary>The operation is a write and takes none, since it does more than record.</summary>
public sealed record NotSignableMetadata;

/// <summary>What endpoints say when they are mapped.</summary>
public static class SigningConventions
{
    /// <summary>The operation takes no draft: it does more than record, or reads its bytes but once.</summary>
    public static TBuilder NotSignable<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NotSignableMetadata());
}

/// <summary>
/// Signed acts take two requests, since ids, salts and pseudonyms are the server's: the first is decided and answered with what there is to sign, the second
/// is the same with the draft and the signatures. For every operation that writes; the handlers know nothing of it.
/// </summary>
public sealed class DraftProtocol(RequestDelegate next, RegistryCore core, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (!SignatureHeaders.Any(http.Request.Headers))
        {
            await next(http);
            return;
        }

        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<SignableMetadata>() is null || metadata.GetMetadata<NotSignableMetadata>() is not null || http.Features.Get<AuthenticatedPerson>() is not { } person)
        {
            throw Authorship.NotSignable();
        }

        var authorship = Authorship.Of(http.Request, person.Id, core, Instant.Whole(clock.GetUtcNow()));
        http.Features.Set(authorship);
        core.Entropy.Follow(authorship.Ids);
        try
        {
            await next(http);
        }
        catch (ActDraftedException drafted) when (!http.Response.HasStarted)
        {
            http.Response.Headers.CacheControl = "no-store";
            await http.Response.WriteAsJsonAsync(drafted.Draft, ApiJson.Options, DraftedAct.MediaType, http.RequestAborted);
        }
    }
}
