using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A key for this case, vouched for by a registered long-term key.</summary>
/// <param name="Spki">P-256 SubjectPublicKeyInfo, base64url. Made for this case and for nothing else.</param>
/// <param name="Signature">ES256 by the long-term key over the statement that binds the key to person, case and log, base64url.</param>
/// <param name="SigningKey">Id of the long-term key.</param>
public sealed record BindCaseKeyRequest(string Spki, string Signature, KeyId SigningKey);

public static class BindCaseKey
{
    /// <summary>
    /// Binds a key with which the caller signs what they do in this case; a later one takes its place. The log shows the key under the caller's
    /// pseudonym of the case, and commits to who it is and to the signature of the long-term key.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<BindCaseKeyRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var (request, by) = (body.Value, ask.By.Id);
        var isKey = B64Url.TryDecode(request.Spki, out var spki) && BallotSeal.IsKey(spki);
        var id = isKey ? BallotSeal.KeyId(spki) : "";
        return cases.CreateAsync(
            ask.With(body), incidentId, id, $"/v1/incidents/{incidentId}/keys",
            (session, _) =>
            {
                var account = session.Load(PersonJournal.Definition, PersonJournal.Stream(by));
                var vouched = isKey && B64Url.TryDecode(request.Signature, out var signature) &&
                    account?.SigningKeys.Find(k => k.Id == request.SigningKey && k.RetiredAt is null) is { } signer && B64Url.TryDecode(signer.Spki, out var key) &&
                    BallotSeal.VerifyEs256(key, CaseKeys.Statement(core.Store.Signer.Name, incidentId.Value, by.Value, spki), signature);
                var fresh = account is null || (account.SigningKeys.All(k => k.Spki != request.Spki) && account.EscrowKeys.All(k => k.Spki != request.Spki));
                return new CaseCommand.BindKey(id, request.Spki, new KeyVoucher(by, request.SigningKey, request.Signature), vouched, fresh) { By = ask.By, At = ask.At };
            },
            cancel);
    }
}

/// <summary>A key of a case. Whose it is, is not told.</summary>
/// <param name="Key">Its id.</param>
/// <param name="Spki">P-256 SubjectPublicKeyInfo, base64url.</param>
/// <param name="Index">The entry of the log that binds it.</param>
/// <param name="OpenedBy">The entry that opened the seal of that one; null where it stands in the open, or is sealed still.</param>
public sealed record CaseKeyView(string Key, string Spki, long Index, long? OpenedBy);

/// <summary>The keys with which people signed what they did in a case, oldest first.</summary>
public sealed record CaseKeysView(IReadOnlyList<CaseKeyView> Keys);

public static class ListCaseKeys
{
    /// <summary>The keys of a case with the entries of the log that bind them; for everybody once a finding is published.</summary>
    public static Results<Ok<CaseKeysView>, ProblemHttpResult> Handle(IncidentId incidentId, Visitor visitor, CaseReads reads, RegistryCore core)
    {
        if (reads.ForVisitor(incidentId, visitor) is not var (state, _))
        {
            return Problems.NotFound();
        }

        return TypedResults.Ok(new CaseKeysView([.. Of(state, core)]));
    }

    internal static IEnumerable<CaseKeyView> Of(Case state, RegistryCore core)
    {
        var stream = CaseJournal.Stream(state.Id);
        var opened = Unsealing.Of(core, stream).ToDictionary(u => u.Opens, u => u.Index);
        var bound = core.Store.Events.ReadStream(stream).Where(e => e.Type == CaseKeys.BoundType).Select(e => e.Index);
        return state.Keys.Zip(bound, (key, index) => new CaseKeyView(key.Id, key.Spki, index, opened.TryGetValue(index, out var by) ? by : null));
    }
}
