using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Tally;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Pages;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Pages;

/// <summary>The pages about formats: what their examples say is recomputed, and they hold together.</summary>
public sealed partial class FormatPagesTests
{
    private const string Index = "/docs/formats/";

    private static readonly string[] Addresses =
        PageFiles.All.Keys.ToArray().Where(address => address.StartsWith(Index, StringComparison.Ordinal) && address != Index).Order(StringComparer.Ordinal).ToArray();

    public static TheoryData<string> Slugs => [.. Addresses];

    [Theory]
    [MemberData(nameof(Slugs))]
    public void Every_example_comes_out_again(string address)
    {
        var examples = Example().Matches(Text(address));

        examples.Should().NotBeEmpty("each page has a worked example");
        foreach (Match example in examples)
        {
            Recompute(example.Groups[1].Value, JsonNode.Parse(WebUtility.HtmlDecode(example.Groups[2].Value))!);
        }
    }

    [Theory]
    [InlineData("entry", "leafHashes")]
    [InlineData("escrow", "keyHex")]
    [InlineData("draw", "seedHex")]
    [InlineData("bag", "manifest")]
    public void An_example_that_is_wrong_is_found_out(string page, string member)
    {
        var example = Example().Match(Text(Index + page));
        var data = JsonNode.Parse(WebUtility.HtmlDecode(example.Groups[2].Value))!;
        data[member] = data[member] is JsonArray ? new JsonArray("x", "y") : "00";

        new Action(() => Recompute(example.Groups[1].Value, data)).Should().Throw<Xunit.Sdk.XunitException>();
    }

    [Fact]
    public async Task The_pages_are_served_without_script_and_every_link_leads_somewhere()
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var address in Addresses.Append(Index))
        {
            using var answer = await registry.Stranger.GetAsync(address);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, address);
            answer.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().Be(PageFiles.Policy);
            var html = await answer.Content.ReadAsStringAsync();
            html.Should().NotContain("<script").And.NotContain("style=").And.NotMatchRegex(@"\son\w+=");
            foreach (Match link in Link().Matches(html))
            {
                using var there = await registry.Stranger.GetAsync(link.Groups[1].Value);
                there.StatusCode.Should().Be(HttpStatusCode.OK, "{0} links to {1}", address, link.Groups[1].Value);
            }
        }
    }

    [Fact]
    public void The_index_and_the_neighbours_lead_to_every_page()
    {
        var index = Text(Index);
        foreach (var address in Addresses)
        {
            index.Should().Contain($"href=\"{address}\"");
            Text(address).Should().Contain($"href=\"{Index}\"");
        }
    }

    [Fact]
    public async Task The_code_of_the_refusal_is_one_of_the_catalogue()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var problem = JsonNode.Parse(WebUtility.HtmlDecode(Example().Match(Text(Index + "problems")).Groups[2].Value))!;

        var entry = registry.Services.GetRequiredService<ProblemCatalogue>().Find((string)problem["code"]!)!;
        entry.Status.Should().Be((int)problem["status"]!);
        entry.Title.Should().Be((string)problem["title"]!);
    }

    private static string Text(string address) => Encoding.UTF8.GetString(PageFiles.All[address].Bytes);

    private static void Recompute(string name, JsonNode data)
    {
        switch (name)
        {
            case "entry": Entries(data); break;
            case "author": Authored(data); break;
            case "commitments": data.AsArray().ToList().ForEach(each => Committed(each!)); break;
            case "sealed":
                LogEntry.Unseals(Utf8(data, "sealed"), Hex(data, "saltHex"), Utf8(data, "event")).Should().BeTrue();
                Utf8(data, "sealed").Should().HaveCount(LogEntry.SealedSize);
                break;
            case "tiles": TilesOf(data); break;
            case "checkpoint":
                var head = Checkpoint.Open((string)data["checkpoint"]!, Key(data));
                head.Size.Should().Be((long)data["size"]!);
                head.Root.Should().Equal(TreeOf(data["entries"]!).Root());
                NoteKey.Hex(Key(data).KeyId).Should().Be((string?)data["keyId"]);
                break;
            case "cosignature": CosignatureV1.Verify(SignedNote.Parse((string)data["note"]!), Key(data)).Should().Be((long)data["time"]!); break;
            case "policy":
                var policy = TlogPolicy.Parse((string)data["policy"]!);
                policy.Satisfied((string)data["note"]!).Should().BeTrue();
                policy.Satisfied(string.Join('\n', ((string)data["note"]!).Split('\n')[..^2]) + "\n").Should().BeFalse("without the witness it does not meet the policy");
                break;
            case "evidence": EvidenceSet(data); break;
            case "bundle":
                var files = data["files"]!.AsObject().ToDictionary(file => file.Key, file => Encoding.UTF8.GetBytes((string)file.Value!));
                BundleForm.Manifest(files).Should().Be((string?)data["manifest"]);
                BundleForm.TagManifest(files).Should().Be((string?)data["tagManifest"]);
                Encoding.UTF8.GetString(files[BundleForm.DeclarationName]).Should().Be(BundleForm.Declaration);
                TlogProof.Parse(Encoding.UTF8.GetString(files[BundleForm.ProofName(5)]))
                    .Verify(files[BundleForm.EntryName(5)], NoteVerifier.Parse(Encoding.UTF8.GetString(files[BundleForm.VkeyName]).Trim())).Should().BeTrue();
                break;
            case "proof": TlogProof.Parse((string)data["proof"]!).Verify(Utf8(data, "entry"), Key(data)).Should().BeTrue(); break;
            case "receipt":
                ReceiptVerifier.Verify(data["receipt"].Deserialize<Receipt>(JsonSerializerOptions.Web)!, Key(data), Utf8(data, "entry")).FailedCheck.Should().BeNull();
                break;
            case "heads":
                var ends = data["ends"]!.AsArray().Select(end => ((string)end!["subject"]!, (long)end["seq"]!, B64Url.TryDecode((string)end["leaf"]!, out var leaf) ? leaf : []));
                SubjectHeads.Of((long)data["body"]!["size"]!, ends).Body.Should().Be(Encoding.UTF8.GetString(CanonicalJson.Serialize(data["body"]!.AsObject())));
                break;
            case "anchor":
                var stamped = Checkpoint.ParseBody(SignedNote.Parse((string)data["checkpoint"]!).Text);
                Sha256Hex.Of((string)data["checkpoint"]!).Should().Be((string?)data["body"]!["checkpoint"]);
                (stamped.Size, Convert.ToBase64String(stamped.Root)).Should().Be(((long)data["body"]!["size"]!, (string)data["body"]!["root"]!));
                break;
            case "ballot":
                Convert.ToHexStringLower(BallotSeal.Commitment(Hex(data, "saltHex"), CanonicalJson.Serialize(data["ballot"]))).Should().Be((string?)data["commitment"]);
                Convert.ToHexStringLower(BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(data["envelope"]))).Should().Be((string?)data["envelopeDigest"]);
                ((string?)data["envelope"]!["commitment"]).Should().Be((string?)data["commitment"]);
                break;
            case "escrow": Escrowed(data); break;
            case "draw": Drawn(data); break;
            case "tally":
                using (var said = new StringWriter())
                {
                    TallyCases.Run(data.ToJsonString(), said).Should().Be(ExitCode.Holds, said.ToString());
                }

                break;
            case "bag": Bagged(data); break;
            case "problems": ((string?)data["type"]).Should().Be($"/problems/{(string?)data["code"]}"); break;
            default: throw new InvalidOperationException($"Nobody recomputes the example '{name}'.");
        }
    }

    private static void Authored(JsonNode data)
    {
        var entries = data["entries"]!.AsArray().Select(text => Encoding.UTF8.GetBytes((string)text!)).ToList();
        var auditor = new LogAuditor();
        entries.ForEach(entry => auditor.Append(entry));
        auditor.RequireHead(new Checkpoint("example", 2, auditor.Root()));
        auditor.Signed.Should().Be(1);
        var (bound, signed) = (JsonNode.Parse(entries[0])!.AsObject(), JsonNode.Parse(entries[1])!.AsObject());
        Encoding.UTF8.GetString(AuthorSignature.MessageOf(signed)).Should().Be((string?)data["message"]);
        var voucher = data["voucher"]!;
        Commitments.Opens(
            B64Url.Decode((string)bound["body"]!["voucher"]!["c"]!), Commitments.Field, B64Url.Decode((string)data["voucherSalt"]!), Commitments.FieldMessage("voucher", voucher)).Should().BeTrue();
        var statement = CaseKeys.Statement(
            (string)data["origin"]!, (string)bound["subject"]!, (string)voucher["person"]!, B64Url.Decode((string)bound["body"]!["spki"]!));
        BallotSeal.VerifyEs256(B64Url.Decode((string)data["longTermSpki"]!), statement, B64Url.Decode((string)voucher["signature"]!)).Should().BeTrue();
    }

    private static void Entries(JsonNode data)
    {
        string? previous = null;
        foreach (var (text, hash) in data["entries"]!.AsArray().Zip(data["leafHashes"]!.AsArray()))
        {
            var (entry, json) = (Encoding.UTF8.GetBytes((string)text!), JsonNode.Parse((string)text!)!);
            LogEntry.Plain(
                (string?)json["actor"], (string)json["at"]!, json["body"]!.DeepClone(), previous, (long)json["seq"]!, (string)json["subject"]!, (string)json["type"]!, (int)json["v"]!)
                .Should().Equal(entry);
            previous = B64Url.Encode(Rfc6962.LeafHash(entry));
            previous.Should().Be((string?)hash);
        }
    }

    private static void Committed(JsonNode each)
    {
        B64Url.Encode(Commitments.Compute((string)each["purpose"]!, Hex(each, "saltHex"), Hex(each, "messageHex"))).Should().Be((string?)each["commitment"]);
        if ((string?)each["message"] is { } message)
        {
            var field = JsonNode.Parse(message)!;
            Commitments.FieldMessage((string)field["n"]!, field["v"]).Should().Equal(Hex(each, "messageHex"));
        }
    }

    private static void TilesOf(JsonNode data)
    {
        foreach (var path in data["paths"]!.AsArray())
        {
            TilePath.IndexPath((long)path!["n"]!).Should().Be((string?)path["path"]);
        }

        var size = (long)data["size"]!;
        foreach (var (level, shape) in data["levels"]!.AsArray().Index())
        {
            Tiles.FullCount(size, level).Should().Be((long)shape!["full"]!);
            Tiles.PartialWidth(size, level).Should().Be((int)shape["partialWidth"]!);
        }

        var tree = TreeOf(data["small"]!["entries"]!);
        Tiles.Hashes(tree, TilePath.Hashes(0, 0, (int)tree.Size), tree.Size).Should().Equal(Hex(data["small"]!, "tileHex"));
        Convert.ToBase64String(tree.Root()).Should().Be((string?)data["small"]!["root"]);
    }

    private static void EvidenceSet(JsonNode data)
    {
        var tree = new MerkleTree();
        foreach (var entry in data["set"]!.AsArray())
        {
            tree.Append(Rfc6962.LeafHash(CanonicalJson.Serialize(entry)));
        }

        Convert.ToHexStringLower(tree.Root()).Should().Be((string?)data["root"]);
        var opened = data["opened"]!;
        var digest = Convert.FromHexString(Sha256Hex.Of((string)opened["text"]!));
        B64Url.Encode(Commitments.Compute(Commitments.EvidenceBytes, Hex(opened, "saltHex"), digest)).Should()
            .Be((string?)data["set"]!.AsArray().Single(each => (string?)each!["id"] == (string?)opened["id"])!["c"]);
    }

    private static void Escrowed(JsonNode data)
    {
        List<byte[]> shares = [.. data["shares"]!.AsArray().Select(share => B64Url.Decode((string)share!))];
        foreach (var (share, digest) in shares.Zip(data["digests"]!.AsArray()))
        {
            BallotEscrow.IsShare(share, (string)digest!, share[0]).Should().BeTrue();
        }

        Shamir.TryCombine(shares, out var key).Should().BeTrue();
        Convert.ToHexStringLower(key!).Should().Be((string?)data["keyHex"]);
    }

    private static void Drawn(JsonNode data)
    {
        var seed = Draw.Seed(Hex(data, "poolDigest"), [.. data["sources"]!.AsArray().Select(source => (string)source!)]);
        Convert.ToHexStringLower(seed).Should().Be((string?)data["seedHex"]);
        var lots = data["lots"]!.AsArray().Select(lot => ((string)lot!["id"]!, (string)lot["lot"]!)).ToList();
        lots.Should().Equal(lots.Select(lot => (lot.Item1, Convert.ToHexStringLower(Draw.Rank(seed, lot.Item1)))));
        lots.Select(lot => lot.Item2).Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    private static void Bagged(JsonNode data)
    {
        var files = data["files"]!.AsObject().Select(file => (file.Key, Bytes: Encoding.UTF8.GetBytes((string)file.Value!))).ToList();
        string.Concat(files.Select(file => $"{Sha256Hex.Of(file.Bytes)}  {file.Key}\n")).Should().Be((string?)data["manifest"]);
        $"{files.Sum(file => file.Bytes.Length)}.{files.Count}".Should().Be((string?)data["payloadOxum"]);
    }

    private static MerkleTree TreeOf(JsonNode entries)
    {
        var tree = new MerkleTree();
        foreach (var entry in entries.AsArray())
        {
            tree.Append(Rfc6962.LeafHash(Encoding.UTF8.GetBytes((string)entry!)));
        }

        return tree;
    }

    private static NoteVerifier Key(JsonNode data) => NoteVerifier.Parse((string)data["vkey"]!);

    private static byte[] Hex(JsonNode data, string member) => Convert.FromHexString((string)data[member]!);

    private static byte[] Utf8(JsonNode data, string member) => Encoding.UTF8.GetBytes((string)data[member]!);

    [GeneratedRegex("<pre data-example=\"([a-z]+)\">([^<]*)</pre>")]
    private static partial Regex Example();

    [GeneratedRegex("href=\"(/[^\"]*)\"")]
    private static partial Regex Link();
}
