using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>A link in the chain of custody that the holder records.</summary>
/// <param name="Kind">offered, copied, examined or redacted.</param>
/// <param name="Note">In words.</param>
/// <param name="To">To whom the item is offered; only for an offer.</param>
/// <param name="Circumstances">Where, how and why; an offer needs method and purpose.</param>
public sealed record CustodyRequest(CustodyKind Kind, string Note, PersonId? To = null, Circumstances? Circumstances = null);

/// <summary>The receiver's answer to an offer.</summary>
/// <param name="Accepted">True: the receiver holds the item from now on. False: it stays where it is.</param>
/// <param name="Note">In words, such as the condition in which the item came.</param>
/// <param name="Circumstances">Where and how; seal number and digest as the receiver found them.</param>
public sealed record OfferAnswerRequest(bool Accepted, string Note, Circumstances? Circumstances = null);

/// <summary>The holder takes an offer back.</summary>
/// <param name="Reason">Why.</param>
public sealed record OfferWithdrawalRequest(string Reason);

/// <summary>An order to a custodian to take over an item whose holder cannot act.</summary>
/// <param name="To">The custodian; neither the holder nor who orders.</param>
/// <param name="Reason">Why the holder cannot act; it stands in the chain of custody.</param>
public sealed record TakeoverRequest(PersonId To, string Reason);

/// <summary>
/// How an item changes hands: the holder offers, or, where the holder cannot act, a takeover is ordered; the receiver accepts. Nothing else
/// moves it (E2).
/// </summary>
public static class CustodyVerbs
{
    /// <summary>Records an offer, copy, examination or redaction. Only the present holder does (E2); an offer moves nothing yet.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> RecordAsync(
        EvidenceId evidenceId, Body<CustodyRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}/custody",
            (session, state) =>
            {
                RequireReceiver(session, state, ask.By, body.Value);
                return new CaseCommand.RecordCustody(evidenceId, body.Value.Kind, body.Value.To, body.Value.Note, body.Value.Circumstances ?? Circumstances.None)
                {
                    By = ask.By, At = ask.At,
                };
            },
            cancel);

    /// <summary>
    /// Accepts or declines the item that is offered to the caller, or that the caller is ordered to take over. Custody moves with the
    /// acceptance (E2). An order is accepted by a custodian, and only while the holder still cannot act.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> AnswerOfferAsync(
        EvidenceId evidenceId, Body<OfferAnswerRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}/custody",
            (session, state) => new CaseCommand.AnswerOffer(evidenceId, body.Value.Accepted, body.Value.Note, body.Value.Circumstances ?? Circumstances.None)
            {
                By = ask.By, At = ask.At, Holder = HolderOf(session, state, evidenceId),
            },
            cancel);

    /// <summary>
    /// Orders a custodian to take over an item whose holder is recused, suspended, or no longer has a role that may hold evidence. By a
    /// registrar or integrity officer; the custodian, a third person, accepts as an offer is accepted, and the chain names the order.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> OrderTakeoverAsync(
        EvidenceId evidenceId, Body<TakeoverRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}/custody",
            (session, state) => new CaseCommand.OrderTakeover(evidenceId, body.Value.To, body.Value.Reason)
            {
                By = ask.By, At = ask.At, Holder = HolderOf(session, state, evidenceId), Receiver = Acting(session, body.Value.To),
            },
            cancel);

    /// <summary>Takes an offer back that has not been answered. Only the holder does.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> WithdrawOfferAsync(
        EvidenceId evidenceId, Body<OfferWithdrawalRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}/custody",
            (_, _) => new CaseCommand.WithdrawOffer(evidenceId, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);

    private static Caller? HolderOf(Session session, Case state, EvidenceId evidence) => state.Find(evidence) is { } item ? Acting(session, item.Holder) : null;

    private static Caller? Acting(Session session, PersonId id) =>
        session.Load(PersonJournal.Definition, PersonJournal.Stream(id)) is { Suspended: null } person ? new Caller(id, person.Roles) : null;

    /// <summary>An item offered to a stranger, or to somebody who could never accept, would only be stuck.</summary>
    private static void RequireReceiver(Session session, Case state, Caller giver, CustodyRequest asked)
    {
        if (asked is { Kind: CustodyKind.Offered, To: { } to } && state.MayRead(giver) &&
            !(Acting(session, to) is { } receiver && state.RolesOf(receiver).Overlaps(CaseCommand.MayHold)))
        {
            throw new RequestRefusedException(
                Refusal.Invalid("custody-receiver", "The receiver of an item is a person who may hold evidence of this case.", "/to").ToProblem());
        }
    }
}
