using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The living source of an item.</summary>
/// <param name="Pseudonym">How every other reader knows the source.</param>
/// <param name="Name">The real name.</param>
public sealed record LivingSourceView(string Pseudonym, string Name);

public static class ReadSource
{
    /// <summary>
    /// The real name behind an item's source: for the custodian, the auditor, and whoever brought the name. The read is in the access
    /// record before the name leaves (E7).
    /// </summary>
    public static async Task<Results<Ok<LivingSourceView>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, Caller caller, CaseWrites locator, CaseReads cases, AccessRecorder accesses, CancellationToken cancel)
    {
        var incident = locator.Locate(evidenceId.Value);
        if (cases.ForReader(incident, caller) is not var (state, _) || SourceOf(state, state.Find(evidenceId)!) is not { } source)
        {
            return Problems.NotFound();
        }

        if (!Allowed(state, state.Find(evidenceId)!))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "role-required", "The name of a source is for the custodian, the auditor and whoever brought it.");
        }

        return await accesses.RecordAsync(incident!.Value, evidenceId, caller, "source name", Allowed, cancel) is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(new LivingSourceView(source.Pseudonym, source.Name));

        bool Allowed(Case now, EvidenceItem item) =>
            now.MayRead(caller) && (now.RolesOf(caller).Overlaps([Role.Custodian, Role.Auditor]) || SourceOf(now, item)?.NamedBy == caller.Id);
    }

    private static CaseSource? SourceOf(Case state, EvidenceItem item) => state.SourceOf(item.LivingSource);
}
