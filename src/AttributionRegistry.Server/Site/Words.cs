using System.Collections.Frozen;
using System.Globalization;

namespace AttributionRegistry.Server.Site;

/// <summary>A language of the pages.</summary>
/// <param name="Code">BCP 47, also the first part of the address.</param>
/// <param name="Name">What its speakers call it.</param>
/// <param name="Direction">ltr or rtl.</param>
public sealed record Language(string Code, string Name, string Direction)
{
    /// <summary>The six languages of the United Nations; the first is what others fall back to.</summary>
    public static IReadOnlyList<Language> All { get; } =
    [
        new("en", "English", "ltr"), new("fr", "Français", "ltr"), new("es", "Español", "ltr"), new("ru", "Русский", "ltr"), new("ar", "العربية", "rtl"), new("zh", "中文", "ltr"),
    ];

    /// <summary>The language of a tag such as fr-CA, or null.</summary>
    public static Language? Find(string? tag) => All.FirstOrDefault(each => each.Code.Equals(tag?.Split('-')[0], StringComparison.OrdinalIgnoreCase));

    /// <summary>In which direction text of any language runs.</summary>
    public static string DirectionOf(string tag) => tag.Split('-')[0] is "ar" or "fa" or "he" or "ur" ? "rtl" : "ltr";
}

/// <summary>Words of the interface and the language they are in, which is not the one asked for where a translation is missing.</summary>
public readonly record struct Said(string Text, string Lang);

/// <summary>The words of the interface, one file a language: <c>key = words</c>. English and French have all of them.</summary>
public static class Words
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Known =
        Language.All.ToFrozenDictionary(language => language.Code, language => Load(language.Code), StringComparer.Ordinal);

    /// <summary>The keys that a language has words for.</summary>
    public static IEnumerable<string> KeysOf(string language) => Known[language].Keys;

    /// <summary>The words for a key, in English where the language has none.</summary>
    /// <exception cref="KeyNotFoundException">Not even English has words for it.</exception>
    public static Said Of(string language, string key) =>
        Known[language].TryGetValue(key, out var words) ? new Said(words, language)
        : Known["en"].TryGetValue(key, out var english) ? new Said(english, "en")
        : throw new KeyNotFoundException($"There are no words for '{key}'.");

    /// <summary>Whether any language has words for a key.</summary>
    public static bool Has(string key) => Known["en"].ContainsKey(key);

    private static FrozenDictionary<string, string> Load(string language) => Resource.Lines($"words.{language}.txt")
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(" = ", 2))
        .ToFrozenDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.Ordinal);
}

/// <summary>A state or territory as the map and the lists show it. Names and positions imply no opinion on any status.</summary>
/// <param name="Code">ISO 3166-1 alpha-2.</param>
/// <param name="X">Where its dot stands on the map, or null where it is too small for one.</param>
/// <param name="Y">Likewise.</param>
/// <param name="Names">In the order of <see cref="Language.All"/>.</param>
public sealed record StateEntry(string Code, int? X, int? Y, IReadOnlyList<string> Names);

/// <summary>States by code, with their names in six languages (Unicode CLDR 48).</summary>
public static class States
{
    private static readonly FrozenDictionary<string, StateEntry> Known = Resource.Lines("states.tsv").Where(line => line.Length > 0).Select(line => line.Split('\t'))
        .ToFrozenDictionary(
            cells => cells[0],
            cells => new StateEntry(cells[0], Number(cells[1]), Number(cells[2]), cells[3..]),
            StringComparer.Ordinal);

    /// <summary>The outline of the land as rows of dots (Natural Earth, public domain): no border is drawn.</summary>
    public static string Land { get; } = Resource.Lines("land.txt")[0];

    public static StateEntry? Find(string code) => Known.GetValueOrDefault(code);

    /// <summary>The name of a state in a language; the code itself where it is none of ISO 3166-1.</summary>
    public static string NameOf(string code, Language language) =>
        Known.TryGetValue(code, out var state) ? state.Names[Language.All.ToList().IndexOf(language)] : code;

    private static int? Number(string text) => text.Length == 0 ? null : int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Text files inside the program.</summary>
internal static class Resource
{
    internal static string[] Lines(string name)
    {
        using var reader = new StreamReader(typeof(Resource).Assembly.GetManifestResourceStream($"site.{name}") ?? throw new InvalidOperationException($"The program has no file {name}."));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries);
    }
}
