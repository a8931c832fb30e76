using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.People;

/// <param name="Label">What the key is for.</param>
/// <param name="Days">How long it lives, 1 to 90 days.</param>
public sealed record IssueKeyRequest(string Label, int Days);

public static class IssueKey
{
    /// <summary>Issues an API key, for oneself or, as operator, for somebody. The secret is in this answer only.</summary>
    public static async Task<Results<Created<KeyIssued>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<IssueKeyRequest> body, Ask ask, PersonWrites people, RegistryCore core, CancellationToken cancel)
    {
        var key = ApiKey.Create(core.Entropy.Bytes);
        var id = core.Entropy.NewId<KeyId>();
        var expires = ask.At.AddDays(Math.Clamp(body.Value.Days, -1, 10_000));
        var answer = await people.CreateAsync(
            ask.With(body), personId, id.Value, $"/v1/people/{personId}/keys",
            new PersonCommand.IssueKey(id, body.Value.Label, key.Sha256, expires) { By = ask.By, At = ask.At }, cancel);
        return answer.Result switch
        {
            // A repeat names the first key, whose secret is gone.
            Created<Written> { Value: { } written } created => TypedResults.Created(
                created.Location,
                new KeyIssued(KeyId.Of(written.Id), written.Id == id.Value ? key.Text : null, expires, written.Etag, written.Receipt)),
            ProblemHttpResult problem => problem,
            _ => throw new InvalidOperationException("A creation is created or a problem."),
        };
    }
}

public static class ListKeys
{
    /// <summary>A person's API keys, without their secrets.</summary>
    public static Results<Ok<IReadOnlyList<ApiKeyView>>, ProblemHttpResult> Handle(PersonId personId, Caller caller, RegistryCore core) =>
        Accounts.Visible(personId, caller, core) is { } person
            ? TypedResults.Ok<IReadOnlyList<ApiKeyView>>([.. person.Keys.Select(k => new ApiKeyView(k.Id, k.Label, k.IssuedAt, k.ExpiresAt, k.RevokedAt))])
            : Problems.NotFound();
}

public static class RevokeKey
{
    /// <summary>Revokes an API key. It stops working with the next request.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, KeyId keyId, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(ask, personId, keyId.Value, new PersonCommand.RevokeKey(keyId) { By = ask.By, At = ask.At }, cancel);
}

/// <param name="Spki">P-256 SubjectPublicKeyInfo (91 bytes), base64url without padding.</param>
public sealed record AddSigningKeyRequest(string Spki);

public static class AddSigningKey
{
    /// <summary>Registers one's own long-term signing key (ES256). It signs the ballot keys of each case.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<AddSigningKeyRequest> body, Ask ask, PersonWrites people, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<KeyId>();
        var isKey = B64Url.TryDecode(body.Value.Spki, out var spki) && BallotSeal.IsKey(spki);
        return people.CreateAsync(
            ask.With(body), personId, id.Value, $"/v1/people/{personId}/signing-keys",
            new PersonCommand.AddSigningKey(id, body.Value.Spki, isKey) { By = ask.By, At = ask.At }, cancel);
    }
}

public static class ListSigningKeys
{
    /// <summary>A person's signing keys, the retired ones included.</summary>
    public static Results<Ok<IReadOnlyList<SigningKeyView>>, ProblemHttpResult> Handle(PersonId personId, Caller caller, RegistryCore core) =>
        Accounts.Visible(personId, caller, core) is { } person
            ? TypedResults.Ok<IReadOnlyList<SigningKeyView>>([.. person.SigningKeys.Select(k => new SigningKeyView(k.Id, k.Spki, k.AddedAt, k.RetiredAt))])
            : Problems.NotFound();
}

public static class RetireSigningKey
{
    /// <summary>Retires a signing key: what it signed stays valid, nothing new is accepted.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, KeyId keyId, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(ask, personId, keyId.Value, new PersonCommand.RetireSigningKey(keyId) { By = ask.By, At = ask.At }, cancel);
}

internal static class Accounts
{
    internal static Person? Visible(PersonId person, Caller caller, RegistryCore core) =>
        person == caller.Id || caller.Is(Role.Operator) ? core.Load(PersonJournal.Definition, PersonJournal.Stream(person)).State : null;
}
