using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.People;

/// <summary>A person with an account.</summary>
/// <param name="Id">The person.</param>
/// <param name="Name">As entered by the operator.</param>
/// <param name="Roles">Roles in the instance. Roles in a case are the case's.</param>
/// <param name="Suspended">Why the account is suspended, or null.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record PersonView(PersonId Id, string Name, IReadOnlyList<Role> Roles, string? Suspended, DateTimeOffset CreatedAt)
{
    public static PersonView Of(Person person) => new(person.Id, person.Name, [.. person.Roles], person.Suspended, person.CreatedAt);
}

/// <summary>An API key, without its secret: the registry does not have it.</summary>
public sealed record ApiKeyView(KeyId Id, string Label, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>A long-term signing key (ES256, P-256).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Spki">SubjectPublicKeyInfo, base64url.</param>
/// <param name="AddedAt">UTC.</param>
/// <param name="RetiredAt">UTC, or null while it is in use.</param>
public sealed record SigningKeyView(KeyId Id, string Spki, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt);

/// <summary>The answer to issuing a key. The secret is shown here and never again.</summary>
/// <param name="Id">The key's id, by which it is revoked.</param>
/// <param name="ApiKey">The secret; null when the same request was answered before.</param>
/// <param name="ExpiresAt">UTC. A key lives at most 90 days.</param>
/// <param name="Etag">Entity tag of the account.</param>
/// <param name="Receipt">Proof in the log that the key was issued.</param>
public sealed record KeyIssued(KeyId Id, string? ApiKey, DateTimeOffset ExpiresAt, string Etag, Receipt Receipt);
