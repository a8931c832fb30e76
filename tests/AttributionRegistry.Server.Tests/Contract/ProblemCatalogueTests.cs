using System.Net;
using System.Text.RegularExpressions;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Contract;

/// <summary>Whoever is refused can look the code up.</summary>
public sealed partial class ProblemCatalogueTests
{
    [Fact]
    public async Task Every_code_with_which_a_rule_refuses_is_explained()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var catalogue = registry.Services.GetRequiredService<ProblemCatalogue>();
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AttributionRegistry.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        }

        var codes = Directory.EnumerateFiles(Path.Combine(folder, "src", "AttributionRegistry.Domain"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Codes().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct().ToList();
        codes.Should().HaveCountGreaterThan(100);
        codes.Where(c => catalogue.Find(c) is null).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rules_code_has_its_page()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var page = await registry.Stranger.GetAsync("/problems/second-person-required");
        page.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [GeneratedRegex("""Refusal\.(?:Invalid|Forbidden|NotFound|Conflict)\(\s*"([a-z0-9-]+)"[,)]""")]
    private static partial Regex Codes();
}
