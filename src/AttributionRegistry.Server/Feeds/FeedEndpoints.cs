using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Feeds;

public static class FeedEndpoints
{
    /// <summary>Before the search index: a feed asks it what the version before was sorted under.</summary>
    public static IServiceCollection AddFeeds(this IServiceCollection services)
    {
        services.AddSingleton<IDerivedFromFindings, FindingFeeds>();
        return services;
    }

    public static void MapFeeds(this IEndpointRouteBuilder routes)
    {
        var feeds = routes.MapGroup("/feeds").WithTags("Feeds").PublicRead().Conditional().Refuses(404);
        feeds.MapGet("/findings.{form:regex(^(atom|json)$)}", ReadFeed.HandleAsync).WithName("ReadFeed");
        feeds.MapGet("/{kind:regex(^(states|sectors|actors)$)}/{name}.{form:regex(^(atom|json)$)}", ReadNarrowFeed.HandleAsync).WithName("ReadNarrowFeed");
    }
}

public static class ReadFeed
{
    /// <summary>The last fifty changes of findings, as Atom (RFC 4287) or JSON Feed 1.1: published, corrected, revised, under reconsideration, withdrawn.</summary>
    public static Task HandleAsync(string form, HttpContext http, PublishedDocuments documents) => ReadFinding.SendAsync($"/feeds/findings.{form}", http, documents);
}

public static class ReadNarrowFeed
{
    /// <summary>The same for findings that name a state (by ISO code) or an actor (by id), or that hit a sector (in lower case, words joined by hyphens).</summary>
    public static Task HandleAsync(string kind, string name, string form, HttpContext http, PublishedDocuments documents) =>
        ReadFinding.SendAsync($"/feeds/{kind}/{name}.{form}", http, documents);
}
