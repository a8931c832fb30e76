using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Tests.LogServing;

/// <summary>The log over HTTP as mirrors and caches meet it (C2SP tlog-tiles).</summary>
public sealed class LogServingTests
{
    private const string Forever = "public, max-age=31536000, immutable";

    [Fact]
    public async Task The_checkpoint_is_fresh_for_two_seconds_and_costs_nothing_while_it_stays_the_same()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var first = await registry.Stranger.GetAsync("/log/checkpoint");

        first.Content.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
        first.Headers.CacheControl!.ToString().Should().Be("public, max-age=2");
        first.Headers.ETag!.IsWeak.Should().BeFalse();
        using var again = await GetAsync(registry, first.Headers.ETag);
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
        again.Headers.ETag.Should().Be(first.Headers.ETag);
        again.Headers.CacheControl!.ToString().Should().Be("public, max-age=2");
        (await again.Content.ReadAsByteArrayAsync()).Should().BeEmpty();

        await GrowAsync(registry, registry.Core.Store.Events.Head.Size + 1);
        using var grown = await GetAsync(registry, first.Headers.ETag);
        grown.StatusCode.Should().Be(HttpStatusCode.OK);
        grown.Headers.ETag.Should().NotBe(first.Headers.ETag);
        (await grown.Content.ReadAsStringAsync()).Should().Be(registry.Core.Store.Events.Head.Checkpoint);
    }

    [Theory]
    [InlineData("checkpoint", "text/plain; charset=utf-8")]
    [InlineData("vkey", "text/plain; charset=utf-8")]
    [InlineData("tile/0/000", "application/octet-stream")]
    [InlineData("tile/entries/000.p/7", "application/octet-stream")]
    public async Task HEAD_says_what_GET_would_say_and_sends_no_body(string path, string type)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await GrowAsync(registry, 257);
        using var get = await registry.Stranger.GetAsync($"/log/{path}");
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/log/{path}");
        using var head = await registry.Stranger.SendAsync(request);

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentType!.ToString().Should().Be(type).And.Be(get.Content.Headers.ContentType!.ToString());
        head.Headers.CacheControl!.ToString().Should().Be(get.Headers.CacheControl!.ToString());
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_tile_is_for_ever_and_comes_as_it_is_whatever_encoding_is_offered()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await GrowAsync(registry, 300);
        foreach (var path in new[] { "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/log/{path}");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");
            request.Headers.Add("Origin", "https://elsewhere.example");
            using var answer = await registry.Stranger.SendAsync(request);

            answer.StatusCode.Should().Be(HttpStatusCode.OK, path);
            answer.Headers.CacheControl!.ToString().Should().Be(Forever);
            answer.Content.Headers.ContentEncoding.Should().BeEmpty();
            answer.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal(["*"]);
        }
    }

    [Fact]
    public async Task A_partial_tile_stays_when_it_is_full_and_is_the_beginning_of_the_full_one()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await GrowAsync(registry, 200);
        var hashes = await BytesAsync(registry, "tile/0/000.p/200");
        var entries = await BytesAsync(registry, "tile/entries/000.p/200");
        (await StatusAsync(registry, "tile/0/000")).Should().Be(HttpStatusCode.NotFound, "it is not full yet");
        (await StatusAsync(registry, "tile/0/000.p/201")).Should().Be(HttpStatusCode.NotFound, "no checkpoint covers it yet");

        await GrowAsync(registry, 256);

        (await BytesAsync(registry, "tile/0/000.p/200")).Should().Equal(hashes);
        (await BytesAsync(registry, "tile/entries/000.p/200")).Should().Equal(entries);
        (await BytesAsync(registry, "tile/0/000")).Should().HaveCount(256 * 32).And.StartWith(hashes);
        (await BytesAsync(registry, "tile/entries/000")).Should().StartWith(entries);
    }

    [Fact]
    public async Task A_tile_beyond_the_checkpoint_is_a_problem_that_no_cache_keeps()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var answer = await registry.Stranger.GetAsync("/log/tile/0/x001/234");

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        answer.Headers.CacheControl!.ToString().Should().Be("no-store");
    }

    [SharedVectorsFact]
    public async Task Every_vector_of_tile_paths_holds_over_HTTP()
    {
        var vectors = SharedVectors.Log("tlog-tiles-paths.json");
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var shape in vectors["treeShapes"]!.AsArray().OrderBy(shape => (long)shape!["size"]!))
        {
            var size = (long)shape!["size"]!;
            if (size == 0)
            {
                Tiles.Exists(TilePath.Hashes(0, 0, 1), 0).Should().BeFalse("an instance never serves an empty log: its policy is its first entry");
                continue;
            }

            await GrowAsync(registry, size);
            foreach (var (name, tiles) in shape["tiles"]!.AsObject())
            {
                await ShapeAsync(registry, name["level".Length..], (long)tiles!["full"]!, (int)tiles["partialWidth"]!, size);
            }
        }

        var last = registry.Core.Store.Events.Head.Size;
        foreach (var vector in vectors["index"]!.AsArray())
        {
            var (n, path) = ((long)vector!["n"]!, (string)vector["path"]!);
            (await StatusAsync(registry, $"tile/0/{path}")).Should().Be((n + 1) * 256 <= last ? HttpStatusCode.OK : HttpStatusCode.NotFound, path);
            TilePath.IndexPath(n).Should().Be(path);
        }

        foreach (var path in vectors["badPaths"]!.AsArray().Select(bad => (string)bad!))
        {
            (await StatusAsync(registry, path)).Should().Be(HttpStatusCode.NotFound, path);
        }
    }

    private static async Task ShapeAsync(RunningRegistry registry, string level, long full, int width, long size)
    {
        string Path(long index, int partial) => $"tile/{level}/{TilePath.IndexPath(index)}{(partial == 0 ? "" : $".p/{partial}")}";
        if (full > 0)
        {
            (await StatusAsync(registry, Path(full - 1, 0))).Should().Be(HttpStatusCode.OK, "size {0}", size);
        }

        (await StatusAsync(registry, Path(full, 0))).Should().Be(HttpStatusCode.NotFound, "size {0}", size);
        if (width > 0)
        {
            (await BytesAsync(registry, Path(full, width))).Should().HaveCount(32 * width);
        }

        if (width < 255)
        {
            (await StatusAsync(registry, Path(full, width + 1))).Should().Be(HttpStatusCode.NotFound, "size {0}", size);
        }
    }

    private static Task<HttpResponseMessage> GetAsync(RunningRegistry registry, EntityTagHeaderValue known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/log/checkpoint");
        request.Headers.IfNoneMatch.Add(known);
        return registry.Stranger.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningRegistry registry, string path)
    {
        using var answer = await registry.Stranger.GetAsync($"/log/{path}");
        return answer.StatusCode;
    }

    private static Task<byte[]> BytesAsync(RunningRegistry registry, string path) => registry.Stranger.GetByteArrayAsync($"/log/{path}");

    // Entries of no case: only their number matters here.
    private static async Task GrowAsync(RunningRegistry registry, long size)
    {
        const string Stream = "padding";
        var store = registry.Core.Store;
        var version = store.Events.Last(Stream)?.Version ?? 0;
        NewEvent[] events = [.. Enumerable.Range(0, (int)(size - store.Events.Head.Size)).Select(_ =>
            new NewEvent("test.padding", 1, null, registry.Now, "{}", false, new JsonObject(), [], []))];
        (await store.Writer.CommitAsync(new CommitRequest([new StreamAppend(Stream, version, events)]))).Should().BeOfType<CommitResult.Committed>();
        store.Events.Head.Size.Should().Be(size);
    }
}
