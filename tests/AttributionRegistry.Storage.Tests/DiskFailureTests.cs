using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;

namespace AttributionRegistry.Storage.Tests;

/// <summary>Runs alone: it exchanges open files of the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OpenFilesOfTheProcess
{
    public const string Name = "open files of the process";
}

/// <summary>The disk fails under a running writer.</summary>
[Collection(OpenFilesOfTheProcess.Name)]
public sealed class DiskFailureTests : IDisposable
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>/dev/null takes writes but not fsync (EINVAL); opened read-only it takes neither (EBADF).</summary>
    [Theory]
    [InlineData(ReadWrite, "fsync")]
    [InlineData(ReadOnly, "write")]
    public async Task After_a_failed_commit_the_writer_stops_and_a_restart_shows_a_whole_log(int mode, string what)
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            ReplaceOpenFiles("registry.db-wal", "/dev/null", mode).Should().BePositive($"the {what} must have something to fail on");

            var failing = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Failure(() => store.Writer.CommitAsync(Stores.Append($"lost-{i}", 0)))));

            failing.Should().AllBeOfType<WriterStoppedException>();
            store.Writer.Health.Accepting.Should().BeFalse();
            store.Writer.Health.Reason.Should().Contain("Check the disk and restart");
            store.Events.Head.Size.Should().Be(1, "nothing that is not durable is published");
            (await Failure(() => store.Writer.CommitAsync(Stores.Append("later", 0)))).Should().BeOfType<WriterStoppedException>();
        }

        using var again = Stores.Open(_folder.Path);
        again.Writer.Health.Should().Be(WriterHealth.Healthy);
        again.Events.ReadStream("case-1").Should().ContainSingle();
        (await again.CommitAsync(Stores.Append("case-1", 1))).Leaves[0].Index.Should().Be(again.Events.Head.Size - 1);
    }

    [Fact]
    public async Task A_full_disk_fails_the_commit_and_the_next_one_goes_on_when_there_is_room()
    {
        using var store = Stores.Open(_folder.Path);
        await store.CommitAsync(Stores.Append("case-1", 0) with { Rows = rows => rows.Query<long>("PRAGMA max_page_count = 1") });
        var large = Stores.Event(new JsonObject { ["x"] = new string('x', 7000) });
        var events = Enumerable.Repeat(large, 100).ToArray();

        var full = await Failure(() => store.Writer.CommitAsync(Stores.Append("case-2", 0, events)));

        full!.Message.Should().Contain("full");
        store.Events.Head.Size.Should().Be(1);
        var room = await Failure(() => store.Writer.CommitAsync(new CommitRequest([], rows => rows.Query<long>("PRAGMA max_page_count = 1000000"))));
        room.Should().BeNull();
        (await store.CommitAsync(Stores.Append("case-2", 0, events))).Head.Size.Should().Be(101);
        store.Events.ReadEntries(0, 200).Should().HaveCount(101);
    }

    [Fact]
    public async Task When_the_signers_state_cannot_be_written_the_commit_stands_and_the_writer_stops()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            ReplaceOpenFiles("signer.state", "/dev/null", ReadOnly).Should().Be(1);

            await store.CommitAsync(Stores.Append("case-1", 0));

            store.Writer.Health.Reason.Should().Contain("signer's state");
            (await Failure(() => store.Writer.CommitAsync(Stores.Append("case-1", 1)))).Should().BeOfType<WriterStoppedException>();
        }

        using var again = Stores.Open(_folder.Path);
        again.Events.ReadStream("case-1").Should().ContainSingle();
    }

    private static async Task<Exception?> Failure(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>Puts another file behind the descriptors that this process holds on a file of the store.</summary>
    private int ReplaceOpenFiles(string name, string replacement, int mode)
    {
        var other = Open(replacement, mode);
        var replaced = 0;
        foreach (var link in Directory.GetFiles("/proc/self/fd"))
        {
            if (Target(link) is { } target
                && target.FullName.StartsWith(_folder.Path, StringComparison.Ordinal) && target.Name == name)
            {
                Dup2(other, int.Parse(Path.GetFileName(link))).Should().BePositive();
                replaced++;
            }
        }

        Close(other).Should().Be(0);
        return replaced;
    }

    /// <summary>Null where the descriptor was closed since it was listed; the store's own stay open.</summary>
    private static FileSystemInfo? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Dup2(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
