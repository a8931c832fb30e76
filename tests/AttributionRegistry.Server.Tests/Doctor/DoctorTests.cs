using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Doctor;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Server.Tests.Doctor;

/// <summary>The inspection of a stopped registry.</summary>
public sealed class DoctorTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private string _blob = "";
    private EvidenceId _item;

    private string Data => Path.Combine(_folder, "data");

    private string Keys => Path.Combine(_folder, "data-keys");

    private string Stored => Path.Combine(Data, "evidence", _blob[..2], _blob);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sound_registry_holds_and_nothing_of_it_is_changed()
    {
        await MakeAsync();
        var before = Snapshot();

        var (code, output, _) = await RunAsync();

        code.Should().Be(0, output);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().OnlyContain(line => line.StartsWith("ok "));
        output.Should().Contain("ok    log: ").And.Contain("1 item has its digest").And.Contain("events open").And.Contain("master key");
        output.Should().Contain("1 held by items, 1 by none");
        Snapshot().Should().Equal(before);
    }

    [Fact]
    public async Task Under_a_running_server_it_says_so_and_looks_at_nothing()
    {
        var registry = await RunningRegistry.StartAsync(_folder);

        var (code, output, error) = await RunAsync();

        code.Should().Be(3);
        output.Should().BeEmpty();
        error.Should().Contain("in use by another server");
        await registry.StopAsync();
    }

    [Fact]
    public async Task Where_no_registry_is_it_makes_none()
    {
        var (code, _, error) = await RunAsync();

        code.Should().Be(3);
        error.Should().Contain("no registry");
        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    [Fact]
    public async Task Wrong_use_is_2()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        (await DoctorCommand.RunAsync(["--date", "x"], output, error, default)).Should().Be(2);
        (await DoctorCommand.RunAsync(["x"], output, error, default)).Should().Be(2);
    }

    [Fact]
    public Task A_flipped_bit_in_a_stored_file_is_found() => FaultAsync("payloads", "damaged", () => Damage.FlipBit(Stored));

    [Fact]
    public Task A_missing_file_is_found() => FaultAsync("payloads", "its file is missing", () => File.Delete(Stored));

    [Fact]
    public Task A_missing_row_of_an_item_is_found() => FaultAsync("payloads", "should have bytes and has no file", () => Sql("DELETE FROM payload"));

    [Fact]
    public Task The_file_of_another_item_in_its_place_is_found() =>
        FaultAsync("payloads", "does not open with the key", () => Sql("UPDATE payload SET wrapped = zeroblob(60)"));

    [Fact]
    public Task An_altered_event_is_found() => FaultAsync("events", "altered or moved", () => Sql(
        "DROP TRIGGER event_no_update", "UPDATE event SET body = (SELECT body FROM event WHERE idx = 0) WHERE idx = 1"));

    [Fact]
    public Task An_altered_opening_is_found() => FaultAsync("openings", "altered or moved", () => Sql(
        "DROP TRIGGER opening_no_update", "UPDATE opening SET value = 'e1.AAAA' WHERE name = '' AND idx = (SELECT min(idx) FROM opening WHERE name = '')"));

    [Fact]
    public Task An_altered_log_entry_is_found() => FaultAsync("log", "damaged", () => Sql(
        "DROP TRIGGER log_entry_no_update", "UPDATE log_entry SET entry = zeroblob(100) WHERE idx = 2"));

    [Fact]
    public async Task A_database_older_than_what_was_signed_is_found()
    {
        await (await RunningRegistry.StartAsync(_folder)).StopAsync();
        var (database, backup) = (Path.Combine(Data, "registry.db"), Path.Combine(_folder, "backup.db"));
        File.Copy(database, backup);

        await FaultAsync("log", "older backup", () => File.Copy(backup, database, overwrite: true));
    }

    [Fact]
    public Task A_row_that_refers_to_nothing_is_found() => FaultAsync("database", "refers to no row of", () => Sql(
        "PRAGMA foreign_keys = OFF", "INSERT INTO locator (id, incident) VALUES ('evd_x', 'inc_x')"));

    [Fact]
    public Task A_key_that_others_may_read_is_found() => FaultAsync("keys", "may be used by others", () =>
        File.SetUnixFileMode(Path.Combine(Keys, "pseudonym.key"), OwnerOnly | UnixFileMode.GroupRead));

    [Fact]
    public Task A_missing_master_key_is_found_and_what_it_protects_is_not_said_to_be_sound() => FaultAsync("keys", "is missing from", () =>
        File.Delete(Directory.EnumerateFiles(Keys, "master-*.key").Single()));

    [Fact]
    public Task A_schema_of_a_newer_program_is_found() => FaultAsync("schema", "newer program", () =>
        Sql("INSERT INTO schema_migration (number, name, sha256, at_us) VALUES (9999, 'later', 'x', 0)"));

    private async Task FaultAsync(string check, string says, Action damage)
    {
        await MakeAsync();
        damage();

        var (code, output, _) = await RunAsync();

        code.Should().Be(1, output);
        output[output.IndexOf($"FAULT {check}: ", StringComparison.Ordinal)..].Should().StartWith($"FAULT {check}: ").And.Contain(says);
    }

    /// <summary>A registry with a case, one item with bytes, one erased, and a file that no item holds; stopped.</summary>
    private async Task MakeAsync()
    {
        var registry = await RunningRegistry.StartAsync(_folder);
        var opened = await EvidenceCase.OpenAsync(registry);
        _item = await opened.SealedAsync(UploadTests.Bytes(100_000, seed: 4));
        _blob = opened.Blob(_item)!;
        var erased = await opened.SealedAsync([1]);
        var path = opened.PathOf(erased);
        await opened.HappenAsync(new CaseEvent.Erased(erased, "Court order", "Ordered.", registry.CallerOf(Role.Custodian).Id));
        File.Delete(path);
        await opened.Files.StoreAsync(new MemoryStream([1]), 1, 10, null, default);
        await registry.StopAsync();
    }

    private async Task<(int Code, string Output, string Error)> RunAsync()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await DoctorCommand.RunAsync(["--data", Data, "--keys", Keys], output, error, default);
        return (code, output.ToString(), error.ToString());
    }

    private void Sql(params string[] statements)
    {
        using var raw = new SqliteConnection($"Data Source={Path.Combine(Data, "registry.db")};Pooling=False;Foreign Keys=False");
        raw.Open();
        foreach (var statement in statements)
        {
            raw.Execute(statement);
        }
    }

    // SQLite's shared memory is no part of the record, and the folder's times are not its content.
    private List<(string Path, string Digest)> Snapshot() =>
        [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith("-shm", StringComparison.Ordinal) && !p.EndsWith("-wal", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(p => (p, EvidenceCase.DigestOf(File.ReadAllBytes(p))))];
}
