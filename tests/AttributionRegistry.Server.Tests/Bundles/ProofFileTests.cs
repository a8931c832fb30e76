using System.Net;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>Proof files of single entries, and what they open for everybody.</summary>
public sealed class ProofFileTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>
{
    private HttpClient Stranger => exercise.Registry.Stranger;

    private string Viasat => exercise.Loaded[0].Number;

    private Case State => exercise.Registry.State(IncidentId.Of(exercise.Loaded[0].Incident));

    [Fact]
    public async Task An_entry_is_served_byte_for_byte_and_its_proof_holds_against_the_logs_key()
    {
        var size = exercise.Registry.Core.Store.Events.Head.Size;
        var log = NoteVerifier.Parse((await Stranger.GetStringAsync("/log/vkey")).Trim());
        foreach (var index in new[] { 0, 1, size / 2, size - 1 })
        {
            using var answer = await Stranger.GetAsync($"/v1/log/entries/{index}");
            answer.Content.Headers.ContentType!.ToString().Should().Be("application/json");
            var entry = await answer.Content.ReadAsByteArrayAsync();
            entry.Should().Equal(exercise.Registry.Core.Store.Events.ReadLeaf(index)!.Entry);
            var proof = TlogProof.Parse(await Stranger.GetStringAsync($"/v1/log/entries/{index}/proof"));
            proof.Index.Should().Be(index);
            proof.Verify(entry, log).Should().BeTrue();
            var found = JsonNode.Parse(await Stranger.GetStringAsync($"/v1/log/lookup?leafHash={B64Url.Encode(Rfc6962.LeafHash(entry))}"))!;
            found["index"]!.GetValue<long>().Should().Be(index);
            found["proof"]!.GetValue<string>().Should().Be($"/v1/log/entries/{index}/proof");
        }
    }

    [Theory]
    [InlineData("/v1/log/entries/99999999", HttpStatusCode.NotFound)]
    [InlineData("/v1/log/entries/99999999/proof", HttpStatusCode.NotFound)]
    [InlineData("/v1/log/entries/-1/proof", HttpStatusCode.NotFound)]
    [InlineData("/v1/log/lookup?leafHash=AAAA", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/v1/log/lookup?leafHash=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HttpStatusCode.NotFound)]
    [InlineData("/v1/findings/AR-1999-0001/proof", HttpStatusCode.NotFound)]
    public async Task What_is_not_in_the_log_has_no_proof(string path, HttpStatusCode status)
    {
        using var answer = await Stranger.GetAsync(path);
        answer.StatusCode.Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Fact]
    public async Task The_proof_of_a_finding_is_one_of_the_entry_that_publishes_its_digest()
    {
        var proof = TlogProof.Parse(await Stranger.GetStringAsync($"/v1/findings/{Viasat}/proof"));
        var entry = JsonNode.Parse(await Stranger.GetByteArrayAsync($"/v1/log/entries/{proof.Index}"))!;
        entry["type"]!.GetValue<string>().Should().Be("finding.version");
        entry["body"]!["digest"]!.GetValue<string>().Should().Be(JsonNode.Parse(await Stranger.GetStringAsync($"/v1/findings/{Viasat}"))!["digest"]!.GetValue<string>());
        var statements = JsonNode.Parse(proof.Extra!)!["fields"]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == "statements")!;
        Commitments.Opens(
            B64Url.Decode(entry["body"]!["statements"]!["c"]!.GetValue<string>()), Commitments.Field, B64Url.Decode(statements["salt"]!.GetValue<string>()),
            Commitments.FieldMessage("statements", statements["value"])).Should().BeTrue();
        TlogProof.Parse(await Stranger.GetStringAsync($"/v1/findings/{Viasat}/versions/1/proof")).Index.Should().Be(proof.Index);
    }

    [Fact]
    public async Task A_disclosed_item_is_proved_with_digest_and_salt_and_a_withheld_one_not_at_all()
    {
        var disclosed = State.Evidence.First(e => e.Disclosed);
        var proof = TlogProof.Parse(await Stranger.GetStringAsync($"/v1/evidence/{disclosed.Id}/proof"));
        var extra = JsonNode.Parse(proof.Extra!)!;
        LogEntry.Unseals(
            await Stranger.GetByteArrayAsync($"/v1/log/entries/{proof.Index}"), B64Url.Decode(extra["seal"]!["salt"]!.GetValue<string>()),
            CanonicalJson.Serialize(extra["seal"]!["event"])).Should().BeTrue();
        extra["fields"]!.AsArray().Single()!["value"]!["sha256"]!.GetValue<string>().Should().Be(disclosed.Payload!.Sha256);

        foreach (var withheld in State.Evidence.Where(e => !e.Disclosed))
        {
            (await Stranger.GetAsync($"/v1/evidence/{withheld.Id}/proof")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        foreach (var sealing in exercise.Registry.Core.Store.Events.ReadStream(CaseJournal.Stream(State.Id)).Where(e => e.Type == "evidence.sealed"))
        {
            var open = JsonNode.Parse(TlogProof.Parse(await Stranger.GetStringAsync($"/v1/log/entries/{sealing.Index}/proof")).Extra!)!["fields"]!.AsArray();
            open.Count.Should().Be(State.Find(((CaseEvent.PayloadSealed)CaseJournal.Definition.Read(sealing).Event).Evidence)!.Disclosed ? 1 : 0, "the digest of what is withheld could be looked up");
        }
    }

    [Fact]
    public async Task The_count_of_a_published_round_is_proved_and_opened()
    {
        var round = State.Rounds.Last(r => r.Binding);
        var proof = TlogProof.Parse(await Stranger.GetStringAsync($"/v1/rounds/{round.Id}/proof"));
        var result = JsonNode.Parse(proof.Extra!)!["fields"]!.AsArray().Single()!;
        result["name"]!.GetValue<string>().Should().Be("result");
        JsonNode.DeepEquals(result["value"], JsonNode.Parse(await Stranger.GetStringAsync($"/v1/findings/{Viasat}/record"))!["round"]!["tally"]).Should().BeTrue();
    }

    [Fact]
    public async Task What_is_sealed_in_the_log_is_opened_by_no_proof()
    {
        var access = exercise.Registry.Core.Store.Events;
        await Stranger.GetAsync($"/v1/evidence/{State.Evidence.First(e => e.Disclosed).Id}/content");
        var index = access.Head.Size - 1;
        (await Stranger.GetStringAsync($"/v1/log/entries/{index}")).Should().Contain("\"type\":\"sealed\"");
        TlogProof.Parse(await Stranger.GetStringAsync($"/v1/log/entries/{index}/proof")).Extra.Should().BeNull();
    }
}
