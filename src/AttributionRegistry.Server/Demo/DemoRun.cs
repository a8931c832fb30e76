using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Registry;
using Dapper;

namespace AttributionRegistry.Server.Demo;

/// <summary>
/// The demo: real incidents as exercises on public reporting. It is a client of its own server: every step goes through the
/// public API, as the people who would take it.
/// </summary>
public static class DemoRun
{
    private const string NamesSql = "SELECT name FROM finding";

    /// <summary>Loads the case files that have no finding yet, and prints where to look and with which keys.</summary>
    public static async Task RunAsync(WebApplication app, string address, TextWriter output, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(output);
        var core = app.Services.GetRequiredService<RegistryCore>();
        var settings = app.Services.GetRequiredService<RegistrySettings>();
        var at = Instant.Whole(app.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var credentials = await DemoPeople.EnsureAsync(core, settings, address, at);
        await output.WriteLineAsync($"Demo: an EXERCISE on public reporting; its findings are the findings of no body.\nData folder: {settings.DataPath}");
        var there = core.Store.Database.Read(c => c.Query<string>(NamesSql).ToHashSet());
        var people = Credentials.Parse(await File.ReadAllTextAsync(credentials, cancel));
        using (var cast = people.ToCast(new Uri(address), settings.DataPath, core.Entropy.Bytes))
        {
            foreach (var file in CaseFiles().Where(f => !there.Contains(NameIn(f))))
            {
                await CaseLoader.LoadAsync(file, cast, core.Entropy.Bytes, output, cancel);
            }

            await OpenExercises.EnsureAsync(core, settings, cast, output, cancel);
        }

        var tour = TourFile.Write(core, settings, people, address);

        await output.WriteLineAsync($"""

            Ready.
              pages         {address}/en/
              findings      {address}/v1/findings
              one finding   {address}/v1/findings/AR-{at.Year}-0001
              API           {address}/docs
              log           {address}/log/checkpoint
              credentials   {credentials}   (one API key per person: "Authorization: Bearer atr_per_…")
              open to you   one exercise collects evidence, one has a round open; their ids and keys for the README's tour: {tour}
            Stop with Ctrl+C; a second start finds everything here.
            """);
    }

    private static IEnumerable<string> CaseFiles()
    {
        var assembly = typeof(DemoRun).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("cases.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    private static string NameIn(string caseFile) => JsonNode.Parse(caseFile)!["cases"]![0]!["name"]!["value"]!.GetValue<string>();
}
