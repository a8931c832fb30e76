using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

public static class ListIncidents
{
    // Everybody: what is public. People of a case: theirs. Those whose role in the instance is for every case: all.
    private const string PageSql = """
        SELECT id AS Id, changed_us AS ChangedUs
        FROM incident
        WHERE (changed_us, id) < (@afterUs, @afterId)
          AND (@stage IS NULL OR stage = @stage)
          AND (@everyCase = 1 OR public = 1 OR id IN (SELECT incident FROM incident_person WHERE person = @person))
        ORDER BY changed_us DESC, id DESC
        LIMIT @limit
        """;

    /// <summary>The incidents that the caller may know of, the last changed first. For everybody: those with a published finding.</summary>
    /// <param name="stage">Only those at this stage.</param>
    /// <param name="page">Which page.</param>
    /// <param name="visitor">Whoever asks.</param>
    /// <param name="reads">Reads of one case.</param>
    /// <param name="core">The record.</param>
    /// <param name="http">The request.</param>
    public static Ok<Page<IncidentLine>> Handle(
        Stage? stage, PageQuery page, Visitor visitor, CaseReads reads, RegistryCore core, HttpContext http)
    {
        var (afterUs, afterId) = page.AfterKeys<long, string>() ?? (long.MaxValue, "");
        var shown = new List<(IncidentLine Line, Row Row)>();
        while (true)
        {
            var rows = core.Store.Database.Read(c => c.Query<Row>(PageSql, new
            {
                afterUs,
                afterId,
                stage = stage?.ToString(),
                everyCase = visitor.Caller?.Roles.Any(Case.InstanceWide.Contains) == true ? 1 : 0,
                person = visitor.Caller?.Id.Value,
                limit = page.Fetch,
            }).AsList());

            // The rule of the case itself has the last word: those recused see nothing, whatever their role. What it hides is
            // passed over as if it were not there, so that neither the length of a page nor its cursor tells of it.
            foreach (var row in rows)
            {
                if (LineOf(reads.ForVisitor(IncidentId.Of(row.Id), visitor)?.State, visitor, stage) is { } line)
                {
                    shown.Add((line, row));
                    if (shown.Count == page.Fetch)
                    {
                        return Answer();
                    }
                }
            }

            if (rows.Count < page.Fetch)
            {
                return Answer();
            }

            (afterUs, afterId) = (rows[^1].ChangedUs, rows[^1].Id);
        }

        Ok<Page<IncidentLine>> Answer()
        {
            var cut = page.Cut(http, shown, s => Cursor.Of(s.Row.ChangedUs, s.Row.Id));
            return TypedResults.Ok(new Page<IncidentLine>([.. cut.Items.Select(i => i.Line)], cut.Next));
        }
    }

    // A party does not learn the stage, and so not from the filter either.
    private static IncidentLine? LineOf(Case? state, Visitor visitor, Stage? stage) => state switch
    {
        null => null,
        _ when state.HasFinding || state.MayRead(visitor.Caller!) =>
            stage is null || stage == state.Stage ? new(state.Id, state.Facts.Name, state.Stage, state.ChangedAt, state.FindingNumber) : null,
        _ => stage is null ? new(state.Id, null, null, null, null) : null,
    };

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public long ChangedUs { get; init; }
    }
}
