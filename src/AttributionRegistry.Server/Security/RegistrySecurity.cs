using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AttributionRegistry.Server.Security;

/// <summary>Whoever asks on a route that lets strangers in.</summary>
/// <param name="Caller">Null for a stranger.</param>
public sealed record Visitor(Caller? Caller);

public static class RegistrySecurity
{
    /// <summary>
    /// API keys, and authentication for every route that does not opt out. Whoever calls this also registers an
    /// <see cref="IApiKeyLookup"/>. Handlers take <see cref="Caller"/>, or <see cref="Visitor"/> where strangers are welcome.
    /// </summary>
    public static IServiceCollection AddRegistrySecurity(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(IsKnownOrNowhere).Build());
        services.AddHttpContextAccessor();
        services.TryAddScoped(CallerOf);
        services.TryAddScoped(VisitorOf);
        return services;
    }

    /// <summary>An address where nothing is answers 404 and a wrong method 405, to strangers too; every real route wants to know who asks.</summary>
    private static bool IsKnownOrNowhere(AuthorizationHandlerContext context) =>
        context.User.Identity?.IsAuthenticated == true || (context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint);

    /// <summary>401 where a handler wants a caller and the route lets strangers in.</summary>
    private static Caller CallerOf(IServiceProvider services)
    {
        if (Person(services) is { } person)
        {
            return new Caller(person.Id, person.Roles);
        }

        if (services.GetRequiredService<IHttpContextAccessor>().HttpContext is { } http)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        throw new RequestRefusedException(StatusCodes.Status401Unauthorized, ProblemCodes.CredentialsMissing, ApiKeyAuthentication.HowToAuthenticate);
    }

    private static Visitor VisitorOf(IServiceProvider services) => new(Person(services) is { } person ? new Caller(person.Id, person.Roles) : null);

    private static AuthenticatedPerson? Person(IServiceProvider services) =>
        services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<AuthenticatedPerson>();
}
