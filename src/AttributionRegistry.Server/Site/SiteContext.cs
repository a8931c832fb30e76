using System.Globalization;
using System.Text.Encodings.Web;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using Microsoft.AspNetCore.Components;

namespace AttributionRegistry.Server.Site;

/// <summary>What every part of a page knows: language, address, words.</summary>
/// <param name="Language">The language of the page.</param>
/// <param name="Path">The address without the language, beginning with a slash.</param>
/// <param name="Exercise">Whether this instance is a demo, whose findings are those of no body.</param>
/// <param name="PublicUrl">Where the public reaches this registry, without a slash at the end; empty when no setting says so.</param>
public sealed record SiteContext(Language Language, string Path, bool Exercise, string PublicUrl)
{
    /// <summary>Words as plain text, for attributes.</summary>
    public string T(string key, params IReadOnlyList<object> arguments) => Filled(Words.Of(Language.Code, key).Text, arguments);

    /// <summary>Words as markup: marked with their language where they are not in that of the page.</summary>
    public MarkupString Say(string key, params IReadOnlyList<object> arguments)
    {
        var said = Words.Of(Language.Code, key);
        return Marked(Filled(said.Text, arguments), said.Lang);
    }

    /// <summary>The words for a value of an enumeration, under <c>prefix.Value</c>.</summary>
    public MarkupString Say(string prefix, Enum value) => Say($"{prefix}.{value}");

    /// <summary>Text in its own language, marked where that is not the page's.</summary>
    public MarkupString Marked(string text, string lang)
    {
        var encoded = HtmlEncoder.Default.Encode(text);
        return new MarkupString(lang == Language.Code ? encoded : $"<span lang=\"{HtmlEncoder.Default.Encode(lang)}\" dir=\"{Language.DirectionOf(lang)}\">{encoded}</span>");
    }

    public MarkupString Marked(Text text) => Marked(text.Value, text.Lang);

    /// <summary>An address of the pages in this language.</summary>
    public string Href(string path) => $"/{Language.Code}{path}";

    /// <summary>The same page in another language.</summary>
    public string In(Language language) => $"{PublicUrl}/{language.Code}{Path}";

    public string StateName(string code) => States.NameOf(code, Language);

    public string Listed(IEnumerable<string> items) => string.Join(Language.Code switch { "zh" => "、", "ar" => "، ", _ => ", " }, items);

    public string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(",", Language.Code == "en" ? "," : "\u202f", StringComparison.Ordinal);

    /// <summary>Basis points as per cent, one decimal at most.</summary>
    public string Percent(int basisPoints)
    {
        var number = (basisPoints / 100m).ToString("0.#", CultureInfo.InvariantCulture);
        return Language.Code switch
        {
            "en" or "zh" => $"{number}\u00a0%",
            "ar" => $"\u2066{number}%\u2069",
            _ => $"{number.Replace('.', ',')}\u00a0%",
        };
    }

    public string Day(DateTimeOffset at) => Date(at.Year, at.Month, at.Day);

    /// <summary>A date no more exact than it is known.</summary>
    public string Date(VagueDate date)
    {
        ArgumentNullException.ThrowIfNull(date);
        var parts = date.Value.Split('-', 'T');
        int Part(int index) => int.Parse(parts[index], CultureInfo.InvariantCulture);
        return date.Precision switch
        {
            DatePrecision.Year => parts[0],
            DatePrecision.Month => T("date.month", T($"month.{Part(1)}"), parts[0]),
            _ => Date(Part(0), Part(1), Part(2)),
        };
    }

    private string Date(int year, int month, int day) => T("date.day", day, T($"month.{month}"), year);

    private static string Filled(string words, IReadOnlyList<object> arguments) =>
        arguments.Count == 0 ? words : string.Format(CultureInfo.InvariantCulture, words, [.. arguments]);
}

/// <summary>What a component needs to speak.</summary>
public abstract class SitePart : ComponentBase
{
    [CascadingParameter]
    public SiteContext Site { get; set; } = null!;
}
