using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using Dapper;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>
/// V-57 for what lies beside the record: the log file at its most talkative, temporary files, the write-ahead log, the table of answered
/// requests. Also for a member who sends an opening too soon: it is refused, and nobody finds it afterwards.
/// </summary>
public sealed class NothingOnTheWayTests
{
    private const string Reasons = "The-compiler-left-a-path-in-it-91c4.";

    [Fact]
    public async Task V_57_no_log_temporary_file_or_kept_answer_holds_anything_of_a_ballot_that_is_not_opened()
    {
        var start = DateTimeOffset.UtcNow.AddMinutes(-10);
        var stage = new TallyStage { Begins = start };
        await stage.InitializeAsync();
        var sealing = await stage.SeatAsync("D01");
        await sealing.OpenRoundAsync(start.AddHours(5), start.AddHours(10));
        var (data, folder) = (stage.Registry.DataFolder, await stage.Registry.StopAsync());
        try
        {
            var temporary = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
            var ballot = sealing.SealerOf("m01").Seal(sealing.Frame, sealing.Mapped(JsonNode.Parse(
                $$$"""{"Q1":{"likelihood":{"H1":8765,"H2":735,"OTHER":500},"confidence":"high","cites":["E1"],"reasons":"{{{Reasons}}}"}}"""))!.AsObject());
            var (server, address) = await ServerProcess.StartAsync(data, temporary);
            await using (server)
            {
                using var client = new HttpClient { BaseAddress = address };
                client.DefaultRequestHeaders.Authorization = sealing.ClientOf("m01").DefaultRequestHeaders.Authorization;
                await SendAsync(client, sealing, ballot);
                Found(folder, ballot).Should().BeEmpty("nothing is in a file, while the server runs");
                Search(Encoding.UTF8.GetBytes(server.Printed), ballot, "printed").Should().BeEmpty();
                server.Printed.Should().Contain("listens on", "what is printed was searched");
                await server.StopAsync();
            }

            Found(folder, ballot).Should().BeEmpty("nothing is in a file, after the server has stopped");
            await using var registry = await RunningRegistry.StartAsync(folder);
            var kept = registry.Core.Store.Database.Read(c => c.Query("SELECT * FROM idempotency").AsList()).Select(row => string.Join('|', ((IDictionary<string, object?>)row).Values)).ToList();
            kept.Should().HaveCount(1, "one request was answered under a key");
            var decrypted = registry.Core.Store.Events.FindIdempotency(sealing.PersonOf("m01").Value, "key-1")!.Body;
            decrypted.Should().Be(ballot.Digest, "the kept answer names the envelope, and nothing else");
            kept.SelectMany(row => Search(Encoding.UTF8.GetBytes(row), ballot, row)).Should().BeEmpty();
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // What a member's client may do with a ballot before the reveal, rightly and wrongly.
    private static async Task SendAsync(HttpClient client, StagedCase round, SealedBallot ballot)
    {
        async Task<HttpStatusCode> PostAsync(string path, HttpContent body, string? key = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/rounds/{round.Round}{path}") { Content = body };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }

        (await PostAsync("/envelopes", JsonContent.Create(ballot.EnvelopeRequest()), "key-1")).Should().Be(HttpStatusCode.Created);
        (await PostAsync("/envelopes", JsonContent.Create(ballot.EnvelopeRequest()), "key-1")).Should().Be(HttpStatusCode.Created);
        (await PostAsync("/openings", JsonContent.Create(ballot.OpeningRequest()), "key-2")).Should().Be(HttpStatusCode.Conflict, "it is too soon");
        (await PostAsync("/openings", JsonContent.Create(ballot.OpeningRequest()))).Should().Be(HttpStatusCode.Conflict, "it is too soon");
        var whole = JsonNode.Parse(ballot.ToJson())!.AsObject();
        (await PostAsync("/envelopes", JsonContent.Create(whole))).Should().Be(HttpStatusCode.BadRequest, "the member's own file is no request");
        (await PostAsync("/openings", new StringContent(Encoding.UTF8.GetString(ballot.Ballot) + "}", Encoding.UTF8, "application/json"))).Should().Be(HttpStatusCode.BadRequest);
    }

    private static List<string> Found(string folder, SealedBallot ballot)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "registry.lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            found.AddRange(Search(copy.ToArray(), ballot, Path.GetFileName(file)));
        }

        return found;
    }

    private static IEnumerable<string> Search(byte[] bytes, SealedBallot ballot, string where)
    {
        byte[][] traces =
        [
            Encoding.UTF8.GetBytes(Reasons), Encoding.UTF8.GetBytes(":8765"), ballot.Salt, Encoding.UTF8.GetBytes(B64Url.Encode(ballot.Salt)),
            Encoding.UTF8.GetBytes(Convert.ToHexStringLower(ballot.Salt)), Encoding.UTF8.GetBytes(B64Url.Encode(ballot.Ballot)[..60]),
            Encoding.UTF8.GetBytes(Convert.ToBase64String(ballot.Ballot)[..60]), ballot.Ballot,
        ];
        return traces.Where(t => bytes.AsSpan().IndexOf(t) >= 0).Select(t => $"{where}: {Encoding.UTF8.GetString(t)}");
    }
}
