using System.Globalization;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Site;

public static class SiteEndpoints
{
    public static IServiceCollection AddSite(this IServiceCollection services)
    {
        services.AddSingleton<SiteRenderer>();
        services.AddSingleton<SiteCache>();
        services.AddSingleton<PublishedFindings>();
        services.AddSingleton<SitePages>();
        services.AddSingleton<ErrorPages>();
        services.AddSingleton<SiteWarmer>();
        services.AddSingleton<IDerivedFromFindings>(provider => provider.GetRequiredService<SiteWarmer>());
        services.AddHostedService(provider => provider.GetRequiredService<SiteWarmer>());
        return services;
    }

    public static void MapSite(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        Map(routes, "/", ToLanguage);
        foreach (var language in Language.All)
        {
            Page(routes, language, "/", async (pages, _) => await pages.HomeAsync(language));
            Page(routes, language, "/findings", async (pages, http) => await pages.SearchAsync(language, SearchQuery.Parse(http.Request.Query)));
            Page(routes, language, "/findings/{number}", (pages, http) => pages.FindingAsync(language, Value(http, "number"), null));
            Page(routes, language, "/findings/{number}/versions/{version:int}", (pages, http) => pages.FindingAsync(language, Value(http, "number"), Whole(http, "version")));
            Page(routes, language, "/findings/{number}/changes/{from:int}/{to:int}", (pages, http) =>
                pages.ChangesAsync(language, Value(http, "number"), Whole(http, "from"), Whole(http, "to")));
            Page(routes, language, "/incidents", async (pages, _) => await pages.IncidentsAsync(language));
            Page(routes, language, "/incidents/{number}", (pages, http) => pages.IncidentAsync(language, Value(http, "number")));
            Page(routes, language, "/actors", async (pages, http) => await pages.ActorsAsync(language, Asked(http)));
            Page(routes, language, "/actors/{id}", (pages, http) => pages.ActorAsync(language, Value(http, "id")));
            Page(routes, language, "/method", async (pages, _) => await pages.MethodAsync(language));
            Page(routes, language, "/people", async (pages, _) => await pages.PeopleAsync(language));
            Page(routes, language, "/funding", async (pages, _) => await pages.FundingAsync(language));
            Page(routes, language, "/policy", async (pages, _) => await pages.PolicyAsync(language));
            Page(routes, language, "/balance", async (pages, _) => await pages.BalanceAsync(language));
            Page(routes, language, "/track-record", async (pages, _) => await pages.TrackRecordAsync(language));
        }
    }

    private static void Page(IEndpointRouteBuilder routes, Language language, string path, Func<SitePages, HttpContext, Task<RenderedPage?>> page) =>
        Map(routes, $"/{language.Code}{path}", async http =>
        {
            await ((await page(http.RequestServices.GetRequiredService<SitePages>(), http)) is { } found
                ? SiteCache.SendAsync(http, found)
                : Problems.NotFound().ExecuteAsync(http));
        });

    private static void Map(IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], handler).AllowAnonymous().ExcludeFromDescription();

    private static Task ToLanguage(HttpContext http)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Redirect($"/{Wanted(http).Code}/");
        return Task.CompletedTask;
    }

    /// <summary>The language of the address, else the best of those that the reader takes.</summary>
    internal static Language Wanted(HttpContext http) =>
        Language.All.FirstOrDefault(language => http.Request.Path.StartsWithSegments($"/{language.Code}", StringComparison.Ordinal)) ??
        (StringWithQualityHeaderValue.TryParseList(http.Request.Headers.AcceptLanguage, out var accepted)
            ? accepted.Where(each => each.Quality is not 0).OrderByDescending(each => each.Quality ?? 1).Select(each => Language.Find(each.Value.Value)).FirstOrDefault(language => language is not null)
            : null) ?? Language.All[0];

    private static string Value(HttpContext http, string name) => (string)http.GetRouteValue(name)!;

    private static int Whole(HttpContext http, string name) => int.Parse(Value(http, name), CultureInfo.InvariantCulture);

    private static string? Asked(HttpContext http) =>
        http.Request.Query["name"].ToString() is { Length: > 0 and <= 200 } name && CleanText.TryClean(name, out var clean) ? clean : null;
}

/// <summary>Refusals as pages, for readers who ask for pages. Programs get problem+json as ever.</summary>
public sealed class ErrorPages(SitePages pages)
{
    private static readonly PathString[] ForPrograms = ["/v1", "/log", "/openapi", "/feeds", "/taxii2", "/health", "/metrics", "/assets", "/.well-known"];

    /// <summary>Whether the caller would rather have a page.</summary>
    public static bool AreWanted(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return HttpMethods.IsGet(http.Request.Method) && !Array.Exists(ForPrograms, prefix => http.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal)) &&
            Accepting.Best(http, Problems.ContentType, "text/html") == "text/html";
    }

    public async Task SendAsync(HttpContext http, int status, string code, string? detail)
    {
        ArgumentNullException.ThrowIfNull(http);
        var language = SiteEndpoints.Wanted(http);
        var path = http.Request.Path.Value ?? "/";
        var page = await pages.ErrorAsync(language, path.StartsWith($"/{language.Code}/", StringComparison.Ordinal) ? path[3..] : "/", new ErrorModel(status, code, detail));
        await SiteCache.SendAsync(http, page, status);
    }
}
