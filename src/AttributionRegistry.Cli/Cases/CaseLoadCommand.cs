using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Cli.Cases;

/// <summary><c>attribution case load FILE --server URL --credentials FILE [--stop-at collecting|voting]</c>.</summary>
public static class CaseLoadCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "server", "credentials", "stop-at");
        var stage = read.Option("stop-at") is { } word ? StopAt.StageOf(word) ?? throw new UsageException("--stop-at is collecting or voting.") : (Stage?)null;
        var file = await File.ReadAllTextAsync(read.Single("case file"), cancel);
        CaseFileReader.Read(file); // a broken file is told before anybody is asked for credentials
        var server = Arguments.Address(read.Required("server"));
        var path = Path.GetFullPath(read.Required("credentials"));
        var folder = Path.GetDirectoryName(path)!;
        using var cast = Credentials.Parse(await File.ReadAllTextAsync(path, cancel)).ToCast(server, folder, entropy);
        var stopAt = stage is { } there ? new StopAt(there, Path.Combine(folder, "ballots")) : null;
        var loaded = await CaseLoader.LoadAsync(file, cast, entropy, output, cancel, stopAt);
        return loaded.All(each => each.AsExpected) ? ExitCode.Holds : ExitCode.DoesNotHold;
    }
}
