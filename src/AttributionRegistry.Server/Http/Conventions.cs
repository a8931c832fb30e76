using AttributionRegistry.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors;

namespace AttributionRegistry.Server.Http;

/// <summary>The statuses with which an operation refuses; for its documentation.</summary>
public sealed record RefusesMetadata(IReadOnlyList<int> Statuses);

/// <summary>The operation takes an Idempotency-Key.</summary>
public sealed record IdempotentMetadata;

/// <summary>The operation needs If-Match.</summary>
public sealed record IfMatchMetadata;

/// <summary>The operation answers 304 to a fitting If-None-Match.</summary>
public sealed record ConditionalMetadata;

/// <summary>The answer is for everybody: other sites may embed it.</summary>
public sealed record PublicReadMetadata;

/// <summary>What endpoints say about themselves when they are mapped.</summary>
public static class EndpointConventions
{
    /// <summary>Documents the statuses with which the operation refuses, beyond those that every operation has.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder builder, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RefusesMetadata(statuses));

    /// <summary>Documents the Idempotency-Key header.</summary>
    public static TBuilder Idempotent<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new IdempotentMetadata());

    /// <summary>Documents the If-Match header and its refusals, 412 and 428.</summary>
    public static TBuilder RequiresIfMatch<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new IfMatchMetadata());

    /// <summary>Documents If-None-Match and 304.</summary>
    public static TBuilder Conditional<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ConditionalMetadata());

    /// <summary>Anybody may read it, also scripts on other sites.</summary>
    public static TBuilder PublicRead<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AllowAnonymousAttribute(), new EnableCorsAttribute(RegistryHttp.PublicReads), new PublicReadMetadata());

    /// <summary>Only callers with one of these instance roles; others get 403.</summary>
    public static TBuilder RequiresRole<TBuilder>(this TBuilder builder, params Role[] roles)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireRole(roles.Select(role => role.ToString())));
}
