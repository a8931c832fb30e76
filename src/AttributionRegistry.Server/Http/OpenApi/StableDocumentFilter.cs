using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AttributionRegistry.Server.Http.OpenApi;

/// <summary>What the document has once, and in an order that does not depend on the order of mapping: its bytes are compared.</summary>
internal sealed class StableDocumentFilter : IDocumentFilter
{
    public const string Bearer = "bearer";
    public const string Problem = "Problem";

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Servers = [new OpenApiServer { Url = "/" }];
        swaggerDoc.Components ??= new OpenApiComponents();
        swaggerDoc.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "atr_per_…",
                Description = "An API key, as an operator handed it out.",
            },
        };
        swaggerDoc.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        swaggerDoc.Components.Schemas[Problem] = ProblemSchema();
        FlattenCases(swaggerDoc.Components.Schemas);
        swaggerDoc.Components.Schemas = swaggerDoc.Components.Schemas.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Value);

        var paths = new OpenApiPaths();
        foreach (var (path, item) in swaggerDoc.Paths.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (item is OpenApiPathItem { Operations: { } unsorted } concrete)
            {
                concrete.Operations = unsorted.OrderBy(pair => pair.Key.Method, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Value);
                foreach (var operation in concrete.Operations.Values)
                {
                    SortResponses(operation);
                }
            }

            paths.Add(path, item);
        }

        swaggerDoc.Paths = paths;
        var tags = paths.Values.SelectMany(item => item.Operations is { } operations ? operations.Values.ToArray() : []).SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(tag => tag.Reference.Id!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        swaggerDoc.Tags = new HashSet<OpenApiTag>(tags.Select(name => new OpenApiTag { Name = name }));
    }

    /// <summary>
    /// A closed case that refers to its closed parent through allOf admits nothing: each forbids the other's members. So each
    /// case carries the discriminator itself, and the parent is one of its cases.
    /// </summary>
    private static void FlattenCases(IDictionary<string, IOpenApiSchema> schemas)
    {
        foreach (var parent in schemas.Values.OfType<OpenApiSchema>().Where(schema => schema.Discriminator?.Mapping is { Count: > 0 }).ToArray())
        {
            var discriminator = parent.Discriminator!.PropertyName!;
            var cases = new List<IOpenApiSchema>();
            foreach (var (value, reference) in parent.Discriminator.Mapping!)
            {
                cases.Add(reference);
                if (schemas[reference.Reference.Id!] is OpenApiSchema one)
                {
                    one.AllOf = null;
                    one.Properties ??= new Dictionary<string, IOpenApiSchema>();
                    one.Properties[discriminator] = new OpenApiSchema { Type = JsonSchemaType.String, Const = value };
                    one.Required = new SortedSet<string>(one.Required ?? new HashSet<string>(), StringComparer.Ordinal) { discriminator };
                    one.AdditionalPropertiesAllowed = false;
                }
            }

            (parent.Type, parent.Properties, parent.Required, parent.AdditionalPropertiesAllowed, parent.OneOf) = (null, null, null, true, cases);
        }
    }

    private static void SortResponses(OpenApiOperation operation)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in (operation.Responses ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            sorted.Add(status, response);
        }

        operation.Responses = sorted;
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Why the server refused or failed (RFC 9457).",
        Required = new SortedSet<string>(["type", "title", "status", "detail", "code", "errors"], StringComparer.Ordinal),
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Where the problem is explained.", "/problems/unknown-member"),
            ["title"] = Text("A few words.", "Unknown member"),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Example = JsonValue.Create(400) },
            ["detail"] = Text("A sentence for people.", "There is no member 'colour' here."),
            ["code"] = Text("Stable, kebab-case: what programs look at.", "unknown-member"),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "Where the fault lies; empty when it is not in the request.",
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new SortedSet<string>(["pointer", "code", "detail"], StringComparer.Ordinal),
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["pointer"] = Text("A JSON Pointer into the body, or ?name for a query parameter.", "/colour"),
                        ["code"] = Text("As above, for this fault.", "unknown-member"),
                        ["detail"] = Text("A sentence for people.", "There is no member 'colour' here."),
                    },
                },
            },
        },
    };

    private static OpenApiSchema Text(string description, string example) =>
        new() { Type = JsonSchemaType.String, Description = description, Example = JsonValue.Create(example) };
}
