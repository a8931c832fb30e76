using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>A finding in one file: fetched from the real server, checked by a stranger without it.</summary>
public sealed class BundleTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>
{
    private HttpClient Stranger => exercise.Registry.Stranger;

    private string Viasat => exercise.Loaded[0].Number;

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public async Task V_75_A_bundle_proves_a_finding_offline_and_says_what_its_reader_has_to_pin()
    {
        const string Word = "its policy demands no witness, so that it is official is the operator's own word; pin who must witness with --policy";
        const string Status = "that it is current is the bundle's own word; ask the registry or a mirror for today's status";
        var vkey = (await Stranger.GetStringAsync("/log/vkey")).Trim();
        foreach (var number in new[] { Viasat, WannaCry })
        {
            var zip = await BundleAsync(number);
            (await VerifyAsync(zip)).Should().Be($"valid (the log's key was taken from the bundle itself; pin it with --vkey; {Word}; {Status})");
            (await VerifyAsync(zip, "--vkey", vkey)).Should().Be($"valid ({Word}; {Status})");
        }
    }

    [Fact]
    public async Task A_bundle_signed_by_another_log_than_the_pinned_one_is_not_valid()
    {
        using var other = new NoteSigner("attribution-registry.example/log", [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);
        (await VerifyAsync(await BundleAsync(WannaCry), "--vkey", other.Vkey)).Should().StartWith("log: ");
    }

    [Fact]
    public async Task The_same_version_is_the_same_bytes_for_everybody_however_far_the_log_has_grown()
    {
        var first = await BundleAsync(WannaCry);
        using var question = await Stranger.GetAsync($"/v1/findings/{WannaCry}/bundle");
        var size = exercise.Registry.Core.Store.Events.Head.Size;
        (await question.Content.ReadAsByteArrayAsync()).Should().Equal(first);
        (await BundleAsync(WannaCry, "/versions/1")).Should().Equal(first);
        exercise.Registry.Core.Store.Events.Head.Size.Should().BeGreaterThan(size, "each reading of evidence is an event of its own");

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/findings/{WannaCry}/bundle");
        again.Headers.IfNoneMatch.Add(question.Headers.ETag!);
        (await Stranger.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        question.Content.Headers.ContentType!.MediaType.Should().Be("application/zip");
        question.Content.Headers.ContentDisposition!.FileName.Should().Be($"{WannaCry}-v1.zip");
    }

    [Fact]
    public async Task A_bundle_is_a_bag_with_files_in_order_and_disclosed_bytes_inside()
    {
        var zip = await BundleAsync(Viasat);
        using var archive = new ZipArchive(new MemoryStream(zip));
        archive.Entries.Select(e => e.FullName).Should().BeInAscendingOrder(StringComparer.Ordinal);
        archive.Entries.Should().OnlyContain(e => e.CompressedLength == e.Length && e.LastWriteTime.Year == 1980);
        var files = BundleZip.Read(zip);
        Text(files, "bagit.txt").Should().Be("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        Text(files, "bag-info.txt").Should().Contain($"External-Identifier: {Viasat} version 1\n").And.Contain("EXERCISE").And.Contain("Payload-Oxum: ");
        var disclosed = Json(files, "data/finding.json")["disclosed"]!.AsArray();
        disclosed.Should().NotBeEmpty();
        foreach (var item in disclosed)
        {
            Sha256Hex.Of(files[$"data/evidence/{item!["id"]}.bin"]).Should().Be(item["sha256"]!.GetValue<string>());
        }

        files.Keys.Count(name => name.StartsWith("data/evidence/", StringComparison.Ordinal)).Should().Be(disclosed.Count, "what is withheld is not in it");
        Encoding.UTF8.GetString(files["data/evidence.json"]).Should().NotContain("salt\":null");
    }

    [Fact]
    public async Task A_bundle_opens_no_field_that_is_not_published_anyway()
    {
        var opened = BundleZip.Read(await BundleAsync(Viasat)).Where(f => f.Key.EndsWith(".tlog-proof", StringComparison.Ordinal))
            .Select(f => TlogProof.Parse(Encoding.UTF8.GetString(f.Value)).Extra).OfType<byte[]>().Select(e => JsonNode.Parse(e)!)
            .SelectMany(e => e["fields"]!.AsArray().Select(f => $"{(string?)e["seal"]?["event"]?["type"] ?? "finding.version"}/{f!["name"]}")).Distinct();
        opened.Should().BeEquivalentTo(
            "finding.version/proposedBy", "finding.version/statements", "evidence.sealed/payload", "vote.committed/envelope", "vote.opened/opening", "tally.published/result");
    }

    [Fact]
    public async Task E7_each_item_of_a_bundle_is_in_its_access_record()
    {
        var item = EvidenceId.Of(Json(BundleZip.Read(await BundleAsync(WannaCry)), "data/evidence.json")["disclosed"]![0]!["id"]!.GetValue<string>());
        var before = Reads(item);
        await BundleAsync(WannaCry);
        Reads(item).Should().Be(before + 1);
        exercise.Registry.Core.Load(AccessJournal.Definition, AccessJournal.Stream(item)).State!.Reads[^1].Range.Should().Be("all, in a bundle");
    }

    [Fact]
    public async Task L7_An_old_version_proves_itself_like_the_current_one()
    {
        await using var registry = await CorrectedAsync();
        var (number, client) = (registry.Loaded[0].Number, registry.Registry.Stranger);
        (await VerifyAsync(await client.GetByteArrayAsync($"/v1/findings/{number}/versions/1/bundle"))).Should().StartWith("valid (");
        (await VerifyAsync(await client.GetByteArrayAsync($"/v1/findings/{number}/bundle"))).Should().StartWith("valid (");
        Json(BundleZip.Read(await client.GetByteArrayAsync($"/v1/findings/{number}/versions/1/bundle")), "data/representation.json")["status"]!.GetValue<string>().Should().Be("superseded");
        foreach (var version in new[] { "", "/versions/1", "/versions/2" })
        {
            (await RunAsync($"{registry.Registry.Address}/v1/findings/{number}{version}")).Should().StartWith("valid (the log's key");
        }

        JsonNode.Parse(await client.GetStringAsync($"/v1/findings/{number}/versions/1/record"))!["logIndex"]!.GetValue<long>()
            .Should().BeLessThan(JsonNode.Parse(await client.GetStringAsync($"/v1/findings/{number}/record"))!["logIndex"]!.GetValue<long>());
        (await client.GetAsync($"/v1/findings/{number}/versions/3/bundle")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await client.GetAsync($"/v1/findings/{number}/versions/0/record")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_bundle_of_nothing_is_not_found() =>
        (await Stranger.GetAsync("/v1/findings/AR-1999-0001/bundle")).StatusCode.Should().Be(HttpStatusCode.NotFound);

    private static async Task<Corrected> CorrectedAsync()
    {
        var fixture = new Corrected();
        await fixture.InitializeAsync();
        var incident = fixture.Loaded[0].Incident;
        const string Correction = """{"statements":[{"value":"Exercise on public reporting. The panel assesses the same as before; a name was misspelt.","lang":"en"}],"changeNote":"A name was misspelt."}""";
        foreach (var person in new[] { fixture.As("registrar"), fixture.Chair(incident) })
        {
            using var answer = await person.PostAsync($"/v1/incidents/{incident}/finding/corrections", new StringContent(Correction, Encoding.UTF8, "application/json"));
            answer.IsSuccessStatusCode.Should().BeTrue();
        }

        return fixture;
    }

    private int Reads(EvidenceId item) => exercise.Registry.Core.Load(AccessJournal.Definition, AccessJournal.Stream(item)).State?.Reads.Count ?? 0;

    private Task<byte[]> BundleAsync(string number, string version = "") => Stranger.GetByteArrayAsync($"/v1/findings/{number}{version}/bundle");

    private static string Text(IReadOnlyDictionary<string, byte[]> files, string name) => Encoding.UTF8.GetString(files[name]);

    private static JsonNode Json(IReadOnlyDictionary<string, byte[]> files, string name) => JsonNode.Parse(files[name])!;

    internal static async Task<string> VerifyAsync(byte[] zip, params string[] more)
    {
        var file = Path.Combine(Path.GetTempPath(), $"bundle-{Guid.NewGuid():N}.zip");
        await File.WriteAllBytesAsync(file, zip);
        try
        {
            return await RunAsync([file, .. more]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var exit = await Cli.Commands.RunAsync(["verify", .. args], output, output, new Registry.Entropy(TimeProvider.System).Bytes, TimeProvider.System, CancellationToken.None);
        var lines = output.ToString().Trim().Split('\n');
        var said = lines[0].TrimEnd();
        (lines.Length == 1 ? "signed" : lines[1]).Should().Contain("sign", "the other line says who signed");
        exit.Should().Be(said.StartsWith("valid", StringComparison.Ordinal) ? 0 : 1, said);
        return said;
    }

    private sealed class Corrected : IAsyncDisposable
    {
        private readonly ExerciseFixture _inner = new(["wannacry-2017"]);

        public Running.RunningRegistry Registry => _inner.Registry;

        public IReadOnlyList<Cli.Cases.LoadedCase> Loaded => _inner.Loaded;

        public Task InitializeAsync() => _inner.InitializeAsync();

        public HttpClient As(string role) => _inner.As(role);

        public HttpClient Chair(string incident) => _inner.Chair(incident);

        public async ValueTask DisposeAsync() => await _inner.DisposeAsync();
    }
}
