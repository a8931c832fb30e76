namespace AttributionRegistry.Cli.Cases;

/// <summary><c>attribution case load FILE --server URL --credentials FILE</c>.</summary>
public static class CaseLoadCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "server", "credentials");
        var file = await File.ReadAllTextAsync(read.Single("case file"), cancel);
        CaseFileReader.Read(file); // a broken file is told before anybody is asked for credentials
        var server = Arguments.Address(read.Required("server"));
        var path = Path.GetFullPath(read.Required("credentials"));
        using var cast = Credentials.Parse(await File.ReadAllTextAsync(path, cancel)).ToCast(server, Path.GetDirectoryName(path)!, entropy);
        var loaded = await CaseLoader.LoadAsync(file, cast, entropy, output, cancel);
        return loaded.All(each => each.AsExpected) ? ExitCode.Holds : ExitCode.DoesNotHold;
    }
}
