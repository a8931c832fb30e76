using AttributionRegistry.Cli.Cases;

namespace AttributionRegistry.Cli.Http;

/// <summary>From the command line to a client.</summary>
internal static class Connections
{
    public const string KeyVariable = "ATTRIBUTION_API_KEY";

    /// <summary>A reader without an account.</summary>
    public static RegistryClient Anonymous(Uri server, Func<int, byte[]> entropy) => new(Http(server), null, entropy);

    /// <summary>The caller that the arguments or the environment name.</summary>
    public static async Task<RegistryClient> CallerAsync(Arguments args, Func<int, byte[]> entropy, CancellationToken cancel) =>
        new(Http(Arguments.Address(args.Required("server"))), await KeyAsync(args, cancel), entropy);

    public static HttpClient Http(Uri server) => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server };

    // Never an argument of its own: what stands on a command line is read by every process of the machine.
    private static async Task<string> KeyAsync(Arguments args, CancellationToken cancel)
    {
        if (args.Option("credentials") is { } file)
        {
            var name = args.Required("as");
            var people = Credentials.Parse(await File.ReadAllTextAsync(file, cancel)).People;
            return people.FirstOrDefault(each => each.Name == name)?.ApiKey ?? throw new UsageException($"{file} names nobody '{name}'.");
        }

        return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
            ? key
            : throw new UsageException($"No API key: set {KeyVariable}, or give --credentials FILE --as NAME.");
    }
}
