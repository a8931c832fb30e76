using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Incidents;

/// <summary>Cases: their events' stored names and the rows that lists and look-ups read.</summary>
public static class CaseJournal
{
    private const string InsertSql = """
        INSERT INTO incident (id, number, stage, public, version, referred_us, changed_us)
        VALUES (@id, NULL, @stage, 0, @version, @at, @at)
        """;

    private const string ChangeSql = """
        UPDATE incident SET stage = @stage, public = @isPublic, version = @version, changed_us = @at
        WHERE id = @id
        """;

    private const string LocatorSql = "INSERT INTO locator (id, incident) VALUES (@id, @incident)";

    // With the row goes the only key of the bytes.
    private const string ErasedSql = "DELETE FROM payload WHERE evidence = @evidence";

    private const string ErasedObservablesSql = "DELETE FROM observable WHERE evidence = @evidence";

    private const string ResolutionSql = """
        INSERT INTO resolution (incident, round, question, at_us, members, panel_mean, pool) VALUES (@id, @round, @question, @at, @members, @mean, @pool)
        ON CONFLICT (round, question) DO UPDATE SET at_us = @at, members = @members, panel_mean = @mean, pool = @pool
        """;

    // While it was quarantined the machine passed it over without a verdict.
    private const string ScanAgainSql = "DELETE FROM payload_scan WHERE evidence = @evidence";

    private const string AddPersonSql = """
        INSERT INTO incident_person (incident, person) VALUES (@incident, @person) ON CONFLICT (incident, person) DO NOTHING
        """;

    private const string RemovePersonSql = "DELETE FROM incident_person WHERE incident = @incident AND person = @person";

    /// <summary>The stored name of a published version of the finding.</summary>
    public const string FindingVersion = "finding.version";

    public static Journal<Case, CaseEvent> Definition { get; } = new(
        "case",
        new Dictionary<string, Type>
        {
            ["incident.referred"] = typeof(CaseEvent.Referred),
            ["incident.facts-changed"] = typeof(CaseEvent.FactsChanged),
            ["incident.standing-recorded"] = typeof(CaseEvent.StandingRecorded),
            ["case.moved"] = typeof(CaseEvent.Moved),
            ["case.suspended"] = typeof(CaseEvent.Suspended),
            ["case.resumed"] = typeof(CaseEvent.Resumed),
            ["case.act-proposed"] = typeof(CaseEvent.ActProposed),
            ["case.act-dropped"] = typeof(CaseEvent.PendingActDropped),
            ["claim.recorded"] = typeof(CaseEvent.ClaimRecorded),
            ["claim.withdrawn"] = typeof(CaseEvent.ClaimWithdrawn),
            ["evidence.received"] = typeof(CaseEvent.EvidenceSubmitted),
            ["evidence.sealed"] = typeof(CaseEvent.PayloadSealed),
            ["evidence.judged"] = typeof(CaseEvent.AdmissibilityJudged),
            ["evidence.graded"] = typeof(CaseEvent.Graded),
            ["evidence.custody"] = typeof(CaseEvent.CustodyRecorded),
            ["evidence.relabelled"] = typeof(CaseEvent.Relabelled),
            ["evidence.disclosed"] = typeof(CaseEvent.Released),
            ["evidence.gist-written"] = typeof(CaseEvent.GistWritten),
            ["evidence.destroyed"] = typeof(CaseEvent.Erased),
            ["evidence.scanned"] = typeof(CaseEvent.Scanned),
            ["evidence.quarantined"] = typeof(CaseEvent.Quarantined),
            ["evidence.restored"] = typeof(CaseEvent.Restored),
            ["evidence.metadata-found"] = typeof(CaseEvent.MetadataFound),
            ["evidence.observables-recorded"] = typeof(CaseEvent.ObservablesRecorded),
            ["evidence.origin-linked"] = typeof(CaseEvent.OriginLinked),
            ["hypothesis.proposed"] = typeof(CaseEvent.HypothesisProposed),
            ["matrix.rated"] = typeof(CaseEvent.CellsRated),
            ["assumption.listed"] = typeof(CaseEvent.AssumptionListed),
            ["gap.listed"] = typeof(CaseEvent.GapListed),
            ["memo.filed"] = typeof(CaseEvent.ContraryMemoFiled),
            ["assessment.frozen"] = typeof(CaseEvent.AssessmentFrozen),
            ["review.filed"] = typeof(CaseEvent.ReviewFiled),
            ["review.point-answered"] = typeof(CaseEvent.ReviewPointAnswered),
            ["role.assigned"] = typeof(CaseEvent.Assigned),
            ["role.unassigned"] = typeof(CaseEvent.Unassigned),
            ["party.named"] = typeof(CaseEvent.PartyNamed),
            ["interests.declared"] = typeof(CaseEvent.InterestsDeclared),
            ["service.recorded"] = typeof(CaseEvent.Served),
            ["reply.filed"] = typeof(CaseEvent.Replied),
            ["reply.point-answered"] = typeof(CaseEvent.ReplyPointAnswered),
            ["panel.pool"] = typeof(CaseEvent.PoolFrozen),
            ["panel.drawn"] = typeof(CaseEvent.PanelDrawn),
            ["panel.declared"] = typeof(CaseEvent.Declared),
            ["panel.recused"] = typeof(CaseEvent.MemberRecused),
            ["panel.seat-filled"] = typeof(CaseEvent.SeatFilled),
            ["panel.challenged"] = typeof(CaseEvent.Challenged),
            ["panel.challenge-voted"] = typeof(CaseEvent.ChallengeVoted),
            ["panel.challenge-decided"] = typeof(CaseEvent.ChallengeDecided),
            ["case.round-opened"] = typeof(CaseEvent.RoundOpened),
            ["case.round-concluded"] = typeof(CaseEvent.RoundConcluded),
            ["finding.drafted"] = typeof(CaseEvent.FindingDrafted),
            ["question.resolved"] = typeof(CaseEvent.QuestionResolved),
            [FindingVersion] = typeof(CaseEvent.FindingPublished),
            ["petition.filed"] = typeof(CaseEvent.PetitionFiled),
            ["petition.answered"] = typeof(CaseEvent.PetitionAnswered),
            ["petition.decided"] = typeof(CaseEvent.PetitionDecided),
            ["petition.panel-voted"] = typeof(CaseEvent.PetitionVoted),
            ["chamber.pool"] = typeof(CaseEvent.ChamberPoolFrozen),
            ["chamber.drawn"] = typeof(CaseEvent.ChamberDrawn),
            ["chamber.recused"] = typeof(CaseEvent.ChamberMemberRecused),
            ["chamber.seat-filled"] = typeof(CaseEvent.ChamberSeatFilled),
            ["chamber.voted"] = typeof(CaseEvent.ChamberVoted),
            ["chamber.ruled"] = typeof(CaseEvent.ChamberRuled),
            ["appeal.filed"] = typeof(CaseEvent.AppealFiled),
            ["mapping.requested"] = typeof(CaseEvent.MappingRequested),
            ["finding.disputed"] = typeof(CaseEvent.FindingDisputed),
            ["finding.reproduced"] = typeof(CaseEvent.FindingReproduced),
            ["statement.filed"] = typeof(CaseEvent.StatementFiled),
            ["text.erased"] = typeof(CaseEvent.TextErased),
            [CaseKeys.BoundType] = typeof(CaseEvent.KeyBound),
        },
        CaseDecider.Evolve,
        isSealed: state => !state.HasFinding,
        Rows)
    {
        SignedWith = SigningKeys.OfTheCase,
        MustBeSigned = @event => @event is CaseEvent.EvidenceSubmitted or CaseEvent.PayloadSealed or CaseEvent.MemberRecused or CaseEvent.ChamberMemberRecused
            or CaseEvent.ActProposed or CaseEvent.FindingPublished or CaseEvent.Erased or CaseEvent.TextErased or CaseEvent.Moved { To: Stage.Withdrawn },
    };

    public static string Stream(IncidentId incident) => incident.Value;

    private static void Rows(RowContext<Case, CaseEvent> context)
    {
        var (state, rows) = (context.After, context.Rows);
        var row = new
        {
            id = state.Id.Value,
            stage = state.Stage.ToString(),
            isPublic = state.HasFinding ? 1 : 0,
            version = context.Leaf.Version,
            at = context.Leaf.AtMicroseconds,
        };
        rows.Execute(context.Event is CaseEvent.Referred ? InsertSql : ChangeSql, row);
        foreach (var id in Located(context.Event))
        {
            rows.Execute(LocatorSql, new { id, incident = row.id });
        }

        if (context.Event is CaseEvent.QuestionResolved resolved)
        {
            rows.Execute(ResolutionSql, new
            {
                row.id,
                round = resolved.Round.Value,
                question = resolved.Question,
                row.at,
                members = resolved.Score?.Members ?? 0,
                mean = resolved.Score?.PanelMean,
                pool = resolved.Score?.Pool,
            });
        }

        if (context.Event is CaseEvent.Erased erased)
        {
            rows.Execute(ErasedSql, new { evidence = erased.Evidence.Value });
            rows.Execute(ErasedObservablesSql, new { evidence = erased.Evidence.Value });
        }

        Deadlines.Write(rows, row.id, state.Id, context.Before?.Panel?.NextLapse, state.Panel?.NextLapse);
        if (context.Event is CaseEvent.Restored restored)
        {
            rows.Execute(ScanAgainSql, new { evidence = restored.Evidence.Value });
        }

        var (before, after) = (People(context.Before), People(state));
        foreach (var person in after.Except(before))
        {
            rows.Execute(AddPersonSql, new { incident = row.id, person = person.Value });
        }

        foreach (var person in before.Except(after))
        {
            rows.Execute(RemovePersonSql, new { incident = row.id, person = person.Value });
        }
    }

    // Whoever the case itself lets in: parties once they are served. Those recused are out, whatever else they were.
    private static HashSet<PersonId> People(Case? state) => state is null
        ? []
        : [.. state.Assigned.Keys.Concat(state.Panel?.Sitting.Select(s => s.Person) ?? []).Concat(Chamber(state))
            .Where(p => !state.Recused.Contains(p) && (!state.Parties.ContainsKey(p) || state.Services.Any(s => s.On == p)))];

    private static IEnumerable<PersonId> Chamber(Case state) => state.ChamberMatters().Count > 0 ? state.Chamber?.Sitting.Select(s => s.Person) ?? [] : [];

    private static IEnumerable<string> Located(CaseEvent @event) => @event switch
    {
        CaseEvent.EvidenceSubmitted e => [e.Evidence.Value],
        CaseEvent.PoolFrozen e => [e.Pool.Value],
        CaseEvent.PanelDrawn e => [e.Panel.Value],
        CaseEvent.PetitionFiled e => [e.Petition.Value],
        CaseEvent.ChamberPoolFrozen e => [e.Pool.Value],
        CaseEvent.AppealFiled e => [e.Appeal.Value],
        _ => [],
    };
}
