using System.Net;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Doctor;
using AttributionRegistry.Server.Recovery;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Recovery;

/// <summary>A database restored from an older backup, completed from a mirror.</summary>
public sealed class RecoverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private string Keys => Path.Combine(_folder, "data-keys");

    private string Mirror => Path.Combine(_folder, "mirror");

    private string Database => Path.Combine(Data, "registry.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_restored_older_database_takes_its_missing_entries_from_a_mirror_and_the_same_tree_goes_on()
    {
        var (lost, incident) = await LoseAsync();

        // The loss: reading goes on, nothing is written.
        var readOnly = await RunningRegistry.StartAsync(_folder);
        readOnly.Core.Store.Writer.Health.Reason.Should().Contain("older backup");
        await readOnly.StopAsync();

        var (code, said) = await RecoverAsync(Mirror);

        code.Should().Be(0, said);
        said.Should().Contain($"{lost.Missing} are missing").And.Contain("person.created of").And.Contain(", sealed").And.Contain("states the loss");
        (await DoctorAsync()).Code.Should().Be(0, (await DoctorAsync()).Output);

        var registry = await RunningRegistry.StartAsync(_folder);
        registry.Core.Store.Writer.Health.Accepting.Should().BeTrue();
        registry.Core.Store.Events.Head.Size.Should().Be(lost.Size + 1, "the entry that states the loss");
        registry.State(incident).Should().NotBeNull("what the backup had is there");
        var (_, client) = await registry.NewPersonAsync(Role.Analyst);
        (await client.GetAsync("/v1/me")).StatusCode.Should().Be(HttpStatusCode.OK);
        await registry.SetPolicyAsync(policy => policy with { IndicativeRoundFirst = true }); // a record that lost an act: its chain goes on behind it

        // Whoever kept the head of before sees the same tree, grown.
        var (audit, report) = await CommandAsync("log", "audit", registry.Address, "--since", Path.Combine(Mirror, "log", "checkpoint"));
        audit.Should().Be(0, report);
        (await CommandAsync("mirror", registry.Address, Mirror)).Code.Should().Be(0);
        await registry.StopAsync();
        (await DoctorAsync()).Code.Should().Be(0);

        (await RecoverAsync(Mirror)).Said.Should().Contain("Nothing is missing");
    }

    [Fact]
    public async Task A_copy_that_lacks_what_was_signed_completes_nothing()
    {
        await LoseAsync(mirrorBeforeTheEnd: true);
        var before = await File.ReadAllBytesAsync(Database);

        var (code, said) = await RecoverAsync(Mirror);

        code.Should().Be(1);
        said.Should().Contain("the last ones are not there");
        (await File.ReadAllBytesAsync(Database)).Should().Equal(before);
    }

    [Fact]
    public async Task A_recovery_that_was_cut_short_lets_no_server_start_and_is_finished_by_the_next()
    {
        var (lost, _) = await LoseAsync();
        using (var recovery = LogRecovery.Open(Data, Keys, RunningRegistry.Noon))
        {
            var tail = await TailAsync(recovery);
            recovery.Restore(tail.Entries, tail.Root).Should().HaveCount((int)lost.Missing);
        }

        var start = () => RunningRegistry.StartAsync(_folder);
        await start.Should().ThrowAsync<StoreRefusedException>().WithMessage("*cut short*");

        (await RecoverAsync(Mirror)).Code.Should().Be(0);
        await (await RunningRegistry.StartAsync(_folder)).StopAsync();
    }

    [Fact]
    public async Task Values_that_are_gone_without_the_log_saying_so_are_a_fault_for_the_doctor()
    {
        await (await RunningRegistry.StartAsync(_folder)).StopAsync();
        var registry = await RunningRegistry.StartAsync(_folder);
        await registry.NewPersonAsync(Role.Analyst);
        await registry.StopAsync();
        Sql("DROP TRIGGER event_no_update; UPDATE event SET body = '' WHERE idx = 1");

        var (code, output) = await DoctorAsync();

        code.Should().Be(1);
        output.Should().Contain("what entry 1 recorded is gone, and the log does not say that it was lost");
    }

    /// <summary>A registry with acts, sealed and open ones; a backup; more acts; a mirror; the backup restored.</summary>
    private async Task<((long Size, long Missing) Lost, IncidentId Incident)> LoseAsync(bool mirrorBeforeTheEnd = false)
    {
        var registry = await RunningRegistry.StartAsync(_folder);
        var opened = await EvidenceCase.OpenAsync(registry);
        await opened.SealedAsync([1, 2, 3]);
        var known = registry.Core.Store.Events.Head.Size;
        await registry.StopAsync();
        File.Copy(Database, Path.Combine(_folder, "backup.db"));

        registry = await RunningRegistry.StartAsync(_folder);
        await registry.NewPersonAsync(Role.Custodian);
        await registry.SetPolicyAsync(policy => policy with { IndicativeRoundFirst = false });
        await new EvidenceCase(registry, opened.Incident).SealedAsync([4, 5, 6]);
        if (mirrorBeforeTheEnd)
        {
            (await CommandAsync("mirror", registry.Address, Mirror)).Code.Should().Be(0);
            await registry.NewPersonAsync(Role.Auditor);
        }
        else
        {
            var (code, said) = await CommandAsync("mirror", registry.Address, Mirror);
            code.Should().Be(0, said);
        }

        var size = registry.Core.Store.Events.Head.Size;
        await registry.StopAsync();
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");
        File.Copy(Path.Combine(_folder, "backup.db"), Database, overwrite: true);
        return ((size, size - known), opened.Incident);
    }

    private async Task<(int Code, string Said)> RecoverAsync(string from)
    {
        using var said = new StringWriter();
        return (await RecoverCommand.RunAsync(["--data", Data, "--keys", Keys, "--from", from], said, said, new FakeTimeProvider(RunningRegistry.Noon), default), said.ToString());
    }

    private async Task<(int Code, string Output)> DoctorAsync()
    {
        using var output = new StringWriter();
        return (await DoctorCommand.RunAsync(["--data", Data, "--keys", Keys], output, output, default), output.ToString());
    }

    private static async Task<(int Code, string Said)> CommandAsync(params string[] args)
    {
        using var said = new StringWriter();
        return (await Commands.RunAsync(args, said, said, count => new byte[count], TimeProvider.System, CancellationToken.None), said.ToString());
    }

    private Task<RecoverTail> TailAsync(LogRecovery recovery) => RecoverTail.ReadAsync(
        Mirror, new KnownLog(recovery.Vkey, recovery.Size, recovery.Root, recovery.Signed.Size, recovery.Signed.Root), count => new byte[count], default);

    private void Sql(string statements)
    {
        using var raw = new SqliteConnection($"Data Source={Database};Pooling=False;Foreign Keys=False");
        raw.Open();
        raw.Execute(statements);
    }
}
