using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Draws;

/// <summary><c>attribution draw verify FILE|URL</c>: repeats a draw from what its record holds.</summary>
public static class DrawCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "server", "credentials", "as");
        var from = read.Single("file or address");
        var record = Arguments.IsAddress(from) ? await FetchAsync(from, read, entropy, cancel) : Parse(await File.ReadAllTextAsync(from, cancel));
        var fault = DrawCheck.Fault(record["draw"] as JsonObject ?? record);
        await output.WriteLineAsync(fault is null ? "valid" : $"draw: {fault}");
        return fault is null ? ExitCode.Holds : ExitCode.DoesNotHold;
    }

    // A draw is public only with its finding; before that those who work on the case read it under their key.
    private static async Task<JsonObject> FetchAsync(string address, Arguments read, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var uri = Arguments.Address(address);
        var named = read.Option("credentials") is not null || Environment.GetEnvironmentVariable(Connections.KeyVariable) is { Length: > 0 };
        using var client = named
            ? await Connections.CallerAsync(Arguments.Parse([.. ServerOf(uri), .. Passed(read)], "server", "credentials", "as"), entropy, cancel)
            : Connections.Anonymous(uri, entropy);
        return await client.GetObjectAsync(uri.PathAndQuery, cancel);
    }

    private static string[] ServerOf(Uri uri) => ["--server", uri.GetLeftPart(UriPartial.Authority)];

    private static string[] Passed(Arguments read) => read.Option("credentials") is { } file ? ["--credentials", file, "--as", read.Required("as")] : [];

    private static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new FormatException("A record of a draw is an object.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"This is no record of a draw: {fault.Message}", fault);
        }
    }
}
