using System.Reflection;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AttributionRegistry.Server.Http.OpenApi;

/// <summary>The description of the API at /openapi/v1.json and its page at /docs.</summary>
public static class RegistryOpenApi
{
    public const string DocumentName = "v1";

    public static IServiceCollection AddRegistryOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        // The schemas follow the rules by which bodies are read, not the defaults.
        services.AddSingleton<ISerializerDataContractResolver>(new JsonSerializerDataContractResolver(ApiJson.Options));
        services.AddSwaggerGen(Describe);
        services.AddSingleton<OpenApiBytes>();
        return services;
    }

    internal static void MapRegistryOpenApi(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi/v1.json", ReadAsync).PublicRead().ExcludeFromDescription();

    internal static void UseRegistryDocs(this WebApplication app) =>
        app.UseSwaggerUI(docs =>
        {
            docs.RoutePrefix = "docs";
            docs.DocumentTitle = "Attribution Registry API";
            docs.SwaggerEndpoint("/openapi/v1.json", "v1");
            docs.EnableValidator(null); // It would send the address to another site.
        });

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult>> ReadAsync(HttpContext http, OpenApiBytes document)
    {
        var (json, etag) = await document.GetAsync();
        return Precondition.NotModified(http, etag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Content(json, "application/json", System.Text.Encoding.UTF8);
    }

    private static void Describe(SwaggerGenOptions options)
    {
        options.SwaggerDoc(DocumentName, new OpenApiInfo
        {
            Title = "Attribution Registry",
            Version = "v1",
            Description = "Who did it, who says so, on what evidence, and how anybody can check it. Every refusal is a problem of RFC 9457 whose `type` explains it. The formats of the record, each with a worked example, are at [/docs/formats/](/docs/formats/).",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        });
        options.CustomSchemaIds(SchemaId);
        options.CustomOperationIds(api => api.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName);
        options.SupportNonNullableReferenceTypes();
        options.UseOneOfForPolymorphism();
        options.SelectSubTypesUsing(type => type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(a => a.DerivedType));
        options.SelectDiscriminatorNameUsing(type => type.IsDefined(typeof(JsonDerivedTypeAttribute), inherit: false)
            ? type.GetCustomAttribute<JsonPolymorphicAttribute>(inherit: false)?.TypeDiscriminatorPropertyName ?? "$type"
            : null);
        options.SelectDiscriminatorValueUsing(type => Bases(type)
            .SelectMany(b => b.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
            .FirstOrDefault(a => a.DerivedType == type)?.TypeDiscriminator as string);
        foreach (var id in typeof(PersonId).Assembly.GetTypes().Where(TypedIds.Is))
        {
            options.MapType(id, () => TypedIdSchemas.Of(id));
        }

        options.SchemaFilter<ContractSchemaFilter>();
        options.ParameterFilter<TypedIdParameterFilter>();
        options.OperationFilter<ConventionOperationFilter>();
        options.DocumentFilter<StableDocumentFilter>();
        foreach (var assembly in new[] { typeof(RegistryOpenApi).Assembly, typeof(PersonId).Assembly })
        {
            var comments = Path.ChangeExtension(Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".dll"), ".xml");
            if (File.Exists(comments))
            {
                options.IncludeXmlComments(comments);
            }
        }
    }

    /// <summary>Names that two of our types share; in the document they carry the last part of their namespace too.</summary>
    private static readonly HashSet<string> Ambiguous =
    [
        .. new[] { typeof(RegistryOpenApi).Assembly, typeof(PersonId).Assembly, typeof(Log.Receipt).Assembly }
            .SelectMany(a => a.GetExportedTypes()).Where(t => !t.IsNested).GroupBy(t => t.Name).Where(g => g.Count() > 1).Select(g => g.Key),
    ];

    private static IEnumerable<Type> Bases(Type type)
    {
        for (var b = type.BaseType; b is not null; b = b.BaseType)
        {
            yield return b;
        }
    }

    /// <summary><c>Page&lt;Finding&gt;</c> is PageOfFinding; a nested case carries its parent's name.</summary>
    internal static string SchemaId(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (!type.IsNested && Ambiguous.Contains(type.Name))
        {
            name = type.Namespace!.Split('.')[^1] + name;
        }

        if (type.IsNested)
        {
            name = SchemaId(type.DeclaringType!) + name;
        }

        return type.IsGenericType && !type.IsGenericTypeDefinition ? $"{name}Of{string.Join("And", type.GenericTypeArguments.Select(SchemaId))}" : name;
    }
}

/// <summary>The document as bytes, made once: routes do not change while the server runs.</summary>
public sealed class OpenApiBytes
{
    private readonly IAsyncSwaggerProvider _provider;
    private readonly Lazy<Task<(string Json, string ETag)>> _made;

    public OpenApiBytes(IAsyncSwaggerProvider provider)
    {
        _provider = provider;
        _made = new(MakeAsync);
    }

    public Task<(string Json, string ETag)> GetAsync() => _made.Value;

    private async Task<(string Json, string ETag)> MakeAsync()
    {
        var document = await _provider.GetSwaggerAsync(RegistryOpenApi.DocumentName);
        using var text = new StringWriter { NewLine = "\n" };
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        var json = text.ToString().ReplaceLineEndings("\n") + "\n";
        return (json, Precondition.ETag(Sha256Hex.Of(json)));
    }
}
