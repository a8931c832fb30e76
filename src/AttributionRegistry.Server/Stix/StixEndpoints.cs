using Microsoft.AspNetCore.Http.HttpResults;
using System.Text;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Stix;

public static class StixEndpoints
{
    public static IServiceCollection AddStix(this IServiceCollection services) => services.AddSingleton<IDerivedFromFindings, StixExport>();

    public static void MapStix(this IEndpointRouteBuilder routes)
    {
        var findings = routes.MapGroup("/v1/findings/{number}").WithTags("Findings").PublicRead().Conditional().Refuses(404);
        findings.MapGet("/stix", ReadStix.HandleAsync).WithName("ReadStix");
        findings.MapGet("/versions/{version}/stix", ReadVersionStix.HandleAsync).WithName("ReadVersionStix");
        routes.MapGet(StixParts.SchemaPath, ReadStixSchema.Handle).WithName("ReadStixSchema").WithTags("Findings").PublicRead();
    }
}

public static class ReadStix
{
    /// <summary>The current version as a STIX 2.1 bundle, made once when it was published or its status changed; it names the digest of the canonical finding.</summary>
    public static Task HandleAsync(string number, HttpContext http, PublishedDocuments documents) => ReadFinding.SendAsync(StixExport.PathOf(number), http, documents);
}

public static class ReadVersionStix
{
    /// <summary>One version as a STIX 2.1 bundle. Objects of later versions have the same ids and a later modified time; an annulled one is revoked.</summary>
    public static Task HandleAsync(string number, int version, HttpContext http, PublishedDocuments documents) =>
        ReadFinding.SendAsync(StixExport.PathOf(number, version), http, documents);
}

public static class ReadStixSchema
{
    private const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Attribution finding, version 1",
          "description": "What a report, an attributed-to relationship or an opinion carries beside STIX. Likelihood and confidence are never converted: each stands with its scale and term.",
          "type": "object",
          "required": ["extension_type", "finding", "version", "status", "exercise", "canonical_sha256", "log_origin", "log_index"],
          "properties": {
            "extension_type": { "const": "property-extension" },
            "finding": { "type": "string", "pattern": "^AR-[0-9]{4}-[0-9]{4,}$" },
            "version": { "type": "integer", "minimum": 1 },
            "status": { "enum": ["current", "underReconsideration", "superseded", "withdrawn", "disputed", "annulled"] },
            "exercise": { "type": "boolean", "description": "True: an exercise on public reporting, the finding of no body." },
            "canonical_sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "log_origin": { "type": "string" },
            "log_index": { "type": "integer", "minimum": 0 },
            "question": { "type": "string" },
            "level": { "enum": ["individual", "group", "state_sponsored", "state"] },
            "states_named": { "type": "array", "items": { "type": "string", "pattern": "^[A-Z]{2}$" } },
            "territory_only": { "type": "boolean", "description": "True: the state is where the operation came from, not its author." },
            "likelihood": { "type": "object", "required": ["scale", "term", "medianBp"] },
            "held_with_confidence": { "type": "object", "required": ["scale", "value", "ofThePanel"] },
            "crosscheckable": { "type": "boolean" },
            "votes": { "type": "object", "required": ["seats", "eligible", "threshold", "counts"] },
            "vote": { "type": "object", "properties": { "likelihood_bp": { "type": "integer", "minimum": 0, "maximum": 10000 }, "confidence": { "enum": ["low", "moderate", "high"] } } }
          }
        }
        """;

    /// <summary>The JSON schema of the extension that our STIX bundles declare.</summary>
    public static FileContentHttpResult Handle() => TypedResults.Bytes(Encoding.UTF8.GetBytes(Schema), "application/schema+json");
}
