using System.Text;
using System.Xml;

namespace AttributionRegistry.Server.Http;

/// <summary>Texts for XML 1.0, which has no way to say most control characters.</summary>
public static class XmlSafe
{
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }
}
