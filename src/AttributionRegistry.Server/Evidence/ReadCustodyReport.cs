using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

public static class ReadCustodyReport
{
    /// <summary>
    /// All that happened to an item, as JSON or as a page to print: links of custody with the leaves that prove them, the proof that the
    /// chain has no gap, grades, labels, releases; the reads of the bytes for custodians and auditors. For those who work on the case.
    /// </summary>
    public static Results<Ok<CustodyReport>, ContentHttpResult, ProblemHttpResult> Handle(
        EvidenceId evidenceId, Caller caller, CaseWrites locator, CaseReads cases, RegistryCore core, TimeProvider clock, HttpContext http)
    {
        if (Make(evidenceId, caller, locator, cases, core, clock) is not { } report)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.Append("Vary", "Accept");
        return Accepting.Require(http, "application/json", "text/html") == "text/html" ? Printed(report, http) : TypedResults.Ok(report);
    }

    /// <summary>The custody report as a page to print: no script, nothing from elsewhere.</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Page(
        EvidenceId evidenceId, Caller caller, CaseWrites locator, CaseReads cases, RegistryCore core, TimeProvider clock, HttpContext http) =>
        Make(evidenceId, caller, locator, cases, core, clock) is { } report ? Printed(report, http) : Problems.NotFound();

    private static CustodyReport? Make(EvidenceId evidence, Caller caller, CaseWrites locator, CaseReads cases, RegistryCore core, TimeProvider clock) =>
        cases.ForReader(locator.Locate(evidence.Value), caller) is var (state, _) && state.Find(evidence) is { } item
            ? CustodyReports.Of(core, state, item, caller, Instant.Whole(clock.GetUtcNow()))
            : null;

    private static ContentHttpResult Printed(CustodyReport report, HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = CustodyReportPage.Policy;
        return TypedResults.Content(CustodyReportPage.Of(report), "text/html", Encoding.UTF8);
    }
}
