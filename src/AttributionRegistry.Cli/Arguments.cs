using System.Globalization;

namespace AttributionRegistry.Cli;

/// <summary>What stands after the verb: positional arguments, and options as <c>--name value</c>.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private Arguments(IReadOnlyList<string> positional) => Positional = positional;

    public IReadOnlyList<string> Positional { get; }

    /// <exception cref="UsageException">An option that the verb does not have, twice, or without a value.</exception>
    public static Arguments Parse(ReadOnlySpan<string> args, params ReadOnlySpan<string> allowed)
    {
        var positional = new List<string>();
        var read = new Arguments(positional);
        for (var index = 0; index < args.Length; index++)
        {
            if (!args[index].StartsWith("--", StringComparison.Ordinal))
            {
                positional.Add(args[index]);
                continue;
            }

            var name = args[index][2..];
            if (!allowed.Contains(name))
            {
                throw new UsageException($"--{name} is no option of this verb.");
            }

            if (++index == args.Length)
            {
                throw new UsageException($"--{name} needs a value.");
            }

            if (!read._options.TryAdd(name, args[index]))
            {
                throw new UsageException($"--{name} is given twice.");
            }
        }

        return read;
    }

    public string? Option(string name) => _options.GetValueOrDefault(name);

    /// <summary>A span of time, given as a number of a unit: <c>hours</c> or <c>days</c>.</summary>
    public TimeSpan? Span(string name, string unit)
    {
        var hours = unit == "days" ? 24 : 1;
        return Option(name) is not { } text ? null
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * hours <= 876_000
                ? TimeSpan.FromHours(count * hours)
                : throw new UsageException($"--{name} is a number of {unit}, not '{text}'.");
    }

    public string Required(string name) => Option(name) ?? throw new UsageException($"--{name} is missing.");

    /// <summary>The one positional argument.</summary>
    public string Single(string what) => Positional is [var only] ? only : throw new UsageException($"Exactly one {what} is expected.");

    /// <summary>Refuses positional arguments of a verb that has none.</summary>
    public void None()
    {
        if (Positional is [var first, ..])
        {
            throw new UsageException($"'{first}' is not expected here.");
        }
    }

    /// <summary>An address with scheme and host.</summary>
    public static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw new UsageException($"'{text}' is no http or https address.");

    public static bool IsAddress(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
