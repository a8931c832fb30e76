using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Demo;
using static AttributionRegistry.Server.Tests.Bundles.BundleMutationTests;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>Bundles of what happens seldom: a pseudonymous round under cover, its mapping when it is opened, evidence that is gone.</summary>
public sealed class RareBundleTests
{
    [Fact]
    public async Task A_round_under_cover_proves_itself_and_so_does_its_mapping_once_it_is_open()
    {
        await using var covered = await CoveredAsync();
        var (number, incident) = (covered.Inner.Loaded[0].Number, IncidentId.Of(covered.Inner.Loaded[0].Incident));
        var registry = covered.Inner.Registry;
        var zip = await BundleAsync();

        (await BundleTests.VerifyAsync(zip)).Should().StartWith("valid (").And.NotContain("sealed");
        var round = registry.State(incident).Rounds[^1].Id;
        var covers = Opened(zip).Where(each => (string?)each.Event["subject"] == CoverSeals.Stream(round)).Select(each => each.Index).ToList();
        covers.Should().NotBeEmpty("the commit window went on while ballots were sealed");
        await ChangedAsync(zip, files => Remove(files, covers[0]), "chain", "a cover seal is left out");
        await ChangedAsync(zip, files => Close(files, OpeningOf(files, covers[^1])), "chain", "what opened a cover seal is left out");
        await ChangedAsync(zip, files => Extra(files, covers[0], e => e["seal"]!["event"]!["subject"] = CoverSeals.Stream(RoundId.Of("rnd_00000000000000000000000000000000"))), "commitments", "a cover seal is of another round");

        Record(zip)["mapping"]!["canonical"].Should().BeNull("nobody may know yet");
        registry.Clock.Advance(TimeSpan.FromDays(3660));
        var opened = await BundleAsync();
        (await BundleTests.VerifyAsync(opened)).Should().StartWith("valid (");
        ((string?)Record(opened)["mapping"]!["canonical"]).Should().Contain("per_");
        await ChangedAsync(opened, Mapping(m => m["canonical"] = ((string)m["canonical"]!).Replace("\"memberId\":\"per_", "\"memberId\":\"per_0", StringComparison.Ordinal)), "mapping", "other members");
        await ChangedAsync(opened, Mapping(m => m["salt"] = new string('0', 64)), "mapping", "another salt");
        await ChangedAsync(opened, Mapping(m => m["canonical"] = null), "mapping", "a salt that opens nothing");
        await ChangedAsync(opened, Mapping(m => m["commitment"] = Convert.ToHexStringLower(new byte[32])), "mapping", "another commitment");
        await ChangedAsync(opened, files => Json(files, "record", r => r["mapping"] = null), "mapping", "no mapping at all");

        Task<byte[]> BundleAsync() => registry.Stranger.GetByteArrayAsync($"/v1/findings/{number}/bundle");
    }

    [Fact]
    public async Task What_is_destroyed_is_destroyed_by_an_order_in_the_log_and_anything_else_that_is_missing_is_an_alarm()
    {
        await using var exercise = new Exercise(new ExerciseFixture(["wannacry-2017"]));
        await exercise.Inner.InitializeAsync();
        var (registry, number, incident) = (exercise.Inner.Registry, exercise.Inner.Loaded[0].Number, IncidentId.Of(exercise.Inner.Loaded[0].Incident));
        var before = await BundleAsync();
        var disclosed = registry.State(incident).Evidence.Where(e => e.Disclosed).Select(e => e.Id.Value).Order(StringComparer.Ordinal).ToList();
        var (gone, damaged) = (disclosed[0], disclosed[1]);
        foreach (var person in new[] { exercise.Inner.As("custodian"), exercise.Inner.As("registrar") })
        {
            using var answer = await person.PostAsJsonAsync($"/v1/evidence/{gone}/erasure", new { legalBasis = "Order 7", reason = "Ordered." });
            answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        }

        var zip = await BundleAsync();
        var order = (long)Item(zip, gone)["entry"]!;
        JsonNode.Parse(BundleZip.Read(zip)[BundleForm.EntryName(order)])!["type"]!.GetValue<string>().Should().Be("evidence.destroyed");
        (await BundleTests.VerifyAsync(zip)).Should().StartWith("valid (").And.Contain($"{gone} was destroyed by order #{order}");

        // The bundle from before, with an item dropped, as whoever would hide it: the log must say so, not the bundle.
        await ChangedAsync(before, files => Drop(files, damaged, "erased", null), "payload", $"{damaged} is MISSING (alarm)");
        await ChangedAsync(zip, files => Drop(files, damaged, "erased", order), "payload", $"{damaged} is MISSING (alarm)");
        await ChangedAsync(zip, files => Drop(files, damaged, "withheld", null), "payload", $"{damaged} is MISSING (alarm)");
        await ChangedAsync(zip, files => Drop(files, gone, "quarantined", order), "payload", $"entry {order} is no reason");
        await ChangedAsync(zip, files => Remove(files, order), "payload", $"{gone} is MISSING (alarm)");
        await ChangedAsync(zip, files => Json(files, "evidence", e => e["disclosed"]![0]!["entry"] = null), "payload", $"{gone} is MISSING (alarm)");

        await registry.DoAsync(incident, _ => new CaseCommand.Quarantine(EvidenceId.Of(damaged), "") { By = PayloadAlarm.Guard, At = registry.Now });
        var alarmed = await BundleAsync();
        var found = (long)Item(alarmed, damaged)["entry"]!;
        (await BundleTests.VerifyAsync(alarmed)).Should().StartWith("valid (").And.Contain($"{damaged} is MISSING (alarm): entry #{found} says that its bytes were found damaged");
        await ChangedAsync(alarmed, files => Drop(files, damaged, "erased", found), "payload", $"entry {found} is no reason");

        Task<byte[]> BundleAsync() => registry.Stranger.GetByteArrayAsync($"/v1/findings/{number}/bundle");
    }

    [Fact]
    public async Task A_second_version_after_a_reopening_proves_both_rounds_and_the_first_version_stays_as_it_was()
    {
        await using var exercise = new Exercise(new ExerciseFixture([]));
        await exercise.Inner.InitializeAsync();
        var registry = exercise.Inner.Registry;
        using var cast = exercise.Inner.Cast();
        using var run = new ExerciseRun(
            CaseFileReader.Read(ExerciseFixture.CaseFile("wannacry-2017")).Cases[0], cast, registry.Core.Entropy.Bytes, TextWriter.Null, null);
        var first = await run.RunAsync(CancellationToken.None);
        var reviewer = exercise.Inner.As("reviewPanelMember");
        var petition = (string)(await PostedAsync(
            exercise.Inner.As("analyst"), $"/v1/findings/{first.Number}/petitions", """{"ground":"newEvidence","showing":{"value":"A third log.","lang":"en"}}"""))["id"]!;
        await PostedAsync(reviewer, $"/v1/petitions/{petition}/answer", """{"admissible":true,"reasons":{"value":"A specific showing.","lang":"en"}}""");
        await PostedAsync(reviewer, $"/v1/petitions/{petition}/decision", """{"outcome":"revised","reasons":{"value":"It is weighed again.","lang":"en"}}""");

        (await run.AgainAsync(CancellationToken.None)).Number.Should().Be(first.Number);

        var (old, zip) = (await BundleAsync(1), await BundleAsync(2));
        (await BundleTests.VerifyAsync(old)).Should().StartWith("valid (").And.Contain("that it is superseded");
        (await BundleTests.VerifyAsync(zip)).Should().StartWith("valid (").And.Contain("that it is current");
        var rounds = registry.State(IncidentId.Of(first.Incident)).Rounds.Select(r => r.Id.Value).ToList();
        rounds.Should().HaveCount(2);
        Opened(zip).Select(each => (string?)each.Event["subject"]).Should().Contain(rounds).And.Contain(first.Incident);
        ((string?)Record(zip)["round"]!["id"], (string?)Record(old)["round"]!["id"]).Should().Be((rounds[1], rounds[0]));

        var before = Opened(zip).Where(each => (string?)each.Event["subject"] == rounds[0]).Select(each => each.Index).ToList();
        await ChangedAsync(zip, files => Remove(files, before[^1]), "chain", "the end of the first round is left out");
        await ChangedAsync(zip, files => before.ForEach(index => Remove(files, index)), "chain", "the first round is left out");
        await ChangedAsync(zip, files => Remove(files, (long)Record(old)["logIndex"]!), "chain", "the first version is left out");
        await ChangedAsync(zip, files => files["data/record.json"] = BundleZip.Read(old)["data/record.json"], "chain", "the record of the first round, which ends earlier");
        await ChangedAsync(zip, files => Json(files, "record", r => r["round"] = Record(old)["round"]!.DeepClone()), "record", "the round of before");
        await ChangedAsync(
            zip,
            files =>
            {
                foreach (var name in new[] { "data/finding.json", "data/representation.json", "data/record.json", "data/evidence.json", "bag-info.txt" })
                {
                    files[name] = BundleZip.Read(old)[name];
                }
            },
            "chain", "the first version under the log of the second");

        Task<byte[]> BundleAsync(int version) => registry.Stranger.GetByteArrayAsync($"/v1/findings/{first.Number}/versions/{version}/bundle");
    }

    private static async Task<JsonNode> PostedAsync(HttpClient client, string path, string body)
    {
        using var answer = await client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var said = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue(said);
        return JsonNode.Parse(said)!;
    }

    private static async Task ChangedAsync(byte[] zip, Action<SortedDictionary<string, byte[]>> change, string check, string said)
    {
        var files = BundleZip.Read(zip);
        change(files);
        var verdict = await BundleTests.VerifyAsync(Bag(files));
        verdict.Should().StartWith($"{check}: ", said);
        if (check == "payload")
        {
            verdict.Should().Contain(said);
        }
    }

    private static Action<SortedDictionary<string, byte[]>> Mapping(Action<JsonNode> change) => files => Json(files, "record", r => change(r["mapping"]!));

    private static void Drop(SortedDictionary<string, byte[]> files, string id, string without, long? entry)
    {
        files.Remove(BundleForm.EvidenceFile(id));
        Json(files, "evidence", e =>
        {
            var item = e["disclosed"]!.AsArray().Single(each => (string?)each!["id"] == id)!;
            (item["salt"], item["file"], item["without"], item["entry"]) = (null, null, without, entry);
        });
    }

    private static JsonNode Item(byte[] zip, string id) =>
        JsonNode.Parse(BundleZip.Read(zip)["data/evidence.json"])!["disclosed"]!.AsArray().Single(each => (string?)each!["id"] == id)!;

    private static JsonNode Record(byte[] zip) => JsonNode.Parse(BundleZip.Read(zip)["data/record.json"])!;

    private static IEnumerable<(long Index, JsonNode Event)> Opened(byte[] zip) => BundleZip.Read(zip)
        .Where(f => f.Key.EndsWith(".tlog-proof", StringComparison.Ordinal)).Select(f => TlogProof.Parse(Encoding.UTF8.GetString(f.Value)))
        .Where(p => p.Extra is not null && JsonNode.Parse(p.Extra)!["seal"] is not null).Select(p => (p.Index, JsonNode.Parse(p.Extra!)!["seal"]!["event"]!)).OrderBy(p => p.Index);

    private static long OpeningOf(SortedDictionary<string, byte[]> files, long hidden) =>
        Openings(files).Single(index => (long)JsonNode.Parse(files[BundleForm.EntryName(index)])!["body"]!["index"]! == hidden);

    private static async Task<Exercise> CoveredAsync()
    {
        ExerciseFixture? fixture = null;
        // Once, in the middle of the sealing: some of the commit window passes, and the cover that is due by then is written.
        var waited = false;
        void Wait()
        {
            var registry = fixture!.Registry;
            if (waited || Deadlines.RoundsWaiting(registry.Core) is not [var round, ..])
            {
                return;
            }

            waited = true;
            var state = registry.Core.Load(RoundJournal.Definition, RoundJournal.Stream(round)).State!;
            registry.Clock.Advance((state.CommitCloses - registry.Now) / 2);
            SpinWait.SpinUntil(
                () =>
                {
                    registry.Clock.Advance(TimeSpan.FromSeconds(1));
                    Thread.Sleep(20);
                    return registry.Core.VersionOf(CoverSeals.Stream(round)) > 0;
                },
                TimeSpan.FromMinutes(2)).Should().BeTrue("cover is written every second of the clock");
        }

        fixture = new ExerciseFixture(["wannacry-2017"], p => p with { VoteMode = VoteMode.Pseudonymous, CoverSealsPerSeat = 5 }) { WhileSealing = Wait };
        await fixture.InitializeAsync();
        return new Exercise(fixture);
    }

    private sealed record Exercise(ExerciseFixture Inner) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Inner.DisposeAsync();
    }
}
