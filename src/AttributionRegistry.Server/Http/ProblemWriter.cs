using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// Writes every problem as application/problem+json. The framework's own writer gives way to text/plain or to nothing
/// when Accept does not fit; a client that cannot read the reason is not helped by that. Browsers get a page instead, outside of the API.
/// </summary>
public sealed class ProblemWriter(ProblemCatalogue catalogue, IServiceProvider services) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.HttpContext.Response;
        var status = context.ProblemDetails.Status ?? response.StatusCode;
        // Absent in a host that has the conventions and no features.
        if (Site.ErrorPages.AreWanted(context.HttpContext) && services.GetService<Site.ErrorPages>() is { } pages)
        {
            await pages.SendAsync(context.HttpContext, status, CodeOf(context.ProblemDetails, status), context.ProblemDetails.Detail);
            return;
        }

        var body = Render(context.ProblemDetails, status);
        response.StatusCode = status;
        response.ContentType = Problems.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
    }

    private static string CodeOf(ProblemDetails problem, int status) =>
        problem.Extensions.TryGetValue("code", out var given) && given is string text ? text : ProblemCodes.ForStatus(status);

    private byte[] Render(ProblemDetails problem, int status)
    {
        var code = CodeOf(problem, status);
        var entry = catalogue.Find(code);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", $"/problems/{code}");
            json.WriteString("title", entry?.Title ?? Problems.TitleFrom(code));
            json.WriteNumber("status", status);
            json.WriteString("detail", problem.Detail ?? entry?.Explanation);
            json.WriteString("code", code);
            json.WriteStartArray("errors");
            if (problem.Extensions.TryGetValue("errors", out var errors) && errors is IEnumerable<ProblemError> list)
            {
                foreach (var error in list)
                {
                    json.WriteStartObject();
                    json.WriteString("pointer", error.Pointer);
                    json.WriteString("code", error.Code);
                    json.WriteString("detail", error.Detail);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            foreach (var (name, value) in problem.Extensions)
            {
                if (name is not ("code" or "errors" or "traceId"))
                {
                    json.WritePropertyName(name);
                    JsonSerializer.Serialize(json, value, ApiJson.Options);
                }
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
