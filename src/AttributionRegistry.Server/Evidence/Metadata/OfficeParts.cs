using System.Xml.Linq;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>What is done to each XML part of a document.</summary>
internal static class OfficeParts
{
    private const string Nobody = "Author";
    private const string NoDate = "1970-01-01T00:00:00";

    private static readonly string[] Printers = ["PrinterName", "PrinterSetup", "Rsid", "RsidRoot"];

    internal static bool IsXml(string name) => name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase);

    internal static bool Concerns(string name, bool ooxml) => !ooxml ||
        name is "_rels/.rels" or "[Content_Types].xml" ||
        new[] { "docProps/", "word/", "xl/", "ppt/" }.Any(folder => name.StartsWith(folder, StringComparison.OrdinalIgnoreCase));

    internal static XDocument Clean(string name, XDocument document, bool ooxml, Findings found)
    {
        var root = document.Root!;
        if (ooxml ? name.StartsWith("docProps/", StringComparison.OrdinalIgnoreCase) : name == "meta.xml" || name.EndsWith("/meta.xml", StringComparison.Ordinal))
        {
            return Emptied(name, root, ooxml, found);
        }

        foreach (var element in root.DescendantsAndSelf().ToList())
        {
            if (ooxml)
            {
                Ooxml(name, element, found);
            }
            else
            {
                OpenDocument(name, element, found);
            }
        }

        return document;
    }

    private static XDocument Emptied(string name, XElement root, bool ooxml, Findings found)
    {
        foreach (var leaf in root.DescendantsAndSelf().Where(e => !e.HasElements))
        {
            found.Add(name, (string?)leaf.Attribute("name") ?? (string?)leaf.Parent?.Attribute("name") ?? leaf.Name.LocalName, leaf.Value);
            foreach (var attribute in ooxml ? [] : leaf.Attributes().Where(a => !a.IsNamespaceDeclaration && leaf != root))
            {
                found.Add(name, $"{leaf.Name.LocalName} {attribute.Name.LocalName}", attribute.Value);
            }
        }

        var empty = new XElement(root.Name, root.Attributes().Where(a => a.IsNamespaceDeclaration || a.Name.LocalName == "version"));
        if (!ooxml)
        {
            empty.Add(new XElement(root.Name.Namespace + "meta"));
        }

        return new XDocument(empty);
    }

    private static void Ooxml(string name, XElement element, Findings found)
    {
        if (IsPreviewReference(element))
        {
            element.Remove();
            return;
        }

        if (element.Name.LocalName == "rsids")
        {
            found.Add(name, "Revision ids", $"{element.Elements().Count()}");
            element.Remove();
            return;
        }

        if (element.Name.LocalName == "author" && !element.HasElements && element.Value.Length > 0)
        {
            Neutral(name, "author", element.Value, Nobody, value => element.Value = value, found);
        }

        var authored = element.Attributes().Any(a => a.Name.LocalName is "author" or "authorId" or "personId");
        var person = element.Name.LocalName is "cmAuthor" or "author" or "person" or "presenceInfo";
        foreach (var attribute in element.Attributes().Where(a => !a.IsNamespaceDeclaration).ToList())
        {
            var local = attribute.Name.LocalName;
            if (local.StartsWith("rsid", StringComparison.Ordinal))
            {
                found.Add(name, "Revision ids", "on paragraphs");
                attribute.Remove();
            }
            else if (local is "date" or "dateUtc" or "dT" or "dt" or "created" && authored)
            {
                found.Add(name, "date", attribute.Value);
                attribute.Remove();
            }
            else if (local == "author" || (person && local is "name" or "displayName"))
            {
                Neutral(name, local, attribute.Value, Nobody, value => attribute.Value = value, found);
            }
            else if (local == "initials" || (person && local is "userId" or "providerId"))
            {
                Neutral(name, local, attribute.Value, local == "initials" ? "A" : "None", value => attribute.Value = value, found);
            }
            else if (local is "userName" or "lastModifiedBy" or "lastEdited")
            {
                found.Add(name, local, attribute.Value);
                attribute.Remove();
            }
        }
    }

    private static void OpenDocument(string name, XElement element, Findings found)
    {
        var local = element.Name.LocalName;
        if (local == "encryption-data")
        {
            throw new MetadataRefusedException(EvidenceProblems.NotStrippable, "The document is encrypted.");
        }

        if (local == "file-entry" && element.Attributes().Any(a => a.Name.LocalName == "full-path" && OfficeMetadata.IsPreview(a.Value)))
        {
            element.Remove();
        }
        else if (local is "creator" or "initial-creator" && !element.HasElements)
        {
            Neutral(name, local, element.Value, Nobody, value => element.Value = value, found);
        }
        else if (local is "creator-initials" or "sender-initials" && !element.HasElements)
        {
            Neutral(name, local, element.Value, "A", value => element.Value = value, found);
        }
        else if (local == "date" && element.Name.NamespaceName == "http://purl.org/dc/elements/1.1/")
        {
            Neutral(name, local, element.Value, NoDate, value => element.Value = value, found);
        }
        else if (local == "config-item" && element.Attributes().Any(a => a.Name.LocalName == "name" && Printers.Contains(a.Value)))
        {
            Neutral(name, element.Attributes().First(a => a.Name.LocalName == "name").Value, element.Value, "", value => element.Value = value, found);
        }
    }

    private static bool IsPreviewReference(XElement element) =>
        (element.Name.LocalName == "Relationship" && ((string?)element.Attribute("Type"))?.EndsWith("/thumbnail", StringComparison.Ordinal) == true) ||
        (element.Name.LocalName == "Override" && ((string?)element.Attribute("PartName"))?.TrimStart('/') is { } part && OfficeMetadata.IsPreview(part));

    private static void Neutral(string name, string what, string value, string neutral, Action<string> set, Findings found)
    {
        if (value != neutral)
        {
            found.Add(name, what, value);
            set(neutral);
        }
    }
}
