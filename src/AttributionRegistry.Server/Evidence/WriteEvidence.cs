using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>A grade in the Admiralty code.</summary>
/// <param name="Source">Reliability of the source, A to F; F: cannot be judged.</param>
/// <param name="Information">Credibility of the information, 1 to 6; 6: cannot be judged.</param>
/// <param name="Reason">Why.</param>
public sealed record GradeRequest(SourceGrade Source, InformationGrade Information, string Reason);

/// <summary>The essence of an item that stays withheld.</summary>
/// <param name="Gist">Its essence, without what must be protected.</param>
/// <param name="ReasonCode">Why it is withheld.</param>
/// <param name="SeenBy">Who has seen it, by role.</param>
public sealed record GistRequest(Text Gist, string ReasonCode, string SeenBy);

/// <summary>How far an item is let out.</summary>
/// <param name="To">parties or public; never wider than the label.</param>
/// <param name="Reason">Why.</param>
public sealed record ReleaseRequest(Audience To, string Reason);

/// <summary>A new sharing label.</summary>
/// <param name="Tlp">TLP 2.0.</param>
/// <param name="Reason">Why; kept in the history of the label.</param>
/// <param name="SourceConsent">The source's consent, where the new label is wider.</param>
public sealed record LabelRequest(Tlp Tlp, string Reason, string? SourceConsent = null);

/// <summary>Whether an item is taken into the case.</summary>
/// <param name="Accepted">False: rejected.</param>
/// <param name="Reason">Why.</param>
public sealed record AdmissibilityRequest(bool Accepted, string Reason);

/// <summary>That two items rest on one original report.</summary>
/// <param name="Other">The other item, of the same case.</param>
/// <param name="Reason">Why.</param>
/// <param name="Linked">False: an earlier link is taken back.</param>
public sealed record OriginLinkRequest(EvidenceId Other, string Reason, bool Linked = true);

/// <summary>An order to destroy the bytes of an item.</summary>
/// <param name="LegalBasis">The rule that demands it.</param>
/// <param name="Reason">Why.</param>
/// <param name="IncludeCopies">True: the full copies of the item go with it. Without it an item that has some is not erased.</param>
public sealed record ErasureRequest(string LegalBasis, string Reason, bool IncludeCopies = false);

/// <summary>The small verbs of an item of evidence; each is one command, and the rule is beside the command.</summary>
public static class WriteEvidence
{
    /// <summary>
    /// Describes an item of evidence. Its bytes follow, once, with PUT on its content; or they are those of a complete upload of the
    /// caller, which is named in the request: then description and bytes are one act. A copy names its original and how it was made;
    /// the log shows the commitment to the original's bytes with it (E3). The name of a living source is kept apart: readers see "Source 3".
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> SubmitAsync(
        IncidentId incidentId, Body<EvidenceSubmission> body, Ask ask, CaseWrites cases, Entropy entropy, SubmitUploaded uploaded, CancellationToken cancel)
    {
        if (body.Value.Upload is { } upload)
        {
            return uploaded.RunAsync(incidentId, upload, body, ask, cancel);
        }

        if (body.Value.Sha256 is not null)
        {
            throw new RequestRefusedException(SubmitUploaded.DigestOfNothing.ToProblem());
        }

        var id = entropy.NewId<EvidenceId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/evidence/{id}",
            (_, state) => Submission(state, id, body.Value.Alone(), ask), cancel);
    }

    /// <summary>Grades source and information in the Admiralty code. Never the submitter's own work (E4); old grades stay (E5).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> GradeAsync(
        EvidenceId evidenceId, Body<GradeRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}/grades",
            (_, _) => new CaseCommand.Grade(evidenceId, body.Value.Source, body.Value.Information, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);

    /// <summary>Writes or replaces the gist of an item that stays withheld (P4). A new gist has to be served again. If-Match is honoured.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> WriteGistAsync(
        EvidenceId evidenceId, Body<GistRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value,
            (_, _) => new CaseCommand.WriteGist(evidenceId, body.Value.Gist, body.Value.ReasonCode, body.Value.SeenBy) { By = ask.By, At = ask.At },
            cancel, Conditional(ask));

    /// <summary>Lets an item out to the parties or the public, never wider than its label (E6). A release is not taken back.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> ReleaseAsync(
        EvidenceId evidenceId, Body<ReleaseRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value,
            (_, _) => new CaseCommand.Release(evidenceId, body.Value.To, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);

    /// <summary>Changes the TLP label; widening needs the source's recorded consent (E6). If-Match is honoured.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> RelabelAsync(
        EvidenceId evidenceId, Body<LabelRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value,
            (_, _) => new CaseCommand.Relabel(evidenceId, body.Value.Tlp, body.Value.SourceConsent, body.Value.Reason) { By = ask.By, At = ask.At },
            cancel, Conditional(ask));

    /// <summary>Accepts an item into the case, or rejects it with a reason. Never one's own.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> JudgeAsync(
        EvidenceId evidenceId, Body<AdmissibilityRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value,
            (_, _) => new CaseCommand.JudgeAdmissibility(evidenceId, body.Value.Accepted, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);

    /// <summary>Says that two items rest on one original report, so that they count once, or takes that back with a reason (E8).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> LinkOriginAsync(
        EvidenceId evidenceId, Body<OriginLinkRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), cases.Locate(evidenceId.Value), evidenceId.Value, $"/v1/evidence/{evidenceId}",
            (_, _) => new CaseCommand.LinkOrigin(evidenceId, body.Value.Other, body.Value.Linked, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);

    /// <summary>
    /// Orders the bytes of an item destroyed: the first person proposes (202), a second, different one confirms (200). Digest,
    /// description, custody and the order itself stay (L3, L4). Full copies (working copies, copies without metadata, translations, the same
    /// bytes submitted again in the case) go in the same act, which the request has to say. Redactions and extracts stay and are named. Answer
    /// and case list both before the second person acts; when the lists change meanwhile, the act has to be proposed again.
    /// </summary>
    public static async Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> EraseAsync(
        EvidenceId evidenceId, Body<ErasureRequest> body, Ask ask, CaseWrites cases, RegistryCore core, Payloads payloads, CancellationToken cancel)
    {
        var incident = cases.Locate(evidenceId.Value);
        List<(EvidenceId Item, PayloadPlace Place)> places = [];
        if (incident is { } known && core.Load(CaseJournal.Definition, CaseJournal.Stream(known)).State is { } before && before.Find(evidenceId) is { } item)
        {
            places.AddRange(ErasurePlan.Of(before, item).Destroyed.Select(id => (id, payloads.Find(id)!)).Where(p => p.Item2 is not null));
        }

        var answer = await cases.ProposeAsync(
            ask.With(body), incident, evidenceId.Value, "custodian or registrar, another person",
            (_, _) => new CaseCommand.Erase(evidenceId, body.Value.LegalBasis, body.Value.Reason, body.Value.IncludeCopies) { By = ask.By, At = ask.At }, cancel);

        // Crash here: see SettleErasure.
        foreach (var (_, place) in places.Where(p => payloads.Find(p.Item) is null))
        {
            payloads.SettleErasure(place);
        }

        return answer;
    }

    private static bool Conditional(Ask ask) => ask.Http!.Request.Headers.IfMatch.Count > 0;

    internal static CaseCommand.SubmitEvidence Submission(Case state, EvidenceId id, EvidenceDescription described, Ask ask) => new(id, described)
    {
        By = ask.By,
        At = ask.At,
        Commitments = EvidenceRoot.CommitmentsTo(state, described.Parents),
    };
}
