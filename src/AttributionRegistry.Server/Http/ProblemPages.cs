using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Http;

/// <summary>The addresses that problem types point at.</summary>
public static class ProblemPages
{
    public static void MapProblems(this IEndpointRouteBuilder routes)
    {
        var problems = routes.MapGroup("/problems").WithTags("Problems").PublicRead();
        problems.MapGet("/", List).WithName("ListProblems");
        problems.MapGet("/{code}", Read).WithName("ReadProblem").Refuses(404);
    }

    /// <summary>Lists every problem code with its meaning and remedy.</summary>
    public static Ok<IReadOnlyList<ProblemEntry>> List(ProblemCatalogue catalogue) => TypedResults.Ok(catalogue.All);

    /// <summary>Explains one problem code, as JSON or as a page.</summary>
    public static Results<Ok<ProblemEntry>, ContentHttpResult, ProblemHttpResult> Read(string code, ProblemCatalogue catalogue, HttpContext http)
    {
        if (catalogue.Find(code) is not { } entry)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.Append("Vary", "Accept");
        return Accepting.Best(http, "application/json", "text/html") == "text/html"
            ? TypedResults.Content(Page(entry), "text/html", Encoding.UTF8)
            : TypedResults.Ok(entry);
    }

    private static string Page(ProblemEntry entry)
    {
        var html = HtmlEncoder.Default;
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{html.Encode(entry.Title)}</title></head>
            <body>
            <main>
            <h1>{html.Encode(entry.Title)}</h1>
            <p><code>{html.Encode(entry.Code)}</code>, HTTP status {entry.Status}</p>
            <h2>What happened</h2>
            <p>{html.Encode(entry.Explanation)}</p>
            <h2>What to do</h2>
            <p>{html.Encode(entry.Remedy)}</p>
            </main>
            </body>
            </html>

            """;
    }
}
