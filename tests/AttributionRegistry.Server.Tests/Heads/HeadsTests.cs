using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Heads;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Heads;

/// <summary>The entries of the log that name the ends of all chains.</summary>
public sealed class HeadsTests
{
    private static readonly string[] Daily = ["--Registry:SubjectHeadsHours", "24"];

    [Fact]
    public async Task Once_a_day_where_something_changed_the_log_names_the_ends_of_its_chains_and_a_stranger_finds_the_same()
    {
        await using var registry = await RunningRegistry.StartAsync(settings: Daily);
        var (open, opened) = await SealTwoAndOpenTheFirstAsync(registry);
        registry.Clock.Advance(TimeSpan.FromDays(1));
        await UntilAsync(registry, entries: 1);

        var (index, entry) = Entries(registry).Single();
        entry.GetProperty("type").GetString().Should().Be("subject.heads");
        var body = entry.GetProperty("body");
        body.GetProperty("size").GetInt64().Should().Be(index);
        body.GetProperty("subjects").GetInt64().Should().Be(open + 2, "the seal that was opened and what opened it can be read, the other seal cannot");
        body.GetProperty("root").GetString().Should().Be(RootBeforeTheEntry(registry, index, opened));
        (await CommandAsync(registry, "log", "audit", registry.Address)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.Holds);

        var size = registry.Core.Store.Events.Head.Size;
        registry.Clock.Advance(TimeSpan.FromDays(3));
        await QuietAsync(registry);
        registry.Core.Store.Events.Head.Size.Should().Be(size, "nothing changed but the entry itself");

        _ = registry.As(Role.Operator); // an account is made
        await UntilAsync(registry, entries: 2);
        _ = registry.As(Role.Analyst);
        await QuietAsync(registry);
        Entries(registry).Should().HaveCount(2, "the day is not over");
        var memory = Path.Combine(registry.DataFolder, "monitor");
        (await CommandAsync(registry, "log", "monitor", registry.Address, "--state", memory)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.Holds);
    }

    [Fact]
    public async Task Where_the_period_is_zero_there_is_none()
    {
        await using var registry = await RunningRegistry.StartAsync(settings: ["--Registry:SubjectHeadsHours", "0"]);
        _ = registry.As(Role.Operator);
        var size = registry.Core.Store.Events.Head.Size;

        registry.Clock.Advance(TimeSpan.FromDays(400));
        await registry.Services.GetRequiredService<HeadsKeeper>().ExecuteTask!;

        registry.Core.Store.Events.Head.Size.Should().Be(size);
    }

    [Fact]
    public async Task A_period_that_is_none_stops_the_start()
    {
        var start = () => RunningRegistry.StartAsync(settings: ["--Registry:SubjectHeadsHours", "-1"]);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*SubjectHeadsHours*");
    }

    [Fact]
    public async Task Whoever_acts_in_between_comes_first_and_the_ends_are_read_again()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var tries = 0;

        await registry.Core.RunAsync(
            Startup.Machine, registry.Now,
            session =>
            {
                var heads = AsAStranger.Audit(registry.Core).Heads();
                _ = tries++ == 0 ? registry.As(Role.Operator) : null;
                session.RequireSize(heads.Size);
                return session.Append(HeadsJournal.Definition, HeadsJournal.Stream, new HeadsEvent.Named(Convert.ToBase64String(heads.Root), heads.Size, heads.Subjects));
            },
            null, CancellationToken.None);

        tries.Should().Be(2);
        var (index, entry) = Entries(registry).Single();
        entry.GetProperty("body").GetProperty("size").GetInt64().Should().Be(index);
    }

    [Fact]
    public async Task A_registry_that_lies_about_the_ends_is_found_out_by_audit_and_monitor()
    {
        var registry = await RunningRegistry.StartAsync();
        _ = registry.As(Role.Operator);
        var size = registry.Core.Store.Events.Head.Size;
        var heads = AsAStranger.Audit(registry.Core).Heads();
        await registry.Core.RunAsync(
            Startup.Machine, registry.Now,
            session => session.Append(HeadsJournal.Definition, HeadsJournal.Stream, new HeadsEvent.Named(Convert.ToBase64String(heads.Root), size, heads.Subjects + 1)),
            null, CancellationToken.None);

        foreach (var command in new[] { new[] { "audit" }, ["monitor", "--state", Path.Combine(registry.DataFolder, "monitor")] })
        {
            var (code, said) = await CommandAsync(registry, ["log", command[0], registry.Address, .. command[1..]]);
            code.Should().Be(ExitCode.DoesNotHold);
            said.Should().Contain($"heads: entry {size}: ");
        }

        await registry.Awaiting(each => each.DisposeAsync().AsTask()).Should().ThrowAsync<LogAuditException>();
    }

    // Two acts that the log hides; then the first is shown. How many chains were open before, and the leaf of the one that was opened.
    private static async Task<(long Open, byte[] Opened)> SealTwoAndOpenTheFirstAsync(RunningRegistry registry)
    {
        const string stream = "cover:test";
        var events = registry.Core.Store.Events;
        var open = AsAStranger.Audit(registry.Core).Subjects;
        await RawAsync(registry, stream, Sealed(), Sealed());
        var hidden = events.ReadSealed(stream)[0];
        await RawAsync(registry, $"unsealed:{stream}", new NewEvent(
            "unsealed", 1, null, registry.Now, "{}", false,
            new JsonObject { ["index"] = hidden.Index, ["event"] = JsonNode.Parse(hidden.EntryJson), ["salt"] = B64Url.Encode(hidden.Salt) }, [], []));
        return (open, events.ReadLeaf(hidden.Index)!.LeafHash);

        NewEvent Sealed() => new("cover", 1, null, registry.Now, "{}", true, [], registry.Core.Entropy.Bytes(Commitments.SaltSize), []);
    }

    private static Task RawAsync(RunningRegistry registry, string stream, params NewEvent[] events) => registry.Core.RunAsync(
        Startup.Machine, registry.Now,
        session =>
        {
            events.ToList().ForEach(each => session.AppendRaw(stream, each));
            return null;
        },
        null, CancellationToken.None);

    // From the entries alone: what is plain ends its chain, and of the covered chain the first entry does.
    private static string RootBeforeTheEntry(RunningRegistry registry, long index, byte[] opened)
    {
        var ends = new Dictionary<string, (string Subject, long Seq, byte[] Leaf)> { ["cover:test"] = ("cover:test", 1, opened) };
        foreach (var leaf in registry.Core.Store.Events.ReadEntries(0, (int)index))
        {
            var entry = JsonDocument.Parse(leaf.Entry).RootElement;
            if (entry.TryGetProperty("subject", out var subject))
            {
                ends[subject.GetString()!] = (subject.GetString()!, entry.GetProperty("seq").GetInt64(), Rfc6962.LeafHash(leaf.Entry));
            }
        }

        return Convert.ToBase64String(SubjectHeads.Of(index, ends.Values).Root);
    }

    private static List<(long Index, JsonElement Entry)> Entries(RunningRegistry registry)
    {
        var size = registry.Core.Store.Events.Head.Size;
        return [.. registry.Core.Store.Events.ReadEntries(0, (int)size)
            .Select((leaf, index) => ((long)index, JsonDocument.Parse(leaf.Entry).RootElement))
            .Where(each => each.Item2.TryGetProperty("subject", out var subject) && subject.GetString() == SubjectHeads.Subject)];
    }

    private static async Task UntilAsync(RunningRegistry registry, int entries)
    {
        for (var i = 0; Entries(registry).Count < entries; i++)
        {
            i.Should().BeLessThan(600, "an entry is due");
            registry.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50);
        }
    }

    private static Task QuietAsync(RunningRegistry registry)
    {
        var keeper = registry.Services.GetRequiredService<HeadsKeeper>();
        return registry.QuietAsync(() => keeper.Looks);
    }

    private static async Task<(int Code, string Said)> CommandAsync(RunningRegistry registry, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Commands.RunAsync(args, output, error, registry.Core.Entropy.Bytes, registry.Clock, CancellationToken.None);
        return (code, output.ToString() + error);
    }
}
