using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Tests.Demo;

/// <summary>What strangers, parties and reviewers do with a published finding, through the real server.</summary>
public sealed class PublishedFindingTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>
{
    private HttpClient Stranger => exercise.Registry.Stranger;

    private string Viasat => exercise.Loaded[0].Number;

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public void The_cases_come_to_what_their_files_expect() => exercise.Loaded.Should().OnlyContain(c => c.AsExpected);

    [Fact]
    public async Task A_stranger_reads_a_finding_with_banner_digest_and_an_exercise_flag()
    {
        var published = await GetAsync($"/v1/findings/{WannaCry}");
        published["banner"]!.GetValue<string>().Should().Contain("EXERCISE on public reporting").And.Contain("no body");
        published["finding"]!["exercise"]!.GetValue<bool>().Should().BeTrue();
        published["digest"]!.GetValue<string>().Should().Be(Sha256Hex.Of(CanonicalJson.Serialize(published["finding"]!.DeepClone())));
    }

    [Fact]
    public async Task P1_Likelihood_and_confidence_are_two_fields_and_two_sentences()
    {
        var proposition = (await GetAsync($"/v1/findings/{WannaCry}"))["finding"]!["propositions"]![0]!;
        var (likelihood, confidence) = (proposition["likelihood"]!["sentence"]!.GetValue<string>(), proposition["confidence"]!["sentence"]!.GetValue<string>());
        likelihood.Should().StartWith("The panel assesses").And.NotContain("confidence");
        confidence.Should().StartWith("The panel assesses").And.NotContain("likely");
    }

    [Fact]
    public async Task P3_A_finding_that_strangers_cannot_check_says_so_and_its_confidence_is_capped()
    {
        var proposition = (await GetAsync($"/v1/findings/{Viasat}"))["finding"]!["propositions"]![0]!;
        proposition["crosscheck"]!["holds"]!.GetValue<bool>().Should().BeFalse();
        proposition["crosscheck"]!["label"]!.GetValue<string>().Should().Be("assessed, not crosscheckable");
        proposition["confidence"]!["value"]!.GetValue<string>().Should().BeOneOf("low", "moderate");
    }

    [Fact]
    public async Task P2_Withheld_evidence_is_listed_with_reason_and_gist_and_without_id_or_ratings()
    {
        var finding = (await GetAsync($"/v1/findings/{Viasat}"))["finding"]!;
        var withheld = finding["withheld"]!.AsArray();
        withheld.Should().NotBeEmpty();
        withheld.Select(w => w!.AsObject().Select(m => m.Key)).Should().AllSatisfy(keys => keys.Should().BeEquivalentTo("kind", "reasonCode", "seenBy", "gist", "gistServedOnAllParties"));
        var shown = finding["disclosed"]!.AsArray().Select(d => d!["id"]!.GetValue<string>()).ToHashSet();
        finding["matrix"]!["cells"]!.AsArray().Select(c => c!["evidence"]!.GetValue<string>()).Should().OnlyContain(id => shown.Contains(id));
    }

    [Fact]
    public async Task Replies_are_verbatim_and_answered_point_by_point()
    {
        var replies = (await GetAsync($"/v1/findings/{WannaCry}"))["finding"]!["replies"]!.AsArray();
        replies.Should().NotBeEmpty();
        replies.SelectMany(r => r!["points"]!.AsArray()).Should().OnlyContain(p => p!["answer"]!["value"]!.GetValue<string>().Length > 0);
    }

    [Fact]
    public async Task A_published_finding_is_served_with_an_etag_and_answers_304()
    {
        using var first = await Stranger.GetAsync($"/v1/findings/{WannaCry}");
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/findings/{WannaCry}");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await Stranger.SendAsync(again);
        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
        using var head = await Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v1/findings/{WannaCry}"));
        head.StatusCode.Should().Be(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        first.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        first.Headers.GetValues("Cross-Origin-Resource-Policy").Should().Equal("cross-origin");
        using var broken = new HttpRequestMessage(HttpMethod.Get, $"/v1/findings/{WannaCry}");
        broken.Headers.TryAddWithoutValidation("If-None-Match", "no tag");
        using var refused = await Stranger.SendAsync(broken);
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("bad-etag");
    }

    [Fact]
    public async Task The_record_lets_a_stranger_open_every_ballot_again()
    {
        var round = (await GetAsync($"/v1/findings/{WannaCry}/record"))["round"]!;
        var envelopes = round["envelopes"]!.AsArray();
        envelopes.Should().HaveCount(11);
        envelopes.Select(e => e!["commitment"]!.GetValue<string>()).Should().BeInAscendingOrder(StringComparer.Ordinal);
        foreach (var opening in round["openings"]!.AsArray())
        {
            var commitment = BallotSeal.Commitment(B64Url.Decode(opening!["salt"]!.GetValue<string>()), B64Url.Decode(opening["ballot"]!.GetValue<string>()));
            envelopes.Should().Contain(e => e!["ballotKeyId"]!.GetValue<string>() == opening["ballotKeyId"]!.GetValue<string>()
                && e["commitment"]!.GetValue<string>() == Convert.ToHexStringLower(commitment));
        }
    }

    [Fact]
    public async Task V_56_A_stranger_opens_again_what_scrutineers_opened()
    {
        var escrow = (await GetAsync($"/v1/findings/{Viasat}/record"))["round"]!;
        escrow["openings"]!.AsArray().Where(o => (bool)o!["fromEscrow"]!).Should().ContainSingle();
        var deposit = escrow["escrow"]!["opened"]!.AsArray().Single()!;
        deposit["shares"]!.AsArray().Should().HaveCount(3);
        var output = new StringWriter();
        (await VerifyAsync(output, $"{exercise.Registry.Address}/v1/findings/{Viasat}")).Should().Be(0, output.ToString());
        (await GetAsync($"/v1/findings/{WannaCry}/record"))["round"]!["escrow"].Should().BeNull("a round at another level needs none");
    }

    [Fact]
    public async Task V_56_A_record_whose_escrow_was_changed_is_not_valid()
    {
        var folder = Directory.CreateTempSubdirectory("record-").FullName;
        var (finding, file) = (Path.Combine(folder, "finding.json"), Path.Combine(folder, "record.json"));
        await File.WriteAllTextAsync(finding, (await GetAsync($"/v1/findings/{Viasat}")).ToJsonString());
        var record = await GetAsync($"/v1/findings/{Viasat}/record");
        (await CheckedAsync(_ => { })).Should().StartWith("valid");
        Action<JsonNode>[] changes =
        [
            round => round["escrow"] = null,
            round => round["openings"]!.AsArray().Single(o => (bool)o!["fromEscrow"]!)!["fromEscrow"] = false,
            round => round["openings"]!.AsArray().Single(o => (bool)o!["fromEscrow"]!)!["receivedAt"] = round["revealCloses"]!.DeepClone(),
            round => Opened(round)["signature"] = B64Url.Encode(new byte[64]),
            round => Opened(round)["escrow"]!["nonce"] = new string('0', 24),
            round => Opened(round)["ciphertext"] = B64Url.Encode(new byte[4112]),
            round => Opened(round)["shares"]![1]!["share"] = Opened(round)["shares"]![0]!["share"]!.DeepClone(),
            round => Opened(round)["shares"]![1]!["keyId"] = Opened(round)["shares"]![0]!["keyId"]!.DeepClone(),
            round => Opened(round)["shares"]!.AsArray().RemoveAt(0),
            round => round["escrow"]!["threshold"] = 2,
            round => round["escrow"]!["scrutineers"]![0]!["spki"] = round["escrow"]!["scrutineers"]![1]!["spki"]!.DeepClone(),
            // A ballot that opens is passed off as one that could not be opened.
            round =>
            {
                var opening = round["openings"]!.AsArray().Single(o => (bool)o!["fromEscrow"]!);
                round["openings"]!.AsArray().Remove(opening);
                var deposit = Opened(round).DeepClone();
                round["escrow"]!["opened"]!.AsArray().Clear();
                round["escrow"]!["unusable"]!.AsArray().Add(deposit);
            },
        ];
        foreach (var change in changes)
        {
            (await CheckedAsync(change)).Should().StartWith("escrow:");
        }

        Directory.Delete(folder, recursive: true);

        async Task<string> CheckedAsync(Action<JsonNode> change)
        {
            var changed = record.DeepClone();
            change(changed["round"]!);
            await File.WriteAllTextAsync(file, changed.ToJsonString());
            var output = new StringWriter();
            await VerifyAsync(output, finding, "--record", file);
            return output.ToString();
        }

        static JsonNode Opened(JsonNode round) => round["escrow"]!["opened"]!.AsArray().Single()!;
    }

    private static Task<int> VerifyAsync(TextWriter output, params string[] args) => Cli.Commands.RunAsync(
        ["verify", .. args], output, output, new Registry.Entropy(TimeProvider.System).Bytes, TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task The_log_holds_the_version_and_opens_the_seals_of_the_case()
    {
        var record = await GetAsync($"/v1/findings/{WannaCry}/record");
        var proof = await GetAsync($"/v1/log/proofs/inclusion?index={record["logIndex"]!.GetValue<long>()}");
        var verifier = NoteVerifier.Parse((await Stranger.GetStringAsync("/log/vkey")).Trim());
        var checkpoint = Checkpoint.Open(proof["checkpoint"]!.GetValue<string>(), verifier);
        Rfc6962.VerifyInclusion(
            proof["index"]!.GetValue<long>(), proof["size"]!.GetValue<long>(), B64Url.Decode(proof["leafHash"]!.GetValue<string>()),
            [.. proof["hashes"]!.AsArray().Select(h => Convert.FromBase64String(h!.GetValue<string>()))], checkpoint.Root).Should().BeTrue();

        var entries = exercise.Registry.Core.Store.Events.ReadEntries(0, (int)checkpoint.Size);
        var unsealed = entries.Select(e => JsonNode.Parse(e.Entry)!).Where(e => e["type"]!.GetValue<string>() == "unsealed").ToList();
        unsealed.Should().HaveCountGreaterThan(50);
        foreach (var opened in unsealed)
        {
            var index = opened["body"]!["index"]!.GetValue<long>();
            LogEntry.Unseals(
                entries[(int)index].Entry, B64Url.Decode(opened["body"]!["salt"]!.GetValue<string>()), CanonicalJson.Serialize(opened["body"]!["event"]!.DeepClone()))
                .Should().BeTrue("leaf {0} is what it was opened as", index);
        }
    }

    [Fact]
    public void The_log_never_shows_free_text_or_people()
    {
        var size = (int)exercise.Registry.Core.Store.Events.Head.Size;
        var text = string.Join('\n', exercise.Registry.Core.Store.Events.ReadEntries(0, size).Select(e => Encoding.UTF8.GetString(e.Entry)));
        foreach (var secret in new[] { "\"per_", "Exercise member", "WannaCry", "AcidRain", "Lazarus" })
        {
            // An account's own chain is named by its random id; nowhere else does a person appear.
            text.Replace("\"subject\":\"per_", "", StringComparison.Ordinal).Contains(secret, StringComparison.Ordinal).Should().BeFalse("the log shows no {0}", secret);
        }
    }

    [Fact]
    public async Task An_unknown_finding_is_a_problem_and_a_list_pages_by_key()
    {
        using var missing = await Stranger.GetAsync("/v1/findings/AR-1999-0001");
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        missing.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var first = await GetAsync("/v1/findings?limit=1");
        var second = await GetAsync($"/v1/findings?limit=1&after={first["next"]!.GetValue<string>()}");
        second["items"]![0]!["number"]!.GetValue<string>().Should().NotBe(first["items"]![0]!["number"]!.GetValue<string>());
        second["next"].Should().BeNull();
        (await GetAsync("/v1/findings?state=KP"))["items"]!.AsArray().Select(f => f!["number"]!.GetValue<string>()).Should().Equal(WannaCry);
    }

    [Fact]
    public async Task L4_L7_R4_A_correction_takes_two_people_and_the_old_version_stays_readable_under_its_address()
    {
        var incident = exercise.Loaded[0].Incident;
        var (registrar, chair) = (exercise.As("registrar"), exercise.Chair(incident));
        const string Correction = """{"statements":[{"value":"Exercise on public reporting. The panel assesses the same as before; a name was misspelt.","lang":"en"}],"changeNote":"A name was misspelt."}""";
        (await PostAsync(registrar, $"/v1/incidents/{incident}/finding/corrections", Correction)).Status.Should().Be(HttpStatusCode.Accepted);
        var again = await PostAsync(registrar, $"/v1/incidents/{incident}/finding/corrections", Correction);
        again.Status.Should().Be(HttpStatusCode.Conflict);
        again.Body["code"]!.GetValue<string>().Should().Be("second-person-required");
        var done = await PostAsync(chair, $"/v1/incidents/{incident}/finding/corrections", Correction);
        done.Status.Should().Be(HttpStatusCode.OK, done.Body.ToJsonString());

        var current = await GetAsync($"/v1/findings/{Viasat}");
        current["version"]!.GetValue<int>().Should().Be(2);
        var old = await GetAsync($"/v1/findings/{Viasat}/versions/1");
        old["status"]!.GetValue<string>().Should().Be("superseded");
        old["banner"]!.GetValue<string>().Should().Contain("superseded");
        old["digest"]!.GetValue<string>().Should().Be(Sha256Hex.Of(CanonicalJson.Serialize(old["finding"]!.DeepClone())));
        var diff = await GetAsync($"/v1/findings/{Viasat}/diff");
        diff["differences"]!.AsArray().Select(d => d!["pointer"]!.GetValue<string>()).Should().Contain("/statements/0/value");

        // Then a petition: admitted, the banner stands; decided as withdrawn by two members, the text stays.
        var petition = await PostAsync(exercise.As("namedParty"), $"/v1/findings/{Viasat}/petitions", """{"ground":"specificError","showing":{"value":"The timing shows nothing.","lang":"en"}}""");
        petition.Status.Should().Be(HttpStatusCode.Created);
        var id = petition.Body["id"]!.GetValue<string>();
        (await PostAsync(exercise.As("analyst"), $"/v1/petitions/{id}/answer", """{"admissible":true,"reasons":{"value":"x","lang":"en"}}""")).Status.Should().Be(HttpStatusCode.Forbidden);
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{id}/answer", """{"admissible":true,"reasons":{"value":"A specific showing.","lang":"en"}}""")).Status.Should().Be(HttpStatusCode.OK);
        (await GetAsync($"/v1/findings/{Viasat}"))["status"]!.GetValue<string>().Should().Be("underReconsideration");
        const string Withdraw = """{"outcome":"withdrawn","reasons":{"value":"The showing holds.","lang":"en"}}""";
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{id}/decision", Withdraw)).Status.Should().Be(HttpStatusCode.Accepted);
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{id}/decision", Withdraw)).Status.Should().Be(HttpStatusCode.Conflict);
        (await PostAsync(exercise.As("reviewPanelMember", 1), $"/v1/petitions/{id}/decision", Withdraw)).Status.Should().Be(HttpStatusCode.OK);
        var withdrawn = await GetAsync($"/v1/findings/{Viasat}");
        withdrawn["status"]!.GetValue<string>().Should().Be("withdrawn");
        withdrawn["finding"]!["statements"]![0]!["value"]!.GetValue<string>().Should().NotBeEmpty();
        (await GetAsync("/v1/changes"))["items"]!.AsArray().Select(c => c!["kind"]!.GetValue<string>())
            .Should().ContainInOrder("finding.published", "finding.corrected", "finding.status", "finding.withdrawn");
    }

    [Fact]
    public async Task R4_A_second_admitted_petition_brings_the_banner_back()
    {
        var (first, second) = (await AdmittedAsync("victim"), await AdmittedAsync("namedParty"));
        const string Upheld = """{"outcome":"upheld","reasons":{"value":"Nothing was wrong.","lang":"en"}}""";
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{first}/decision", Upheld)).Status.Should().Be(HttpStatusCode.OK);
        var between = await GetAsync($"/v1/findings/{WannaCry}");
        between["status"]!.GetValue<string>().Should().Be("current");

        var incident = between["links"]!["incident"]!.GetValue<string>();
        var moved = await PostAsync(exercise.As("reviewPanelMember"), $"{incident}/transitions", """{"to":"reconsidering","reason":"The other petition is open."}""");
        moved.Status.Should().Be(HttpStatusCode.OK, moved.Body.ToJsonString());

        foreach (var path in new[] { "", $"/versions/{between["version"]}" })
        {
            var now = await GetAsync($"/v1/findings/{WannaCry}{path}");
            now["status"]!.GetValue<string>().Should().Be("underReconsideration");
            now["banner"]!.GetValue<string>().Should().Contain("under reconsideration");
            now["digest"]!.GetValue<string>().Should().Be(between["digest"]!.GetValue<string>(), "what was found has not changed");
        }

        (await GetAsync("/v1/findings?status=underReconsideration"))["items"]!.AsArray().Select(f => f!["number"]!.GetValue<string>()).Should().Contain(WannaCry);
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{second}/decision", Upheld)).Status.Should().Be(HttpStatusCode.OK);
        (await GetAsync($"/v1/findings/{WannaCry}"))["status"]!.GetValue<string>().Should().Be("current");
    }

    private async Task<string> AdmittedAsync(string petitioner)
    {
        var filed = await PostAsync(exercise.As(petitioner), $"/v1/findings/{WannaCry}/petitions", """{"ground":"newEvidence","showing":{"value":"A second log.","lang":"en"}}""");
        var id = filed.Body["id"]!.GetValue<string>();
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{id}/answer", """{"admissible":true,"reasons":{"value":"A new log.","lang":"en"}}""")).Status.Should().Be(HttpStatusCode.OK);
        return id;
    }

    [Fact]
    public async Task R2_An_inadmissible_petition_is_answered_with_reasons_and_still_published()
    {
        var filed = await PostAsync(exercise.As("victim"), $"/v1/findings/{WannaCry}/petitions", """{"ground":"newEvidence","showing":{"value":"Nothing new.","lang":"en"}}""");
        var id = filed.Body["id"]!.GetValue<string>();
        (await PostAsync(exercise.As("reviewPanelMember"), $"/v1/petitions/{id}/answer", """{"admissible":false,"reasons":{"value":"Nothing new was shown.","lang":"en"}}""")).Status.Should().Be(HttpStatusCode.OK);
        var published = await GetAsync($"/v1/petitions/{id}");
        published["standing"]!.GetValue<string>().Should().Be("inadmissible");
        published["reasons"]!["value"]!.GetValue<string>().Should().Be("Nothing new was shown.");
        (await GetAsync($"/v1/findings/{WannaCry}"))["status"]!.GetValue<string>().Should().Be("current");
    }

    [Fact]
    public async Task A_demo_stays_a_demo_and_a_real_instance_never_becomes_one()
    {
        var policy = await GetAsync("/v1/policy");
        policy["exercise"]!.GetValue<bool>().Should().BeTrue();
        await using var real = await Running.RunningRegistry.StartAsync();
        var folder = JsonNode.Parse(await real.Stranger.GetStringAsync("/v1/policy"))!;
        folder["exercise"]!.GetValue<bool>().Should().BeFalse();
        using var change = new HttpRequestMessage(HttpMethod.Put, "/v1/policy");
        folder["exercise"] = true;
        change.Content = new StringContent(new JsonObject { ["policy"] = folder.DeepClone(), ["reason"] = "try" }.ToJsonString(), Encoding.UTF8, "application/json");
        change.Headers.IfMatch.Add(new EntityTagHeaderValue("\"v1\""));
        using var answer = await real.As(Role.Operator).SendAsync(change);
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!.GetValue<string>().Should().Be("exercise-fixed");
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Stranger.GetStringAsync(path))!;

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(HttpClient client, string path, string json)
    {
        using var answer = await client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
