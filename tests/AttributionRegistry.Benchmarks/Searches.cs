using System.Diagnostics;
using System.Globalization;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Server;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Benchmarks;

/// <summary>Searches through the running server over many findings. The yardstick is the first page of the whole list, in the same run.</summary>
internal static class Searches
{
    private const int Batch = 20_000;

    private const string IncidentSql = "INSERT INTO incident (id, number, stage, public, version, referred_us, changed_us) VALUES (@id, NULL, 'Published', 1, 1, 1, 1)";

    private const string FindingSql = """
        INSERT INTO finding (number, incident, version, status, outcome, level, confidence, likelihood, crosscheckable, exercise, name, first_published_us, published_us)
        VALUES (@number, @incident, 1, 'Current', 'Attributed', 'Group', 'High', 'likely', 1, 0, @name, @at, @at)
        """;

    private const string SearchSql = """
        INSERT INTO finding_search (number, digest, lead, lead_lang, changed_us, title, statement, body, facets)
        VALUES (@number, @digest, @text, 'en', @at, @name, @text, @text, @facets)
        RETURNING id
        """;

    private const string FacetSql = "INSERT INTO finding_facet (facet, value, id) VALUES (@facet, @value, @id)";

    public static async Task MeasureAsync(string folder, int rounds, int findings)
    {
        await using var app = await RegistryApp.BuildAsync(
            ["--urls", "http://127.0.0.1:0", "--Registry:DataPath", Path.Combine(folder, "data"), "--Registry:RateLimit:AnonymousPermitsPerMinute", "0"],
            builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        var watch = Stopwatch.StartNew();
        var writer = app.Services.GetRequiredService<RegistryCore>().Store.Writer;
        for (var from = 0; from < findings; from += Batch)
        {
            var first = from;
            await writer.CommitAsync(new CommitRequest([], rows => Fill(rows, first, Math.Min(findings, first + Batch))));
        }

        Console.WriteLine($"{findings} findings in {watch.Elapsed.TotalSeconds:0} s");
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        var deep = Deep("q=common", findings / 2);
        var yardstick = await MedianAsync(client, "/v1/findings", rounds);
        Console.WriteLine($"first page of the whole list: {yardstick:0.00} ms");
        foreach (var (what, path) in new[]
        {
            ("one state", "/v1/findings?state=S1"), ("a word in every finding", "/v1/findings?q=common"), ("the same, half way down", deep),
            ("a word in one of a thousand", "/v1/findings?q=rare"), ("two words and a state", "/v1/findings?q=common+half&state=S1"), ("a phrase", "/v1/findings?q=%22common+half%22"),
            ("the beginning of a word", "/v1/findings?q=num1*"), ("relevance, common word", "/v1/findings?q=common&sort=relevance"), ("relevance, rare word", "/v1/findings?q=rare&sort=relevance"),
            ("facets of everything", "/v1/findings/facets"), ("facets of a common word", "/v1/findings/facets?q=common"), ("nothing in common", "/v1/findings?state=S1&q=odd"),
        })
        {
            var median = await MedianAsync(client, path, rounds);
            Console.WriteLine($"{what}: {median:0.00} ms, {median / yardstick:0.0} times the yardstick");
        }

        await app.StopAsync();
    }

    private static void Fill(RowWriter rows, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var (number, at) = ($"AR-2026-{i:0000000}", 1_000_000L + i);
            rows.Execute(IncidentSql, new { id = $"inc_{i}" });
            rows.Execute(FindingSql, new { number, incident = $"inc_{i}", name = $"Outage {i}", at });
            var text = $"The panel assesses common {(i % 2 == 0 ? "half" : "odd")} num{i} {(i % 1000 == 0 ? "rare" : "usual")}.";
            // Even findings name S1, odd ones S3: a state and the word "odd" have nothing in common.
            (string Facet, string Value)[] facets = [(FacetsOf.All, ""), (FacetsOf.Status, "current"), (FacetsOf.State, i % 2 == 0 ? "S1" : "S3"), (FacetsOf.Year, $"{2000 + (i % 26)}")];
            var id = rows.ExecuteScalar<long>(SearchSql, new
            {
                number, digest = new string('a', 64), text = SearchWords.Indexed(text), at, name = $"Outage {i}",
                facets = string.Join(' ', facets.Select(f => FacetsOf.Token(f.Facet, f.Value))),
            });
            foreach (var (facet, value) in facets)
            {
                rows.Execute(FacetSql, new { facet, value, id });
            }
        }
    }

    // The cursor of a page far down, as following the links would give it.
    private static string Deep(string query, long place)
    {
        var cursor = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"[{place.ToString(CultureInfo.InvariantCulture)}]")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return $"/v1/findings?{query}&after={cursor}";
    }

    private static async Task<double> MedianAsync(HttpClient client, string path, int rounds)
    {
        var times = new List<double>();
        for (var i = 0; i < 3 + (rounds * 10); i++)
        {
            var watch = Stopwatch.StartNew();
            _ = await client.GetByteArrayAsync(path);
            if (i >= 3)
            {
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        return Shell.Median(times);
    }
}
