using AttributionRegistry.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AttributionRegistry.Server.Security;

public static class RegistrySecurity
{
    /// <summary>
    /// API keys, and authentication for every route that does not opt out. Whoever calls this also registers an
    /// <see cref="IApiKeyLookup"/>. Handlers take <see cref="Caller"/>, or <c>Caller?</c> where strangers are welcome.
    /// </summary>
    public static IServiceCollection AddRegistrySecurity(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(IsKnownOrNowhere).Build());
        services.AddHttpContextAccessor();
        services.TryAddScoped<Caller>(CallerOf);
        return services;
    }

    /// <summary>An address where nothing is answers 404 and a wrong method 405, to strangers too; every real route wants to know who asks.</summary>
    private static bool IsKnownOrNowhere(AuthorizationHandlerContext context) =>
        context.User.Identity?.IsAuthenticated == true || (context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint);

    /// <summary>Null for a stranger: then a handler that demands <see cref="Caller"/> on an anonymous route fails loudly.</summary>
    private static Caller CallerOf(IServiceProvider services) =>
        services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<AuthenticatedPerson>() is { } person
            ? new Caller(person.Id, person.Roles)
            : null!;
}
