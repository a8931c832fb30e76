using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.OpenData;

public static class OpenDataEndpoints
{
    public static IServiceCollection AddOpenData(this IServiceCollection services)
    {
        services.AddProblems(new ProblemEntry(
            ReadEmbed.FormatNotOffered, 501, "Format not offered", "Descriptions for embedding come as JSON only.", "Ask with format=json, or leave it out."));
        services.AddSingleton<IDerivedFromFindings, ClaimReviews>();
        services.AddSingleton<Dumps>();
        services.AddSingleton<SiteMaps>();
        return services;
    }

    public static void MapOpenData(this IEndpointRouteBuilder routes)
    {
        var data = routes.MapGroup("").WithTags("Open data").PublicRead();
        data.MapGet("/v1/findings.csv", DumpCsv.HandleAsync).WithName("DumpCsv").Refuses(503);
        data.MapGet("/v1/findings.jsonl", DumpJsonLines.HandleAsync).WithName("DumpJsonLines").Refuses(503);
        data.MapGet("/v1/findings/{number}/claim-review", ReadClaimReview.HandleAsync).WithName("ReadClaimReview").Conditional().Refuses(404);
        data.MapGet("/v1/dataset", ReadDataset.Handle).WithName("ReadDataset");
        data.MapGet("/v1/statistics", ReadStatistics.Handle).WithName("ReadStatistics");
        data.MapGet("/oembed", ReadEmbed.Handle).WithName("ReadEmbed").Refuses(404, 501);
        data.MapGet("/sitemap.xml", ReadSiteMap.Whole).WithName("ReadSiteMap");
        data.MapGet("/sitemaps/{place}.xml", ReadSiteMap.One).WithName("ReadSiteMapPart").Refuses(404);
        data.MapGet("/robots.txt", ReadSiteMap.Robots).WithName("ReadRobots");
    }
}
