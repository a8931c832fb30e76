namespace AttributionRegistry.Cli.Tally;

/// <summary><c>attribution tally FILE</c>: recounts a file of tally cases and says where it disagrees.</summary>
public static class TallyCommand
{
    /// <summary>0 every case agrees, 1 any differs, 2 wrong use or not a file of tally cases.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var file = Arguments.Parse(args).Single("file of tally cases");
        string json;
        try
        {
            json = File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error.WriteLine($"{file}: cannot be read: {failure.Message}");
            return TallyCases.NotTallyCases;
        }

        return TallyCases.Run(json, output, error);
    }
}
