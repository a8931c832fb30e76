using System.Text.Json;
using System.Text.Json.Serialization;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Cases;

/// <summary>One entry of a credentials file.</summary>
public sealed record Credential(string Name, IReadOnlyList<string> Roles, string ApiKey, string? SigningKeyFile = null, string? EscrowKeyFile = null);

/// <summary>A credentials file such as the demo writes.</summary>
public sealed record Credentials(string BaseUrl, IReadOnlyList<Credential> People)
{
    /// <exception cref="FormatException">This is no credentials file.</exception>
    public static Credentials Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CredentialsJson.Default.Credentials) ?? throw new FormatException("A credentials file is an object.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"This is no credentials file: {fault.Message}", fault);
        }
    }

    /// <summary>The people with their clients and keys; signing keys are looked for beside the credentials file.</summary>
    public Cast ToCast(Uri server, string folder, Func<int, byte[]> entropy)
    {
        // One connection pool for everybody: each client only adds its own bearer key.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        return new Cast(
            [.. People.Select(each => new Player(
                each.Name, each.Roles, new RegistryClient(new HttpClient(handler, disposeHandler: false) { BaseAddress = server }, each.ApiKey, entropy),
                each.SigningKeyFile is null ? null : PrivateFile.ReadKey(Path.Combine(folder, each.SigningKeyFile)),
                each.EscrowKeyFile is null ? null : PrivateFile.ReadEscrowKey(Path.Combine(folder, each.EscrowKeyFile)),
                each.SigningKeyFile is null ? null : Path.Combine(folder, each.SigningKeyFile)))]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Credentials))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
