using System.Security.Claims;
using System.Text.Encodings.Web;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Security;

/// <summary>Whoever a valid key stands for.</summary>
/// <param name="Id">The person.</param>
/// <param name="Roles">Instance roles now, not when the key was made.</param>
/// <param name="Key">The key that was used.</param>
/// <param name="ExpiresAt">From then on the key is refused.</param>
public sealed record AuthenticatedPerson(PersonId Id, IReadOnlySet<Role> Roles, KeyId Key, DateTimeOffset ExpiresAt);

/// <summary>
/// Keys by their digest. Null: unknown or revoked. Asked on every request, and what it says holds at once: a revocation
/// must act on the next request.
/// </summary>
public interface IApiKeyLookup
{
    ValueTask<AuthenticatedPerson?> FindAsync(string keySha256, CancellationToken cancel);
}

/// <summary>Authorization: Bearer with an <see cref="ApiKey"/>. Answers 401 and 403 as problems.</summary>
public sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IApiKeyLookup keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    internal const string HowToAuthenticate = "Send Authorization: Bearer with your API key.";
    private const string Bearer = "Bearer ";

    internal static bool Presented(HttpContext http) =>
        http.Request.Headers.Authorization.Any(value => value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Presented(Context))
        {
            return AuthenticateResult.NoResult();
        }

        if (Request.Headers.Authorization is not [{ } header] || ApiKey.TryParse(header[Bearer.Length..].Trim()) is not { } key ||
            await keys.FindAsync(key.Sha256, Context.RequestAborted) is not { } person || person.ExpiresAt <= TimeProvider.GetUtcNow())
        {
            return AuthenticateResult.Fail("The credentials are not valid.");
        }

        Context.Features.Set(person);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, person.Id.Value), new Claim("key", person.Key.Value),
             .. person.Roles.Select(role => new Claim(ClaimTypes.Role, role.ToString()))],
            SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var (challenge, code, detail) = Presented(Context)
            ? ("Bearer error=\"invalid_token\"", ProblemCodes.CredentialsInvalid, "The credentials are not valid.")
            : ("Bearer", ProblemCodes.CredentialsMissing, HowToAuthenticate);
        Response.Headers.Append(HeaderNames.WWWAuthenticate, challenge);
        return Problems.Of(StatusCodes.Status401Unauthorized, code, detail).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Of(StatusCodes.Status403Forbidden, ProblemCodes.RoleMissing, "None of your roles allows this.").ExecuteAsync(Context);
}

/// <summary>
/// Whoever sends a bad key is told so, also where none is needed: a client whose key was revoked must not take the
/// public view for everything there is.
/// </summary>
public sealed class BadCredentialGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return ApiKeyAuthentication.Presented(http) && http.User.Identity?.IsAuthenticated != true ? http.ChallengeAsync() : next(http);
    }
}
