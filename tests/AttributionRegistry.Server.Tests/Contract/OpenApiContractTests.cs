using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Contract;

/// <summary>The document at /openapi/v1.json is the committed one, and every operation in it is described and guarded.</summary>
public sealed class OpenApiContractTests
{
    /// <summary>What anybody may call. An operation comes in only because the design makes it public.</summary>
    private static readonly string[] Anonymous =
    [
        "DiffFinding", "ListActors", "ListChanges", "ListFindings", "ListFindingVersions", "ListIncidents", "ListAppeals", "ListCaseKeys", "ListPetitions", "ListScales", "Live",
        "ProveConsistency", "ProveInclusion", "GetActor", "ReadCheckpoint", "ReadFinding", "ReadFindingVersion", "ReadIncident", "ReadAppeal", "ReadBallotKeyMapping", "ReadPetition",
        "ReadPolicy", "ReadProblem", "ReadRecord", "GetScale", "ReadTile", "ReadVerifierKey", "ReadWitnessedCheckpoint", "ReadLogPolicy", "ReadWitnesses", "Ready", "ResolveActor", "SetUp", "ListClaims",
        "GetEvidence", "GetEvidenceContent", "ReadProvenance", "SearchObservables", "ListEvidence", "ListProblems", "ReadTrackRecord",
        "GetBundle", "GetVersionBundle", "LookUpEntry", "ReadEntry", "ReadEntryProof", "ReadEvidenceProof", "ReadFindingProof", "ReadRoundProof", "ReadVersionProof", "ReadVersionRecord",
        "ReadFindingFacets", "ReadFeed", "ReadNarrowFeed", "ReadStix", "ReadVersionStix", "ReadStixSchema", "DumpCsv", "DumpJsonLines", "ReadClaimReview", "ReadDataset",
        "ReadStatistics", "ReadEmbed", "ReadSiteMap", "ReadSiteMapPart", "ReadRobots",
        "ReadLogKeys", "ListAnchors", "ReadAnchoringHealth", "ReadAnchorToken", "ReadAnchoredCheckpoint",
    ];

    [Fact]
    public async Task The_served_document_is_the_committed_one()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var served = await registry.Stranger.GetStringAsync("/openapi/v1.json");
        var path = Path.Combine(Repository(), "openapi", "registry-v1.json");
        if (Environment.GetEnvironmentVariable("REGISTRY_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(path, served);
        }

        served.Should().Be(await File.ReadAllTextAsync(path), "a change of the API is committed with its document (REGISTRY_WRITE_OPENAPI=1 writes it)");
    }

    [Fact]
    public async Task Every_operation_has_an_id_a_summary_tags_and_problem_statuses()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var document = JsonNode.Parse(await registry.Stranger.GetStringAsync("/openapi/v1.json"))!;
        document["openapi"]!.GetValue<string>().Should().StartWith("3.1");
        var operations = Operations(document).ToList();
        operations.Should().HaveCountGreaterThan(90);
        operations.Select(o => o.Id).Should().OnlyHaveUniqueItems().And.NotContain("");
        foreach (var (id, method, path, operation) in operations)
        {
            operation["summary"]?.GetValue<string>().Should().NotBeNullOrWhiteSpace("{0} {1} ({2}) says what it does", method, path, id);
            operation["tags"]!.AsArray().Should().NotBeEmpty();
            operation["responses"]!.AsObject().Where(r => r.Key is [>= '4', ..] or "default").Should().NotBeEmpty("{0} says how it refuses", id);
        }
    }

    [Fact]
    public async Task Every_operation_but_the_public_ones_answers_401_to_a_stranger()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var document = JsonNode.Parse(await registry.Stranger.GetStringAsync("/openapi/v1.json"))!;
        var open = new List<string>();
        foreach (var (id, method, path, _) in Operations(document))
        {
            var address = System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]+\}", m => m.Value is "{point}" or "{n}" or "{version}" or "{index}" ? "1" : "x1");
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address);
            if (method is "post" or "put")
            {
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            }

            using var answer = await registry.Stranger.SendAsync(request);
            ((int)answer.StatusCode).Should().BeLessThan(500, "{0} {1}", method, path);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
            {
                open.Add(id);
            }
        }

        open.Should().BeSubsetOf(Anonymous, "whatever is public is on the list by name");
    }

    private static IEnumerable<(string Id, string Method, string Path, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where method.Key is "get" or "post" or "put" or "delete" or "patch"
        select (method.Value!["operationId"]?.GetValue<string>() ?? "", method.Key, path.Key, method.Value!);

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AttributionRegistry.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return folder;
    }
}
