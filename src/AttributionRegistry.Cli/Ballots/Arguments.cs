namespace AttributionRegistry.Cli.Ballots;

/// <summary>The command line was wrong: exit 2.</summary>
public sealed class WrongUseException(string message) : Exception(message);

/// <summary>Words and <c>--name value</c> options, read strictly: nothing unknown, nothing twice.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];

    public Arguments(string[] args, params string[] known)
    {
        ArgumentNullException.ThrowIfNull(args);
        var words = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(args[i]);
                continue;
            }

            var name = args[i][2..];
            if (!known.Contains(name) || i + 1 == args.Length || !_options.TryAdd(name, args[++i]))
            {
                throw new WrongUseException($"--{name} is unknown here, has no value, or stands twice.");
            }
        }

        Words = words;
    }

    public IReadOnlyList<string> Words { get; }

    public string? this[string name] => _options.GetValueOrDefault(name);

    public string Required(string name) => this[name] ?? throw new WrongUseException($"--{name} is missing.");

    /// <summary>The one file that the command is about.</summary>
    public string OnlyWord(string what) => Words is [var word] ? word : throw new WrongUseException($"{what} is named once.");
}
