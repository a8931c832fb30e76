using AttributionRegistry.Cli.Cases;

namespace AttributionRegistry.Cli.Http;

/// <summary>From the command line to a client.</summary>
internal static class Connections
{
    public const string KeyVariable = "ATTRIBUTION_API_KEY";

    /// <summary>The options by which a verb learns the server and the caller.</summary>
    public static IReadOnlyList<string> CallerOptions { get; } = ["server", "credentials", "as", "api-key-file"];

    /// <summary>A reader without an account.</summary>
    public static RegistryClient Anonymous(Uri server, Func<int, byte[]> entropy) => new(Http(server), null, entropy);

    /// <summary>The caller that the arguments or the environment name.</summary>
    public static async Task<RegistryClient> CallerAsync(Arguments args, Func<int, byte[]> entropy, CancellationToken cancel) =>
        new(Http(Arguments.Address(args.Required("server"))), await KeyAsync(args, cancel), entropy);

    // Large evidence takes its time: only the wait for a connection is limited, and Ctrl+C ends the rest.
    public static HttpClient Http(Uri server) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };

    // A header takes no more than this; a key that is garbage is told before it is sent.
    private static string Usable(string key, string from) => key.Length > 0 && key.All(each => each is > ' ' and < '\x7f')
        ? key
        : throw new FormatException($"{from} holds no API key.");

    // Never an argument of its own: what stands on a command line is read by every process of the machine.
    private static async Task<string> KeyAsync(Arguments args, CancellationToken cancel)
    {
        if (args.Option("api-key-file") is { } keyFile)
        {
            return Usable((await File.ReadAllTextAsync(keyFile, cancel)).Trim(), keyFile);
        }

        if (args.Option("credentials") is { } file)
        {
            var name = args.Required("as");
            var people = Credentials.Parse(await File.ReadAllTextAsync(file, cancel)).People;
            return people.FirstOrDefault(each => each.Name == name)?.ApiKey ?? throw new UsageException($"{file} names nobody '{name}'.");
        }

        return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
            ? Usable(key, KeyVariable)
            : throw new UsageException($"No API key: set {KeyVariable}, or give --credentials FILE --as NAME, or --api-key-file FILE.");
    }
}
