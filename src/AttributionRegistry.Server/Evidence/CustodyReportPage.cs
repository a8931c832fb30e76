using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The custody report as one HTML page: its only style is in it, allowed by its hash; every text is escaped.</summary>
public static class CustodyReportPage
{
    private const string Style = """
        body{font:11pt/1.4 Georgia,serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#111}
        h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:1.6rem;break-after:avoid}
        table{border-collapse:collapse;width:100%;font-size:.85rem}caption{text-align:left;font-style:italic}
        th,td{border:1px solid #767676;padding:.25rem .4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
        code,pre{font:.8rem/1.4 monospace;overflow-wrap:anywhere;white-space:pre-wrap}
        .gap{border:3px solid #a00;padding:.5rem}
        @media print{body{margin:0;max-width:none}tr{break-inside:avoid}thead{display:table-header-group}@page{margin:18mm}}
        """;

    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Of(CustodyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(Text($"Custody of {report.Id}")).Append("</title><style>").Append(Style).Append("</style></head>\n<body>\n<main>\n<h1>Chain of custody</h1>\n");
        page.Append(report.Proof.FirstGap is { } gap
            ? $"<p class=\"gap\"><strong>The chain has a gap at link {gap.Link}.</strong> {Text(gap.Reason)}</p>\n"
            : $"<p><strong>No gap:</strong> {report.Proof.Links} links were walked again when this report was made; each giver is the last holder.</p>\n");
        Item(page, report);
        Table(page, "Links", ["No.", "What", "From", "Holder", "Offered to", "Recorded by", "When (UTC)", "Note", "Circumstances", "Leaf"], report.Custody.Select(c => new[]
        {
            Number(c.What.Number), Name(c.What.Kind), c.What.From?.Value, c.What.Holder.Value, c.What.OfferedTo?.Value, c.What.By.Value, Time(c.What.At), c.What.Note,
            Words(c.What.Circumstances, c.What.Order), Leaf(c.Leaf),
        }));
        Table(page, "Grades", ["No.", "Source", "Information", "By", "When (UTC)", "Reason", "Leaf"], report.Grades.Select(g => new[]
        {
            Number(g.What.Number), g.What.Source.ToString(), Number((int)g.What.Information), g.What.By.Value, Time(g.What.At), g.What.Reason, Leaf(g.Leaf),
        }));
        Table(page, "Labels", ["From", "To", "By", "When (UTC)", "Reason", "Consent of the source", "Leaf"], report.Labels.Select(l => new[]
        {
            l.What.From.WireName(), l.What.To.WireName(), l.What.By.Value, Time(l.What.At), l.What.Reason, l.What.SourceConsent, Leaf(l.Leaf),
        }));
        Table(page, "Releases", ["To", "Under", "By", "When (UTC)", "Reason", "Consent of the source", "Leaf"], report.Releases.Select(r => new[]
        {
            Name(r.What.To), r.What.Under.WireName(), r.What.By.Value, Time(r.What.At), r.What.Reason, r.What.SourceConsent, Leaf(r.Leaf),
        }));
        if (report.Accesses is { } accesses)
        {
            Table(page, $"Reads of the bytes ({accesses.Total})", ["No.", "By", "When (UTC)", "What"], accesses.Last.Select(a => new[] { Number(a.Number), a.By.Value, Time(a.At), a.Range }));
        }

        page.Append("<h2>How to check</h2>\n<p>Each leaf is an entry of the public log; its hash follows from the tiles under <code>/log/tile/</code> at its index. The log had this signed head:</p>\n<pre>")
            .Append(Text(report.Checkpoint)).Append("</pre>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Item(StringBuilder page, CustodyReport report)
    {
        List<string?[]> rows =
        [
            ["Id", report.Id.Value],
            ["Case", report.Incident.Value],
            ["Title", report.Title],
            ["Kind", Name(report.Kind)],
            ["Standing", Name(report.Standing)],
            ["SHA-256", report.Payload?.Sha256],
            ["Size", report.Payload is { } p ? $"{Number(p.Size)} bytes" : null],
            ["Media type found", report.Payload?.SniffedMediaType],
            ["Submitted", $"{Time(report.SubmittedAt)} by {report.SubmittedBy}"],
            ["Interest of the submitter", report.InterestInOutcome],
            ["Collected", report.Collected is { } c ? string.Join("; ", new[] { c.When?.Value, c.Where, c.How, c.By }.Where(x => x is not null)) : null],
            ["Source", report.LivingSource],
            ["Handling", string.Join("; ", report.HandlingCaveats)],
            .. report.Originals.Select(o => new string?[] { "Made from", $"{o.Original} ({Name(o.How)}), commitment {o.Commitment}" }),
            ["Erased", report.Erasure is { } e ? $"{Time(e.At)}, {e.LegalBasis}; proposed by {e.ProposedBy}, confirmed by {e.ConfirmedBy}{(e.With is { } with ? $"; as a copy of {with}" : "")}" : null],
            ["Erased with it", report.Erasure is { } took ? string.Join(", ", took.Copies) : null],
            ["Kept when it was erased", report.Erasure is { } left ? string.Join(", ", left.Kept) : null],
            ["Holder", report.Holder.Value],
            ["Offered to", report.OfferedTo?.Value],
            ["Report made", Time(report.MadeAt)],
        ];
        Table(page, "Item", ["Property", "Value"], rows.Where(row => !string.IsNullOrEmpty(row[1])));
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string?>> rows)
    {
        page.Append("<h2>").Append(Text(title)).Append("</h2>\n<table>\n<thead><tr>");
        foreach (var head in heads)
        {
            page.Append("<th scope=\"col\">").Append(Text(head)).Append("</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            foreach (var cell in row)
            {
                page.Append("<td>").Append(Text(cell ?? "")).Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static string Words(Circumstances said, CustodyOrder? order) => string.Join("; ", new (string Name, string? Value)[]
    {
        ("by order", order is null ? null : $"{order.By}, {Time(order.At)}: {order.Reason}"), ("place", said.Place), ("method", said.Method), ("purpose", said.Purpose), ("seal", said.SealNumber), ("SHA-256 seen", said.SeenSha256), ("alteration", said.Alteration),
    }.Where(w => w.Value is not null).Select(w => $"{w.Name}: {w.Value}"));

    private static string Leaf(LeafView leaf) => $"{leaf.Index} {leaf.Hash} {leaf.Actor}";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString();

    private static string Text(string value) => HtmlEncoder.Default.Encode(value);
}
