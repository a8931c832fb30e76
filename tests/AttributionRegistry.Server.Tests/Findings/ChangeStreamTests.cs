using System.Net;
using System.Text.Json.Nodes;
using AttributionRegistry.Server.Changes;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Findings;

[Collection(PublishedSite.Name)]
public sealed class ChangeStreamTests(ExerciseFixture exercise)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Changes_come_as_they_happen_and_a_reader_that_was_cut_off_goes_on_where_it_was()
    {
        using var client = new HttpClient { BaseAddress = new Uri(exercise.Registry.Address) };
        var listed = (await client.GetJsonAsync("/v1/changes"))["items"]!.AsArray();
        using var first = await OpenAsync(client, null);
        first.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        using var reader = new StreamReader(await first.Content.ReadAsStreamAsync());
        foreach (var change in listed)
        {
            (await NextAsync(reader)).ToJsonString().Should().Be(change!.ToJsonString(), "the events are the items of the list");
        }

        await exercise.As("victim").PostedAsync(
            $"/v1/findings/{exercise.Loaded[1].Number}/petitions", JsonNode.Parse("""{"ground":"newEvidence","showing":{"value":"A stream.","lang":"en"}}""")!);
        var news = await NextAsync(reader);
        ((string)news["kind"]!).Should().Be("finding.status");
        using var again = await OpenAsync(client, $"{(long)listed[^1]!["logIndex"]!}");
        using var resumed = new StreamReader(await again.Content.ReadAsStreamAsync());
        (await NextAsync(resumed)).ToJsonString().Should().Be(news.ToJsonString());
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_is_alive_and_one_network_has_eight_of_them()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(registry.Address) };
        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i < ChangeStream.MostOfOneNetwork; i++)
        {
            streams.Add(await OpenAsync(client, null));
        }

        using var refused = await OpenAsync(client, null);
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.Should().NotBeNull();
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await client.GetAsync("/v1/changes")).StatusCode.Should().Be(HttpStatusCode.OK, "the list is there for everybody");

        using var reader = new StreamReader(await streams[0].Content.ReadAsStreamAsync());
        var line = reader.ReadLineAsync(CancellationToken.None).AsTask();
        while ((await line.WaitAsync(Patience)) != ": alive")
        {
            line = reader.ReadLineAsync(CancellationToken.None).AsTask();
            while (await Task.WhenAny(line, Task.Delay(10)) != line)
            {
                registry.Clock.Advance(ChangeStream.Heartbeat);
            }
        }

        streams.ForEach(s => s.Dispose());
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string? lastSeen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/changes");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastSeen is not null)
        {
            request.Headers.Add("Last-Event-ID", lastSeen);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<JsonNode> NextAsync(StreamReader reader)
    {
        var (id, kind) = ("", "");
        while (await reader.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(Patience) is { } line)
        {
            id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
            kind = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : kind;
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var data = JsonNode.Parse(line[6..])!;
                (id, kind).Should().Be(($"{(long)data["logIndex"]!}", (string)data["kind"]!));
                return data;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
