using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Panels;

/// <summary>A fresh public key for this case, vouched for by a registered long-term key (V-70).</summary>
/// <param name="Spki">P-256 SubjectPublicKeyInfo, base64url.</param>
/// <param name="Signature">ES256 by the long-term key over the ballot-key statement, base64url.</param>
/// <param name="SigningKey">Id of the long-term key.</param>
public sealed record BallotKeyRequest(string Spki, string Signature, KeyId SigningKey);

/// <summary>A drawn member's answer (V-10, V-11, V-13).</summary>
/// <param name="Accepts">Whether the seat is taken.</param>
/// <param name="Kind">What there is to declare.</param>
/// <param name="Statement">Needed for every kind but none.</param>
/// <param name="NamedAnActor">Whether the member attributed this incident in public to a named actor: then the seat is lost.</param>
/// <param name="BallotKey">Needed to accept.</param>
/// <param name="Signature">ES256 of a registered long-term key over the declaration, base64url (V-11). Needed to accept.</param>
/// <param name="SigningKey">Id of that key.</param>
public sealed record DeclareRequest(
    bool Accepts, DeclarationKind Kind, Text? Statement = null, bool NamedAnActor = false, BallotKeyRequest? BallotKey = null,
    string? Signature = null, KeyId? SigningKey = null);

public static class Declare
{
    /// <summary>Accepts a seat and declares conflicts, or gives the seat up; the alternate of the region then moves up.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        PanelId panelId, Body<DeclareRequest> body, Ask ask, Writes writes, CaseWrites cases, CancellationToken cancel) =>
        writes.CreateAsync(
            ask.With(body),
            PanelActs.On(cases.Locate(panelId.Value), panelId, panelId.Value, (session, state) =>
            {
                var request = body.Value;
                var (key, theirs) = KeyOf(session, state.Id, ask.By.Id, request.BallotKey);
                return new CaseCommand.Declare(
                    panelId, request.Accepts, request.Kind, request.Statement, request.NamedAnActor, DigestOf(request), key, theirs)
                {
                    Signature = request.Signature,
                    SigningKey = request.SigningKey,
                    SignatureValid = IsSigned(session, state.Id, panelId, ask.By.Id, request),
                    By = ask.By,
                    At = ask.At,
                };
            }),
            $"/v1/panels/{panelId}/declarations", cancel);

    /// <summary>SHA-256 of the canonical {kind, statement}: public, while the text may hold personal data.</summary>
    private static string DigestOf(DeclareRequest request) => Sha256Hex.Of(CanonicalJson.Serialize(new JsonObject
    {
        ["kind"] = EnumNames.Wire<DeclarationKind>(request.Kind.ToString()),
        ["statement"] = JsonSerializer.SerializeToNode(request.Statement, ApiJson.Options),
    }));

    private static bool IsSigned(Session session, IncidentId incident, PanelId panel, PersonId member, DeclareRequest request)
    {
        var signed = new JsonObject
        {
            ["caseId"] = incident.Value,
            ["panelId"] = panel.Value,
            ["member"] = member.Value,
            ["accepts"] = request.Accepts,
            ["kind"] = EnumNames.Wire<DeclarationKind>(request.Kind.ToString()),
            ["statement"] = JsonSerializer.SerializeToNode(request.Statement, ApiJson.Options),
            ["namedAnActor"] = request.NamedAnActor,
        };
        return request is { Signature: { } text, SigningKey: { } id } && B64Url.TryDecode(text, out var signature) && KeyOf(session, member, id) is { } signer &&
            BallotSeal.VerifyEs256(signer, BallotSeal.DeclarationDigest(signed), signature);
    }

    private static byte[]? KeyOf(Session session, PersonId member, KeyId id) =>
        session.Load(PersonJournal.Definition, PersonJournal.Stream(member))?.SigningKeys.Find(k => k.Id == id && k.RetiredAt is null) is { } key &&
        B64Url.TryDecode(key.Spki, out var spki) ? spki : null;

    private static (BallotKey? Key, bool IsTheirs) KeyOf(Session session, IncidentId incident, PersonId member, BallotKeyRequest? request)
    {
        if (request is null || !B64Url.TryDecode(request.Spki, out var spki) || !B64Url.TryDecode(request.Signature, out var signature) || !BallotSeal.IsKey(spki))
        {
            return (null, false);
        }

        var vouched = KeyOf(session, member, request.SigningKey) is { } signer &&
            BallotSeal.VerifyEs256(signer, BallotSeal.BallotKeyStatement(incident.Value, member.Value, spki), signature);
        return (new BallotKey(BallotSeal.KeyId(spki), request.Spki, request.Signature, request.SigningKey), vouched);
    }
}

/// <summary>A declaration. The ballot key that came with it is not shown: it would tie ballots to names.</summary>
public sealed record DeclarationView(
    PersonId Member, bool Accepts, DeclarationKind Kind, Text? Statement, bool NamedAnActor, DateTimeOffset At, string TextDigest,
    string? Signature, KeyId? SigningKey);

/// <summary>All declarations of a panel.</summary>
public sealed record DeclarationsView(IReadOnlyList<DeclarationView> Declarations);

public static class ReadDeclarations
{
    /// <summary>The declarations of a panel's members.</summary>
    public static Results<Ok<DeclarationsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PanelId panelId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads) =>
        PanelParts.Read(panelId, http, caller, cases, reads, state => new DeclarationsView(
        [
            .. state.Panel!.Seats.Where(s => s.Declaration is not null).Select(s => (s.Person, D: s.Declaration!))
                .Select(x => new DeclarationView(x.Person, x.D.Accepts, x.D.Kind, x.D.Statement, x.D.NamedAnActor, x.D.At, x.D.TextDigest, x.D.Signature, x.D.SigningKey)),
        ]));
}
