using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AttributionRegistry.Server.Http.OpenApi;

internal static class TypedIdSchemas
{
    public static OpenApiSchema Of(Type id)
    {
        var prefix = TypedIds.PrefixOf(id);
        return new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Pattern = $"^{prefix}_[0-9a-f]{{32}}$",
            Example = JsonValue.Create($"{prefix}_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b"),
        };
    }
}

/// <summary>Typed ids in addresses and queries: the framework's description knows them only as text.</summary>
internal sealed class TypedIdParameterFilter : IParameterFilter
{
    public void Apply(IOpenApiParameter parameter, ParameterFilterContext context)
    {
        if (parameter is OpenApiParameter concrete && context.ParameterInfo is { } declared &&
            (Nullable.GetUnderlyingType(declared.ParameterType) ?? declared.ParameterType) is var type && TypedIds.Is(type))
        {
            concrete.Schema = TypedIdSchemas.Of(type);
        }
    }
}

/// <summary>Required, nullable and closed exactly as the serializer enforces it.</summary>
internal sealed class ContractSchemaFilter : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties.Count: > 0 } concrete || ApiJson.Options.GetTypeInfo(context.Type) is not { Kind: JsonTypeInfoKind.Object } contract)
        {
            return;
        }

        concrete.AdditionalPropertiesAllowed = false;
        var required = new SortedSet<string>(concrete.Required ?? new HashSet<string>(), StringComparer.Ordinal);
        foreach (var property in contract.Properties)
        {
            if (!concrete.Properties.TryGetValue(property.Name, out var described))
            {
                continue;
            }

            if (property.IsRequired)
            {
                required.Add(property.Name);
            }
            else
            {
                required.Remove(property.Name);
            }

            concrete.Properties[property.Name] = WithNull(described, IsNullable(property));
        }

        concrete.Required = required;
    }

    private static bool IsNullable(JsonPropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is not null
        : property.IsGetNullable || (property.Get is null && property.IsSetNullable);

    private static IOpenApiSchema WithNull(IOpenApiSchema schema, bool nullable)
    {
        switch (schema)
        {
            case OpenApiSchema { Type: not null } plain:
                plain.Type = nullable ? plain.Type | JsonSchemaType.Null : plain.Type & ~JsonSchemaType.Null;
                return plain;
            case OpenApiSchema { OneOf.Count: > 0 } cases when nullable:
                cases.OneOf.Insert(0, new OpenApiSchema { Type = JsonSchemaType.Null });
                return cases;
            case OpenApiSchemaReference reference when nullable:
                return new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] };
            default:
                return schema;
        }
    }
}
