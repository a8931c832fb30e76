using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>Reads about evidence. The bytes have a file of their own.</summary>
public static class EvidenceReads
{
    /// <summary>
    /// The items of a case that the caller may see, in order of submission: all of them for whoever works on the case; for a party
    /// what was released to it and the gists served on it; for the public what is disclosed once the finding is out.
    /// </summary>
    public static Results<Ok<Page<EvidenceView>>, ProblemHttpResult> List(
        IncidentId incidentId, PageQuery page, Visitor visitor, CaseReads cases, HttpContext http)
    {
        if (cases.ForVisitor(incidentId, visitor) is not var (state, _))
        {
            return Problems.NotFound();
        }

        var numbered = state.Evidence
            .Select((item, i) => (Number: i + 1L, View: EvidenceView.For(state, item, visitor.Caller)))
            .Where(e => e.View is not null && e.Number > (page.AfterNumber() ?? 0))
            .Take(page.Fetch)
            .ToList();
        var cut = page.Cut(http, numbered, e => Cursor.Of(e.Number));
        return TypedResults.Ok(new Page<EvidenceView>([.. cut.Items.Select(e => e.View!)], cut.Next));
    }

    /// <summary>One item, as far as the caller may see it.</summary>
    public static Results<Ok<EvidenceView>, StatusCodeHttpResult, ProblemHttpResult> Get(
        EvidenceId evidenceId, Visitor visitor, CaseWrites locator, CaseReads cases, HttpContext http)
    {
        if (cases.Load(locator.Locate(evidenceId.Value)) is not var (state, version) ||
            EvidenceView.For(state, state.Find(evidenceId)!, visitor.Caller) is not { } view)
        {
            return Problems.NotFound();
        }

        // The case's version counts acts that outsiders may not know of: their tag comes from what they see.
        var tag = view.Inside is null
            ? Precondition.ETag(Sha256Hex.Of(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Options)))
            : Precondition.ETag(version);
        return Precondition.NotModified(http, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);
    }

    /// <summary>The chain of custody, oldest link first; for those who work on the case.</summary>
    public static Results<Ok<Page<CustodyView>>, ProblemHttpResult> Custody(
        EvidenceId evidenceId, PageQuery page, Caller caller, CaseWrites locator, CaseReads cases, HttpContext http) =>
        cases.ForReader(locator.Locate(evidenceId.Value), caller) is var (state, _)
            ? TypedResults.Ok(PageOf(http, page, EvidenceView.CustodyOf(state.Find(evidenceId)!), c => c.Number))
            : Problems.NotFound();

    /// <summary>Every grading with its grader and reason, oldest first; for those who work on the case.</summary>
    public static Results<Ok<Page<GradingView>>, ProblemHttpResult> Grades(
        EvidenceId evidenceId, PageQuery page, Caller caller, CaseWrites locator, CaseReads cases, HttpContext http) =>
        cases.ForReader(locator.Locate(evidenceId.Value), caller) is var (state, _)
            ? TypedResults.Ok(PageOf(http, page, EvidenceView.GradingsOf(state.Find(evidenceId)!), g => g.Number))
            : Problems.NotFound();

    /// <summary>Every read of the bytes, oldest first; for custodians and auditors.</summary>
    public static Results<Ok<Page<AccessView>>, ProblemHttpResult> Accesses(
        EvidenceId evidenceId, PageQuery page, Caller caller, CaseWrites locator, CaseReads cases, RegistryCore core, HttpContext http)
    {
        if (cases.ForReader(locator.Locate(evidenceId.Value), caller) is not var (state, _))
        {
            return Problems.NotFound();
        }

        if (!state.RolesOf(caller).Overlaps([Role.Custodian, Role.Auditor]))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "role-required", "This needs the role custodian or auditor in this case.");
        }

        var reads = core.Load(AccessJournal.Definition, AccessJournal.Stream(evidenceId)).State?.Reads ?? [];
        return TypedResults.Ok(PageOf(http, page, [.. reads.Select((r, i) => new AccessView(i + 1, r.By, r.At, r.Range))], a => a.Number));
    }

    // These lists only grow at their end, so the number of an entry is its key.
    private static Page<T> PageOf<T>(HttpContext http, PageQuery page, IReadOnlyList<T> all, Func<T, int> number) =>
        page.Cut(http, [.. all.Where(x => number(x) > (page.AfterNumber() ?? 0)).Take(page.Fetch)], x => Cursor.Of((long)number(x)));
}
