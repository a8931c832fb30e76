using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// What publication adds to an act: the number, the canonical finding, its representations as bytes, the opened seals.
/// All of it is written in the transaction of the act.
/// </summary>
public sealed class Publisher(
    RegistryCore core, PublishedDocuments documents, FindingRecords records, OfficialMark official, IEnumerable<IDerivedFromFindings> derived)
{
    private const string LastNumberSql = "SELECT max(number) FROM finding WHERE number >= @first AND number < @next";

    private const string FindingSql = """
        INSERT INTO finding (number, incident, version, status, outcome, level, confidence, likelihood, crosscheckable, exercise, name, first_published_us, published_us)
        VALUES (@number, @incident, @version, @status, @outcome, @level, @confidence, @likelihood, @crosscheckable, @exercise, @name, @at, @at)
        ON CONFLICT (number) DO UPDATE SET version = excluded.version, status = excluded.status, outcome = excluded.outcome, level = excluded.level,
          confidence = excluded.confidence, likelihood = excluded.likelihood, crosscheckable = excluded.crosscheckable, name = excluded.name,
          published_us = excluded.published_us
        """;

    private const string VersionSql = """
        INSERT INTO finding_version (number, version, idx)
        SELECT @number, @version, max(idx) FROM event WHERE stream = @stream AND type = @type
        """;

    private const string StatusSql = "UPDATE finding SET status = @status WHERE number = @number";

    private const string ChangeSql = "INSERT INTO change (idx, kind, subject, at_us) VALUES (@idx, @kind, @subject, @at)";

    private const string IncidentSql = "UPDATE incident SET number = @number WHERE id = @id AND number IS NULL";

    /// <summary>What the log says of who must witness a version that is published now.</summary>
    public string WitnessPolicy => official.InForce.Binding;

    /// <summary>The next public number of the year. Two publications at once: the unique key lets one win, the other tries again.</summary>
    public string NextNumber(DateTimeOffset at)
    {
        var last = core.Store.Database.Read(c => c.ExecuteScalar<string>(LastNumberSql, new { first = $"AR-{at.Year:0000}-", next = $"AR-{at.Year + 1:0000}-" }));
        var next = last is null ? 1 : int.Parse(last[8..], System.Globalization.CultureInfo.InvariantCulture) + 1;
        return $"AR-{at.Year:0000}-{next:0000}";
    }

    /// <summary>The composer over a case whose last binding round has been counted; null before that.</summary>
    public FindingComposer? Composer(Session session, Case state) => Composer(state, session.Policy, id => session.Load(RoundJournal.Definition, RoundJournal.Stream(id)));

    public FindingComposer? Composer(Case state, Policy policy) => Composer(state, policy, id => core.Load(RoundJournal.Definition, RoundJournal.Stream(id)).State);

    /// <summary>Joins everything of a new version to the act, once the case has accepted it.</summary>
    public void Publish(Session session, Case before, CanonicalFinding finding)
    {
        ArgumentNullException.ThrowIfNull(before);
        var stream = CaseJournal.Stream(before.Id);
        var after = session.Load(CaseJournal.Definition, stream)!;
        var canonical = FindingComposer.Canonical(finding);
        // Rounds stay sealed while they run: one that is held after a reopening is opened with the version that it leads to.
        Unseal(session, stream, before.Rounds.Where(r => !before.HasFinding || r.Outcome is not null)
            .SelectMany(r => new[] { RoundJournal.Stream(r.Id), CoverSeals.Stream(r.Id) }));

        session.AlsoWrite(rows =>
        {
            var at = rows.Leaves[0].AtMicroseconds;
            var first = finding.Propositions.FirstOrDefault(p => p.Hypothesis is not null) ?? finding.Propositions[0];
            rows.Execute(FindingSql, new
            {
                number = finding.Number,
                incident = before.Id.Value,
                version = finding.Version,
                status = nameof(FindingStatus.Current),
                outcome = finding.Outcome.ToString(),
                level = first.Level.ToString(),
                confidence = first.Confidence?.Value.ToString(),
                likelihood = first.Likelihood?.Term,
                crosscheckable = first.Crosscheck is null ? (int?)null : first.Crosscheck.Holds ? 1 : 0,
                exercise = finding.Exercise ? 1 : 0,
                name = finding.Incident.Name,
                at,
            });
            rows.Execute(VersionSql, new { number = finding.Number, version = finding.Version, stream, type = CaseJournal.FindingVersion });
            rows.Execute(IncidentSql, new { id = before.Id.Value, number = finding.Number.Replace("AR-", "IN-", StringComparison.Ordinal) });
            documents.Write(rows, PublishedDocuments.CanonicalPath(finding.Number, finding.Version), "application/json", canonical);
            if (official.InForce is { DemandsWitnesses: true } policy)
            {
                documents.Write(rows, OfficialMark.PathOf(policy.Binding), "text/plain", Encoding.UTF8.GetBytes(policy.ToString()));
            }
        });
        // Each older version names the current one: all of them change.
        Represent(session, after, after.Versions, finding, $"finding.{char.ToLowerInvariant(finding.Kind.ToString()[0])}{finding.Kind.ToString()[1..]}");
    }

    /// <summary>Renders the current version anew with its present status: after a petition, its answer, a withdrawal. Older ones stay superseded, or annulled.</summary>
    public void RepresentStatus(Session session, Case after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var versions = after.Versions.Where(v => v == after.CurrentVersion || after.AnnulledVersions.Contains(v.Version));
        Represent(session, after, [.. versions], null, after.Stage == Stage.Withdrawn ? "finding.withdrawn" : "finding.status");
    }

    private void Represent(Session session, Case after, IReadOnlyList<FindingVersion> versions, CanonicalFinding? added, string change)
    {
        var number = after.FindingNumber!;
        var current = after.CurrentVersion!;
        var round = session.Load(RoundJournal.Definition, RoundJournal.Stream(after.Rounds.Last(r => r.Binding && r.Outcome is not null).Id))!;
        PublishedChange? published = null;
        session.AlsoWrite(rows =>
        {
            rows.Execute(StatusSql, new { number, status = after.StatusOf(current).ToString() });
            foreach (var version in versions)
            {
                var canonical = documents.Read(rows, PublishedDocuments.CanonicalPath(number, version.Version))
                    ?? throw new InvalidOperationException($"The canonical finding {number} version {version.Version} is missing.");
                var bytes = Representation(after, version, canonical);
                documents.Write(rows, $"/v1/findings/{number}/versions/{version.Version}", "application/json", bytes);
                if (version == current)
                {
                    documents.Write(rows, $"/v1/findings/{number}", "application/json", bytes);
                }
            }

            var leaf = rows.Leaves[0];
            rows.Execute(ChangeSql, new { idx = leaf.Index, kind = change, subject = $"/v1/findings/{number}", at = leaf.AtMicroseconds });
            var finding = added ?? FindingComposer.Read(documents.Read(rows, PublishedDocuments.CanonicalPath(number, current.Version))!);
            published = new PublishedChange(after, current, finding, round, change, added is not null, leaf.Index, leaf.AtMicroseconds);
            foreach (var each in derived)
            {
                each.Write(rows, published);
            }
        });
        session.AfterCommit(() =>
        {
            documents.Refresh(number);
            foreach (var each in derived)
            {
                each.Committed(published!);
            }
        });
    }

    private static byte[] Representation(Case state, FindingVersion version, byte[] canonical)
    {
        var status = state.StatusOf(version);
        var number = state.FindingNumber!;
        var finding = JsonNode.Parse(canonical)!;
        var exercise = finding["exerciseNotice"]?.GetValue<string>();
        var said = status switch
        {
            FindingStatus.Superseded => $"This version is superseded; the current one is version {state.Versions.Count}.",
            FindingStatus.UnderReconsideration => "This finding is under reconsideration.",
            FindingStatus.Withdrawn => "This finding is withdrawn. Its text stays readable.",
            FindingStatus.Disputed => $"This finding is disputed: its tally does not reproduce from the record ({string.Join("; ", state.Dispute!.Differences)}).",
            FindingStatus.Annulled => AnnulledBecause(state, version),
            _ => null,
        };
        var appealed = status != FindingStatus.Annulled && state.Appeals.Any(a => a.Version == version.Version && a.Ruling is null)
            ? "An appeal against this version is pending before the appeals chamber." : null;
        var banner = string.Join(' ', new[] { exercise, said, appealed }.OfType<string>());
        // Whether it is official depends on what witnesses say later: OfficialMark puts that in when it is served.
        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
            new FindingRepresentation(
                number, version.Version, status, banner.Length == 0 ? null : banner, false, null, version.Digest, finding,
                new Dictionary<string, string>
                {
                    ["self"] = $"/v1/findings/{number}/versions/{version.Version}",
                    ["current"] = $"/v1/findings/{number}",
                    ["versions"] = $"/v1/findings/{number}/versions",
                    ["record"] = $"/v1/findings/{number}/versions/{version.Version}/record",
                    ["proof"] = $"/v1/findings/{number}/versions/{version.Version}/proof",
                    ["bundle"] = $"/v1/findings/{number}/versions/{version.Version}/bundle",
                    ["petitions"] = $"/v1/findings/{number}/petitions",
                    ["appeals"] = $"/v1/findings/{number}/appeals",
                    ["incident"] = $"/v1/incidents/{state.Id}",
                    ["checkpoint"] = "/log/checkpoint",
                }),
            ApiJson.Options));
    }

    private static string AnnulledBecause(Case state, FindingVersion version)
    {
        var appeal = state.Appeals.First(a => a.Version == version.Version && a.Ruling is { Granted: true });
        var ground = appeal.Ground switch
        {
            AppealGround.Procedure => "breach of procedure",
            AppealGround.UndisclosedConflict => "undisclosed conflict of interest",
            AppealGround.ForgedEvidence => "forged evidence",
            AppealGround.TallyNotReproducible => "tally not reproducible",
            AppealGround.FalseDeclaration => "false declaration of a member",
            _ => throw new InvalidOperationException($"No words for {appeal.Ground}."),
        };
        return $"This finding is annulled: the appeals chamber granted an appeal on {appeal.Ruling!.At:yyyy-MM-dd} ({ground}). It attributes nothing any more; its text stays readable.";
    }

    private FindingComposer? Composer(Case state, Policy policy, Func<RoundId, Round?> load) =>
        state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is { } last && load(last.Id) is { Result: not null } round && state.Panel is not null
            ? new FindingComposer(state, round, policy, person => core.Load(PersonJournal.Definition, PersonJournal.Stream(person)).State?.Name ?? "unknown", () => records.DigestOf(state, round))
            : null;

    /// <summary>Opens the seals of the case and its rounds: what was opaque in the log can be read now, field by field as disclosed.</summary>
    private void Unseal(Session session, string stream, IEnumerable<string> rounds)
    {
        var opened = Unsealing.Of(core, stream).Select(u => u.Opens).ToHashSet();
        foreach (var hidden in new[] { stream }.Concat(rounds).SelectMany(core.Store.Events.ReadSealed).Where(e => !opened.Contains(e.Index)).OrderBy(e => e.Index))
        {
            session.AppendRaw(Unsealing.Stream(stream), new NewEvent(
                "unsealed", 1, null, session.At, "{}", false,
                new JsonObject { ["index"] = hidden.Index, ["event"] = JsonNode.Parse(hidden.EntryJson), ["salt"] = B64Url.Encode(hidden.Salt) }, [], []));
        }
    }
}

/// <summary>The entry that opened a sealed one: everybody reads there what was sealed.</summary>
/// <param name="Opens">The sealed entry.</param>
/// <param name="Index">The entry that opens it.</param>
/// <param name="Body">index, event and salt.</param>
public sealed record Unsealed(long Opens, long Index, JsonObject Body);

/// <summary>What of a case has been opened in the log.</summary>
public static class Unsealing
{
    private const string OpenedSql = """
        SELECT event.idx AS Idx, log_entry.entry AS Entry
        FROM event
        JOIN log_entry ON log_entry.idx = event.idx
        WHERE event.stream = @stream AND event.idx < @size
        ORDER BY event.idx
        """;

    public static string Stream(string stream) => $"unsealed:{stream}";

    /// <summary>The opened entries of a case and its rounds, in the order of the log.</summary>
    public static IReadOnlyList<Unsealed> Of(RegistryCore core, string stream)
    {
        ArgumentNullException.ThrowIfNull(core);
        var rows = core.Store.Database.Read(c => c.Query<Row>(OpenedSql, new { stream = Stream(stream), size = core.Store.Events.Head.Size }).AsList());
        return [.. rows.Select(r => (r.Idx, Body: JsonNode.Parse(r.Entry)!["body"]!.AsObject())).Select(r => new Unsealed(r.Body["index"]!.GetValue<long>(), r.Idx, r.Body))];
    }

    private sealed class Row
    {
        public long Idx { get; init; }

        public byte[] Entry { get; init; } = [];
    }
}
