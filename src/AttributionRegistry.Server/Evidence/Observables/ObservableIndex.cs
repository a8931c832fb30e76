using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Observables;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Evidence.Observables;

/// <summary>One item that has the observable, before anybody has asked who may know.</summary>
public sealed record ObservableRow(EvidenceId Evidence, IncidentId Incident, ObservableKind Kind, int Matches);

/// <summary>
/// Finds items by an observable. It is kept under the key <c>observable.key</c> of the instance as a MAC of kind and normal form: equality
/// can be asked, nothing can be read. Without the key the index is lost and nothing else: reading the items again makes it anew.
/// </summary>
public sealed class ObservableIndex(RegistryCore core, RegistrySettings settings)
{
    private const string ClearSql = "DELETE FROM observable WHERE evidence = @evidence";

    // Many rows in one statement: a statement for each would hold up all other writers for seconds.
    private const string InsertSql = """
        WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < @count)
        INSERT INTO observable (mac, evidence, kind, incident, matches)
        SELECT substr(@macs, n * 32 + 1, 32), @evidence, @kind, @incident, @matches FROM place
        """;

    // What the caller cannot know of is not even fetched: the case's own rule then decides on the rest.
    private const string PageSql = """
        SELECT o.evidence AS Evidence, o.incident AS Incident, o.kind AS Kind, o.matches AS Matches
        FROM observable o JOIN incident i ON i.id = o.incident
        WHERE o.mac IN @macs AND (o.evidence, o.kind) > (@afterEvidence, @afterKind)
          AND (@everyCase = 1 OR i.public = 1 OR i.id IN (SELECT incident FROM incident_person WHERE person = @person))
        ORDER BY o.evidence, o.kind
        LIMIT @limit
        """;

    private readonly byte[] _key = Secrets.LoadOrCreate(settings.KeysPath, "observable.key", core.Entropy.Bytes);

    /// <summary>Puts an item's observables into the index in place of those of an earlier reading; part of the act that records it.</summary>
    public Action<RowWriter> Indexing(IncidentId incident, EvidenceId evidence, IReadOnlyList<CountedObservable> observables)
    {
        // Made before the commit: the writer's thread only writes.
        var rows = observables.GroupBy(o => (o.Kind, o.Matches)).Select(g => new
        {
            macs = g.Select(o => MacOf(new Observable(o.Kind, o.Value))).Order(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).SelectMany(m => m).ToArray(),
            count = g.Count(),
            evidence = evidence.Value,
            kind = g.Key.Kind.ToString(),
            incident = incident.Value,
            matches = g.Key.Matches,
        }).ToList();
        return writer =>
        {
            writer.Execute(ClearSql, new { evidence = evidence.Value });
            writer.Execute(InsertSql, rows);
        };
    }

    /// <summary>Items that have any of these observables, by id, among the cases of which the caller may at all know.</summary>
    public IReadOnlyList<ObservableRow> Find(IReadOnlyList<Observable> observables, Caller? caller, (string Evidence, string Kind) after, int limit) =>
        [.. core.Store.Database.Read(c => c.Query<Row>(PageSql, new
        {
            macs = observables.Select(MacOf).ToList(),
            afterEvidence = after.Evidence,
            afterKind = after.Kind,
            everyCase = caller?.Roles.Any(Case.InstanceWide.Contains) == true ? 1 : 0,
            person = caller?.Id.Value,
            limit,
        }).AsList()).Select(r => new ObservableRow(EvidenceId.Of(r.Evidence), IncidentId.Of(r.Incident), Enum.Parse<ObservableKind>(r.Kind), (int)r.Matches))];

    private byte[] MacOf(Observable observable) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"attribution-registry/observable/v1\0{observable.Kind}\0{observable.Value}"));

    private sealed class Row
    {
        public string Evidence { get; init; } = "";

        public string Incident { get; init; } = "";

        public string Kind { get; init; } = "";

        public long Matches { get; init; }
    }
}
