using System.Text.Json.Nodes;
using AttributionRegistry.Server.Registry.Signing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AttributionRegistry.Server.Http.OpenApi;

/// <summary>Adds to each operation what holds by convention: refusals, headers, paging parameters, who may call it.</summary>
internal sealed class ConventionOperationFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var anonymous = metadata.OfType<IAllowAnonymous>().Any();
        KeepSentParameters(operation, context);
        AddParameters(operation, metadata);
        AddRefusals(operation, context, metadata, anonymous);
        if (metadata.OfType<SignableMetadata>().Any() && !metadata.OfType<NotSignableMetadata>().Any())
        {
            AddDraft(operation, context);
        }

        if (!anonymous)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(StableDocumentFilter.Bearer, context.Document)] = [] }];
        }
    }

    /// <summary>Types that bind themselves (bodies, pages, callers) appear as query parameters; clients do not send those.</summary>
    private static void KeepSentParameters(OpenApiOperation operation, OperationFilterContext context)
    {
        var own = context.ApiDescription.ParameterDescriptions
            .Where(p => p.Source.Id is "Custom" or "Special" or "Services")
            .Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);
        if (operation.Parameters is { } parameters)
        {
            operation.Parameters = [.. parameters.Where(p => !own.Contains(p.Name!))];
        }
    }

    private static void AddParameters(OpenApiOperation operation, IList<object> metadata)
    {
        operation.Parameters ??= [];
        foreach (var query in metadata.OfType<QueryParameterMetadata>())
        {
            operation.Parameters.Add(new OpenApiParameter { Name = query.Name, In = ParameterLocation.Query, Description = query.Description, Schema = QuerySchema(query) });
        }

        if (metadata.OfType<IdempotentMetadata>().Any())
        {
            operation.Parameters.Add(Header(IdempotencyKey.Header, false, "Names this attempt: a retry with the same key and body is answered as before and acts once.", "^[!-~]{1,255}$"));
        }

        if (metadata.OfType<IfMatchMetadata>().Any())
        {
            operation.Parameters.Add(Header("If-Match", true, "The ETag of what is changed, as it was read.", null));
        }

        if (metadata.OfType<ConditionalMetadata>().Any())
        {
            operation.Parameters.Add(Header("If-None-Match", false, "An ETag that the client has already: the answer is 304 when it still holds.", null));
        }
    }

    /// <summary>Every act that records something may be signed by whoever does it, in two requests.</summary>
    private static void AddDraft(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters!.Add(Header(
            SignatureHeaders.Draft, false, "?1 asks what there would be to sign: the act is decided, and nothing is recorded. The draft in quotes carries it out.", null));
        operation.Parameters.Add(Header(
            SignatureHeaders.Signature, false, "With a draft: one ES256 signature for each of its entries, in order, and the key: (:base64: :base64:);key=\"id\".", null));
        operation.Responses!.TryAdd("200", new OpenApiResponse { Description = "Drafted; nothing is recorded" });
        var content = new Dictionary<string, OpenApiMediaType>(operation.Responses["200"].Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            [DraftedAct.MediaType] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(typeof(DraftedAct), context.SchemaRepository) },
        };
        operation.Responses["200"] = new OpenApiResponse { Description = operation.Responses["200"].Description, Headers = operation.Responses["200"].Headers, Content = content };
        foreach (var status in new[] { 409, 422 })
        {
            operation.Responses.TryAdd($"{status}", Problem(ReasonOf(status), context));
        }
    }

    private static OpenApiSchema QuerySchema(QueryParameterMetadata query)
    {
        if (query.Type != typeof(int))
        {
            return new OpenApiSchema { Type = JsonSchemaType.String };
        }

        var number = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" };
        if (query.Name == "limit")
        {
            (number.Minimum, number.Maximum, number.Default) = ("1", $"{PageQuery.MaxLimit}", JsonValue.Create(PageQuery.DefaultLimit));
        }

        return number;
    }

    private static OpenApiParameter Header(string name, bool required, string description, string? pattern) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = required,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = pattern },
    };

    private static void AddRefusals(OpenApiOperation operation, OperationFilterContext context, IList<object> metadata, bool anonymous)
    {
        var statuses = new SortedSet<int>(metadata.OfType<RefusesMetadata>().SelectMany(refuses => refuses.Statuses)) { 400, 401, 429 };
        // A public operation refuses bad credentials (401) too, but never their absence.
        if (!anonymous)
        {
            statuses.Add(403);
        }

        if (operation.RequestBody is not null)
        {
            statuses.UnionWith([413, 415]);
        }

        if (metadata.OfType<IfMatchMetadata>().Any())
        {
            statuses.UnionWith([412, 428]);
        }

        if (operation.Parameters?.Any(p => p.In == ParameterLocation.Path) == true)
        {
            statuses.Add(404);
        }

        operation.Responses ??= [];
        if (metadata.OfType<ConditionalMetadata>().Any())
        {
            operation.Responses["304"] = new OpenApiResponse { Description = "Not modified" };
        }

        foreach (var status in statuses)
        {
            operation.Responses[$"{status}"] = Problem(ReasonOf(status), context);
        }

        operation.Responses["default"] = Problem("Any other refusal or failure", context);
    }

    private static string ReasonOf(int status) => ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } known ? known : "Checksum mismatch"; // 460 is of tus

    private static OpenApiResponse Problem(string description, OperationFilterContext context) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problems.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(StableDocumentFilter.Problem, context.Document) },
        },
    };
}
