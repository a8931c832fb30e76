using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.OpenData;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Site.Finding;
using Dapper;

namespace AttributionRegistry.Server.Site;

/// <summary>What pages across findings use of one: never changes for a version.</summary>
public sealed record FindingEssence(FindingSummary Line, CanonicalFinding Finding);

/// <summary>Published findings as the pages read them: the committed documents, and nothing that is not public.</summary>
public sealed class PublishedFindings(RegistryCore core, PublishedDocuments documents, FindingLocator findings, PublishedVersions versions, FindingSearch search)
{
    /// <summary>How many of the newest findings pages across findings look at.</summary>
    public const int MostLooked = 200;

    private const string FiguresSql = """
        SELECT count(*) AS Findings, sum(CASE WHEN outcome = 'Attributed' THEN 1 ELSE 0 END) AS Attributed,
          sum(CASE WHEN outcome = 'Inconclusive' THEN 1 ELSE 0 END) AS Inconclusive, sum(CASE WHEN crosscheckable = 1 THEN 1 ELSE 0 END) AS Crosscheckable
        FROM finding
        """;

    private readonly ConcurrentDictionary<(string Number, int Version), CanonicalFinding> _parsed = new();

    /// <summary>The newest findings, newest first.</summary>
    public IReadOnlyList<FindingSummary> Newest(int limit) => search.Find(new FindingFilter(), FindingOrder.Newest, new PageQuery(limit, null)).Items;

    /// <summary>One finding as lists show it, or null.</summary>
    public FindingSummary? Line(string number) => search.One(number);

    /// <summary>The newest findings with what they say.</summary>
    public IReadOnlyList<FindingEssence> Essences() => [.. Newest(MostLooked).Select(line => (line, Canonical(line.Number, line.Version))).Where(x => x.Item2 is not null).Select(x => new FindingEssence(x.line, x.Item2!))];

    public FindingFigures Figures() => core.Store.Database.Read(c => c.QuerySingle<FigureRow>(FiguresSql)) is var row
        ? new FindingFigures(row.Findings, row.Attributed ?? 0, row.Inconclusive ?? 0, row.Crosscheckable ?? 0)
        : throw new InvalidOperationException("A count has a row.");

    /// <summary>The canonical finding of a version, or null.</summary>
    public CanonicalFinding? Canonical(string number, int version)
    {
        if (_parsed.TryGetValue((number, version), out var kept))
        {
            return kept;
        }

        if (documents.Find(PublishedDocuments.CanonicalPath(number, version)) is not { } document)
        {
            return null;
        }

        if (_parsed.Count >= MostLooked * 2)
        {
            _parsed.Clear();
        }

        return _parsed[(number, version)] = FindingComposer.Read(document.Bytes);
    }

    /// <summary>A version as its page shows it; the current one when none is named; null when there is none.</summary>
    public FindingModel? Find(string number, int? version)
    {
        if (findings.Find(number) is not { } state)
        {
            return null;
        }

        var wanted = version ?? state.Versions.Count;
        if (versions.Find(number, wanted) is not { } published || Canonical(number, wanted) is not { } finding ||
            documents.Find($"{OfficialMark.Prefix}{number}/versions/{wanted}") is not { } document)
        {
            return null;
        }

        var representation = JsonNode.Parse(document.Bytes)!;
        return new FindingModel(
            finding, ReviewOf(number), (string)representation["digest"]!, state.StatusOf(state.Versions[wanted - 1]), BannerOf((string?)representation["banner"]), (bool)representation["official"]!,
            state.Versions.Count, BallotsOf(finding, published.Round), StepsOf(state),
            [.. state.Versions.Select(v => new VersionLine(v.Version, v.Kind, state.StatusOf(v), v.At, v.ChangeNote, v.Digest))],
            [.. state.Petitions.Select(p => PetitionView.Of(state, p))], IncidentNumber(number));
    }

    internal static string IncidentNumber(string finding) => finding.Replace("AR-", "IN-", StringComparison.Ordinal);

    // With the serializer's own escapes no text in it can end the script element that it stands in.
    private string? ReviewOf(string number) => documents.Find(ClaimReviews.PathOf(number)) is { } review ? JsonNode.Parse(review.Bytes)!.ToJsonString(JsonSerializerOptions.Default) : null;

    // The notice of an exercise stands on every page by itself.
    private static string? BannerOf(string? banner) => banner?.Replace(FindingComposer.ExerciseNotice, "", StringComparison.Ordinal).Trim() is { Length: > 0 } rest ? rest : null;

    private static List<MemberBallot> BallotsOf(CanonicalFinding finding, Round round)
    {
        var names = finding.Panel.Members.Where(m => m.BallotKeyId is not null).ToDictionary(m => m.BallotKeyId!, m => m.Name, StringComparer.Ordinal);
        var disclosed = finding.Disclosed.Select(d => d.Id.Value).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from opening in round.Openings
               let voter = round.Voters.Find(v => v.BallotKeyId == opening.BallotKeyId)
               where voter is { RemovedAt: null }
               let name = names.GetValueOrDefault(opening.BallotKeyId, opening.BallotKeyId)
               orderby name
               from answer in RoundRecord.AnswersOf(opening.Ballot)
               where answer.Value is not Answer.Unreadable
               let judged = answer.Value as Answer.Judgement
               select new MemberBallot(
                   answer.Key, name, voter.Region, judged?.Likelihood, judged?.Confidence,
                   [.. judged?.Cites.Where(disclosed.Contains).Select(EvidenceId.Of) ?? []], judged?.Cites.Count(c => !disclosed.Contains(c)) ?? 0),
        ];
    }

    private List<TimelineStep> StepsOf(Case state)
    {
        var steps = new List<TimelineStep>();
        foreach (var stored in core.Store.Events.ReadStream(CaseJournal.Stream(state.Id)))
        {
            var (@event, recorded) = CaseJournal.Definition.Read(stored);
            (string Key, string? Detail)? step = @event switch
            {
                CaseEvent.Referred => ("stage.Referred", null),
                CaseEvent.Moved e => ($"stage.{e.To}", null),
                CaseEvent.Suspended => ("timeline.suspended", null),
                CaseEvent.Resumed => ("timeline.resumed", null),
                CaseEvent.FindingPublished { Version: > 1 } e => ($"vkind.{e.Kind}", $"version {e.Version}"),
                CaseEvent.PetitionFiled => ("timeline.petition", null),
                CaseEvent.AppealFiled => ("timeline.appeal", null),
                CaseEvent.FindingDisputed => ("timeline.disputed", null),
                _ => null,
            };
            if (step is var (key, detail))
            {
                steps.Add(new TimelineStep(recorded.At, key, detail, stored.Index));
            }
        }

        return steps;
    }

    private sealed class FigureRow
    {
        public long Findings { get; init; }

        public long? Attributed { get; init; }

        public long? Inconclusive { get; init; }

        public long? Crosscheckable { get; init; }
    }
}

/// <summary>Counts over all published findings.</summary>
public sealed record FindingFigures(long Findings, long Attributed, long Inconclusive, long Crosscheckable);
