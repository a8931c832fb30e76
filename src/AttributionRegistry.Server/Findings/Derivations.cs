using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Derives everything again from what is published, at a start whose program makes it in another form than the one before, or under another
/// public address. After that each publication keeps it up.
/// </summary>
public sealed class Derivations(RegistryCore core, RegistrySettings settings, PublishedDocuments documents, IEnumerable<IDerivedFromFindings> derived)
{
    private const string MarkPath = "derived:form";

    private const int Batch = 50;

    private const string AllSql = """
        SELECT finding.number AS Number, finding.incident AS Incident, finding.published_us AS AtUs, finding_version.idx AS Idx
        FROM finding
        JOIN finding_version ON finding_version.number = finding.number AND finding_version.version = finding.version
        ORDER BY finding_version.idx
        """;

    public async Task EnsureAsync(CancellationToken cancel)
    {
        if (!core.Store.Writer.Health.Accepting)
        {
            return; // Nothing can be written: what was derived before is still true.
        }

        var form = Encoding.UTF8.GetBytes(string.Join('\n', [settings.PublicUrl, .. derived.Select(d => d.Form)]));
        if (documents.Find(MarkPath)?.Bytes.AsSpan().SequenceEqual(form) == true)
        {
            return;
        }

        await CommitAsync(rows => Each(d => d.Begin(rows)), cancel);
        foreach (var batch in core.Store.Database.Read(c => c.Query<Row>(AllSql).AsList()).Chunk(Batch))
        {
            var changes = batch.Select(ChangeOf).ToList();
            await CommitAsync(rows => changes.ForEach(change => Each(d => d.Write(rows, change))), cancel);
        }

        // Crash before this: the form is not marked as made, and the next start makes it whole.
        await CommitAsync(rows => documents.Write(rows, MarkPath, "text/plain", form), cancel);
        documents.ForgetUnder("");
    }

    private PublishedChange ChangeOf(Row row)
    {
        var state = core.Load(CaseJournal.Definition, CaseJournal.Stream(IncidentId.Of(row.Incident))).State!;
        var version = state.CurrentVersion!;
        var canonical = documents.Find(PublishedDocuments.CanonicalPath(row.Number, version.Version))
            ?? throw new InvalidOperationException($"The canonical finding {row.Number} version {version.Version} is missing; restore the database from a backup.");
        var round = core.Load(RoundJournal.Definition, RoundJournal.Stream(state.Rounds.Last(r => r.Binding && r.Outcome is not null).Id)).State!;
        return new PublishedChange(state, version, FindingComposer.Read(canonical.Bytes), round, "finding.published", true, row.Idx, row.AtUs) { Again = true };
    }

    private void Each(Action<IDerivedFromFindings> act)
    {
        foreach (var each in derived)
        {
            act(each);
        }
    }

    private Task CommitAsync(Action<RowWriter> rows, CancellationToken cancel) => core.Store.Writer.CommitAsync(new Storage.CommitRequest([], rows), cancel);

    private sealed class Row
    {
        public string Number { get; init; } = "";

        public string Incident { get; init; } = "";

        public long AtUs { get; init; }

        public long Idx { get; init; }
    }
}
