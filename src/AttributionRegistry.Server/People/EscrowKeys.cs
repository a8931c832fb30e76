using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.People;

/// <param name="Spki">P-256 SubjectPublicKeyInfo (91 bytes), base64url without padding. Not a key that signs.</param>
public sealed record AddEscrowKeyRequest(string Spki);

/// <summary>An escrow key: shares of sealed ballots are boxed to it (V-56).</summary>
/// <param name="Id">Its id in the account.</param>
/// <param name="KeyId">What the record of a round calls it, <c>e-…</c>.</param>
/// <param name="Spki">SubjectPublicKeyInfo, base64url.</param>
/// <param name="AddedAt">UTC.</param>
/// <param name="RetiredAt">UTC, or null while new rounds may use it.</param>
public sealed record EscrowKeyView(KeyId Id, string KeyId, string Spki, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt);

public static class AddEscrowKey
{
    /// <summary>Registers one's own escrow key. A round boxes shares to the last one that is not retired.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<AddEscrowKeyRequest> body, Ask ask, PersonWrites people, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<KeyId>();
        var isKey = B64Url.TryDecode(body.Value.Spki, out var spki) && BallotSeal.IsKey(spki);
        return people.CreateAsync(
            ask.With(body), personId, id.Value, $"/v1/people/{personId}/escrow-keys",
            new PersonCommand.AddEscrowKey(id, body.Value.Spki, isKey) { By = ask.By, At = ask.At }, cancel);
    }
}

public static class ListEscrowKeys
{
    /// <summary>A person's escrow keys, the retired ones included.</summary>
    public static Results<Ok<IReadOnlyList<EscrowKeyView>>, ProblemHttpResult> Handle(PersonId personId, Caller caller, RegistryCore core) =>
        Accounts.Visible(personId, caller, core) is { } person
            ? TypedResults.Ok<IReadOnlyList<EscrowKeyView>>(
                [.. person.EscrowKeys.Select(k => new EscrowKeyView(k.Id, BallotEscrow.KeyId(B64Url.Decode(k.Spki)), k.Spki, k.AddedAt, k.RetiredAt))])
            : Problems.NotFound();
}

public static class RetireEscrowKey
{
    /// <summary>Retires an escrow key: rounds that are open keep it, no new round takes it.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, KeyId keyId, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(ask, personId, keyId.Value, new PersonCommand.RetireEscrowKey(keyId) { By = ask.By, At = ask.At }, cancel);
}
