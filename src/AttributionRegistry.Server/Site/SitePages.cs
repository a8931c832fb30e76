using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Actors;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.OpenData;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Site.Finding;
using AttributionRegistry.Server.TrackRecord;
using AttributionRegistry.Server.Witness;
using Dapper;

namespace AttributionRegistry.Server.Site;

/// <summary>
/// The public pages: what each is made of, and the stamp of that. They read what the public routes of the API read, and nothing else.
/// Null stands for what does not exist, or is not public.
/// </summary>
public sealed class SitePages(
    RegistryCore core, RegistrySettings settings, WitnessBook witnesses, SiteRenderer renderer, SiteCache cache, PublishedFindings findings,
    PublishedDocuments documents, FindingLocator locator, FindingSearch search, TimeProvider clock)
{
    /// <summary>How many actors a page lists.</summary>
    public const int MostActors = 500;

    private const int Latest = 6;

    private const int PageSize = 25;

    private const string LastChangeSql = "SELECT max(idx) FROM change";

    public SiteContext Context(Language language, string path) => new(language, path, core.Policy?.Exercise == true, settings.PublicUrl);

    public Task<RenderedPage> HomeAsync(Language language) => GetAsync<Home>(Context(language, "/"), PublicStamp(), () =>
        new HomeModel(findings.Newest(Latest), findings.Figures(), Places()));

    /// <summary>A search; only the list that everybody sees first is kept: words are endless.</summary>
    public async Task<RenderedPage> SearchAsync(Language language, SearchQuery query)
    {
        // By what is asked for it can be narrowed further; so the facets are those of the words alone.
        SearchModel Model() => new(query, search.Find(query.Filter, query.Order, query.Page(PageSize)), search.Facets(new FindingFilter { Q = query.Filter.Q }));
        var context = Context(language, "/findings");
        return query.IsPlain ? await GetAsync<Search>(context, PublicStamp(), Model) : new RenderedPage(await renderer.RenderAsync<Search>(context, Model()), kept: false);
    }

    public async Task<RenderedPage?> FindingAsync(Language language, string number, int? version)
    {
        if (locator.Find(number) is not { } state)
        {
            return null;
        }

        var wanted = version ?? state.Versions.Count;
        if (documents.Find($"{OfficialMark.Prefix}{number}/versions/{wanted}") is not { } document)
        {
            return null;
        }

        var path = version is null ? $"/findings/{number}" : $"/findings/{number}/versions/{wanted}";
        return await GetAsync<FindingView>(Context(language, path), $"{document.ETag} {CaseStamp(state.Id)}", () => findings.Find(number, wanted)!);
    }

    public async Task<RenderedPage?> ChangesAsync(Language language, string number, int from, int to)
    {
        if (locator.Find(number) is not { } state || from >= to || DiffFinding.Between(documents, number, from, to) is not { } diff)
        {
            return null;
        }

        return await GetAsync<Changes>(Context(language, $"/findings/{number}/changes/{from}/{to}"), $"{diff.FromDigest} {diff.ToDigest}", () =>
            new ChangesModel(number, findings.Canonical(number, to)!.Incident.Name, from, to, state.Versions[to - 1].ChangeNote, diff));
    }

    public Task<RenderedPage> IncidentsAsync(Language language) => GetAsync<Incidents>(Context(language, "/incidents"), PublicStamp(), () =>
    {
        var essences = findings.Essences();
        return new IncidentsModel(
            [.. essences.Select(e => new IncidentLineModel(
                PublishedFindings.IncidentNumber(e.Line.Number), e.Line.Name, e.Line, e.Finding.Incident.VictimStates, e.Finding.Incident.Started))],
            essences.Count == PublishedFindings.MostLooked);
    });

    public async Task<RenderedPage?> IncidentAsync(Language language, string number)
    {
        if (!number.StartsWith("IN-", StringComparison.Ordinal) || locator.Find($"AR-{number[3..]}") is not { } state || findings.Line(state.FindingNumber!) is not { } line)
        {
            return null;
        }

        return await GetAsync<Incident>(Context(language, $"/incidents/{number}"), $"{line} {CaseStamp(state.Id)}", () => new IncidentModel(
            number, state.Stage, state.Facts, line, [.. state.Claims.Select(c => new ClaimView(c.Id, c.Content, c.RecordedAt, c.Withdrawn))]));
    }

    /// <param name="language">The language of the page.</param>
    /// <param name="name">A name to resolve, or null. Such a page is rendered for its reader alone: names are endless.</param>
    public async Task<RenderedPage> ActorsAsync(Language language, string? name)
    {
        var context = Context(language, "/actors");
        ActorsModel Model()
        {
            var rows = ReadActors.First(core, MostActors + 1);
            return new ActorsModel([.. rows.Take(MostActors)], rows.Count > MostActors, name, name is null ? [] : ReadActors.CandidatesFor(core, name));
        }

        return name is null
            ? await GetAsync<Actors>(context, EverythingStamp(), Model)
            : new RenderedPage(await renderer.RenderAsync<Actors>(context, Model()), kept: false);
    }

    public async Task<RenderedPage?> ActorAsync(Language language, string id)
    {
        if (!TypedId.TryParse<ActorId>(id, out var actor) || core.Load(ActorJournal.Definition, ActorJournal.Stream(actor)) is not (_, { } state))
        {
            return null;
        }

        return await GetAsync<Actor>(Context(language, $"/actors/{actor}"), EverythingStamp(), () => new ActorModel(
            ActorView.Of(state),
            state.Nexuses.Select(n => n.To).Distinct().ToDictionary(to => to, to => core.Load(ActorJournal.Definition, ActorJournal.Stream(to)).State?.Name ?? to.Value)));
    }

    public Task<RenderedPage> MethodAsync(Language language) => GetAsync<Method>(Context(language, "/method"), PolicyStamp(), () => null);

    public Task<RenderedPage> PeopleAsync(Language language) => GetAsync<People>(Context(language, "/people"), PublicStamp(), () =>
    {
        var all = findings.Essences();
        return new PeopleModel(
            [.. from essence in all
                from member in essence.Finding.Panel.Members
                group new SeatLine(essence.Line.Number, member.Declared, member.Presides) by (member.Name, member.Region) into person
                orderby person.Key.Name
                select new Sitting(person.Key.Name, person.Key.Region, [.. person.OrderBy(s => s.Number, StringComparer.Ordinal)])],
            [.. all.SelectMany(e => e.Finding.Panel.RecusalGrounds.Select(ground => (e.Line.Number, ground)))]);
    });

    public Task<RenderedPage> FundingAsync(Language language) => GetAsync<Funding>(Context(language, "/funding"), PolicyStamp(), () =>
        new FundingModel([.. core.Policy!.Funding], core.Policy.Version));

    public Task<RenderedPage> PolicyAsync(Language language)
    {
        var context = Context(language, "/policy");
        return GetAsync<Policy>(context, PolicyStamp(), () => PolicyLines.Of(core.Policy!, context));
    }

    public Task<RenderedPage> TrackRecordAsync(Language language) => GetAsync<Site.TrackRecord>(Context(language, "/track-record"), PublicStamp(), () =>
        new TrackModel(ReadTrackRecord.Newest(core)));

    // Figures on cases change with the month too: those of this one do not count yet.
    public Task<RenderedPage> BalanceAsync(Language language) => GetAsync<Balance>(
        Context(language, "/balance"), $"{EverythingStamp()} {clock.GetUtcNow():yyyy-MM}", () => new BalanceModel(Statistics(), Places()));

    /// <summary>A refusal as a page.</summary>
    public async Task<RenderedPage> ErrorAsync(Language language, string path, ErrorModel error)
    {
        // What lies behind a wrong address is the same page everywhere; only the links to other languages lead on to the same address.
        var context = Context(language, error.Status == StatusCodes.Status404NotFound ? "/" : path);
        return error.Status == StatusCodes.Status404NotFound
            ? await cache.GetAsync($"error {language.Code}", PolicyStamp(), () => renderer.RenderAsync<ErrorPage>(context, error))
            : new RenderedPage(await renderer.RenderAsync<ErrorPage>(context, error), kept: false);
    }

    private Task<RenderedPage> GetAsync<TPage>(SiteContext context, string stamp, Func<object?> model)
        where TPage : SitePage =>
        cache.GetAsync(context.Href(context.Path), stamp, () => renderer.RenderAsync<TPage>(context, model()));

    private BalanceFigures Statistics() => ReadStatistics.Handle(core, clock).Value!;

    private List<Place> Places() => [.. Statistics().States.Select(s => new Place(s.State, (int)s.Named, (int)s.Hit))];

    // What changed in public last, what witnesses cover, and the policy: all that pages across findings depend on.
    private string PublicStamp() => $"{core.Store.Database.Read(c => c.ExecuteScalar<long?>(LastChangeSql))} {witnesses.WitnessedSize} {PolicyStamp()}";

    private string CaseStamp(IncidentId id) => $"{core.Load(CaseJournal.Definition, CaseJournal.Stream(id)).Version} {PolicyStamp()}";

    private string EverythingStamp() => $"{core.Store.Events.Head.Size}";

    private string PolicyStamp() => $"{core.Policy?.Version}";
}
