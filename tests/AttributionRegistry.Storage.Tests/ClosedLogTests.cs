using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

/// <summary>The writer appends nothing behind the entry that closes the log, in the same batch, later, or after a restart.</summary>
public sealed class ClosedLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_appended_behind_the_closing_entry_and_rows_beside_the_log_still_are()
    {
        SignedHead head;
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            head = (await store.CommitAsync(Closing())).Head;

            await Refused(store, Stores.Append("case-1", 1));
            (await store.Writer.CommitAsync(new CommitRequest([], rows => rows.Execute("UPDATE instance SET value = value")))).Should().BeOfType<CommitResult.Committed>();
        }

        using var again = Stores.Open(_folder.Path);
        again.LogKeys.Closure!.Entry.Should().Be(head.Size - 1);
        await Refused(again, Stores.Append("case-2", 0));
        again.Events.Head.Checkpoint.Should().Be(head.Checkpoint);
        again.Writer.Health.Accepting.Should().BeTrue();
    }

    [Fact]
    public async Task Of_many_commits_at_once_none_lands_behind_the_closing_entry()
    {
        using var store = Stores.Open(_folder.Path);

        var others = Enumerable.Range(0, 40).Select(n => store.Writer.CommitAsync(Stores.Append($"case-{n}", 0))).ToList();
        var closing = store.CommitAsync(Closing());
        others.AddRange(Enumerable.Range(40, 40).Select(n => store.Writer.CommitAsync(Stores.Append($"case-{n}", 0))));
        var closed = (await closing).Leaves[0].Index;
        await Task.WhenAll(others).ContinueWith(_ => { }, TaskScheduler.Default);

        store.Events.Head.Size.Should().Be(closed + 1);
        others.Should().OnlyContain(other => other.IsCompletedSuccessfully || other.Exception!.InnerException is LogClosedException);
    }

    [Fact]
    public async Task An_act_that_closes_the_log_and_goes_on_is_undone_whole()
    {
        using var store = Stores.Open(_folder.Path);

        await Refused(store, new CommitRequest([.. Closing().Appends, .. Stores.Append("case-1", 0).Appends]));

        store.LogKeys.Closure.Should().BeNull();
        (await store.CommitAsync(Stores.Append("case-1", 0))).Head.Size.Should().Be(1);
    }

    private static Task Refused(RegistryStore store, CommitRequest request) =>
        store.Awaiting(s => s.Writer.CommitAsync(request)).Should().ThrowAsync<LogClosedException>();

    private static CommitRequest Closing() => Stores.Append(
        LogKeyHistory.Subject, 0, Stores.Event(new JsonObject { ["code"] = "keyCompromised" }) with { Type = LogKeyHistory.ClosedType });
}
