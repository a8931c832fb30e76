using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Observables;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence.Observables;

/// <summary>An item that has the observable.</summary>
/// <param name="Evidence">The item.</param>
/// <param name="Incident">Its incident.</param>
/// <param name="Kind">As what the item has the value.</param>
/// <param name="Matches">How often.</param>
public sealed record ObservableMatch(EvidenceId Evidence, IncidentId Incident, ObservableKind Kind, int Matches);

public static class SearchObservables
{
    /// <summary>
    /// Who else submitted this hash, domain, address? The items that have exactly this value and whose bytes the caller may read; for
    /// everybody those disclosed with a published finding. Defanged spellings (hxxp, [.]) are understood. Nothing tells of items that the
    /// caller may not see. Without a kind the value is searched for as everything that it can be.
    /// </summary>
    /// <param name="value">The observable.</param>
    /// <param name="kind">As what it is searched for.</param>
    /// <param name="page">Which page.</param>
    /// <param name="visitor">Whoever asks.</param>
    /// <param name="index">The index.</param>
    /// <param name="reads">Reads of one case.</param>
    /// <param name="http">The request.</param>
    public static Results<Ok<Page<ObservableMatch>>, ProblemHttpResult> Handle(
        string value, ObservableKind? kind, PageQuery page, Visitor visitor, ObservableIndex index, CaseReads reads, HttpContext http)
    {
        IReadOnlyList<Observable> wanted = kind is { } one
            ? NormalForm.Of(one, value) is { } normal ? [new Observable(one, normal)] : []
            : NormalForm.AllOf(value);
        if (wanted.Count == 0)
        {
            return Refusal.Invalid(ObservableProblems.NoObservable, "The value is in no form in which observables of this kind are kept.", "?value").ToProblem();
        }

        var after = page.AfterKeys<string, string>() ?? ("", "");
        var shown = new List<ObservableMatch>();
        while (true)
        {
            // What the rule of the case hides is passed over as if it were not there: neither the length of a page nor its cursor tells.
            var rows = index.Find(wanted, visitor.Caller, after, page.Fetch);
            foreach (var row in rows.Where(r => Shows(reads.Load(r.Incident)?.State, r.Evidence, visitor.Caller)))
            {
                shown.Add(new ObservableMatch(row.Evidence, row.Incident, row.Kind, row.Matches));
                if (shown.Count == page.Fetch)
                {
                    return Answer();
                }
            }

            if (rows.Count < page.Fetch)
            {
                return Answer();
            }

            after = (rows[^1].Evidence.Value, rows[^1].Kind.ToString());
        }

        Results<Ok<Page<ObservableMatch>>, ProblemHttpResult> Answer() =>
            TypedResults.Ok(page.Cut(http, shown, m => Cursor.Of(m.Evidence.Value, m.Kind.ToString())));
    }

    // A match tells of the bytes: it is for those who may have these, as downloads are.
    private static bool Shows(Case? state, EvidenceId evidence, Caller? caller) =>
        state?.Find(evidence) is { Standing: not EvidenceStanding.Erased } item &&
        ((caller is not null && state.MayRead(caller) && state.MayReadPayload(caller, item)) || (state.HasFinding && item.Disclosed));
}
