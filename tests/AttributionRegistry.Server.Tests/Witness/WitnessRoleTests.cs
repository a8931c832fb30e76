using System.Net;
using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Witness;
using AttributionRegistry.Storage;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>The witness role over HTTP: each answer of the specification, its memory over restarts, its limits.</summary>
public sealed class WitnessRoleTests : IAsyncLifetime
{
    private static readonly MerkleTree Tree = TestLog.Tree(300);
    private static readonly MerkleTree Fork = TestLog.Tree(300, forked: 50);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private RunningWitness _witness = null!;

    public async Task InitializeAsync() => _witness = await RunningWitness.StartAsync("witness.example/w1", _clock, TestLog.Signer.Vkey);

    public async Task DisposeAsync() => await _witness.DisposeAsync();

    [Fact]
    public async Task A_log_is_cosigned_from_nothing_on_and_monitors_read_what_was_cosigned()
    {
        (await _witness.Client.GetAsync(RunningWitness.MonitoringPath(TestLog.Origin))).StatusCode.Should().Be(HttpStatusCode.NotFound, "nothing is cosigned yet");
        await CosignedAsync(0, 100);
        await CosignedAsync(100, 120);
        using var monitored = await _witness.Client.GetAsync(RunningWitness.MonitoringPath(TestLog.Origin));
        monitored.Content.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
        var note = SignedNote.Parse(await monitored.Content.ReadAsStringAsync());
        Checkpoint.Open(note.ToString(), NoteVerifier.Parse(TestLog.Signer.Vkey)).Size.Should().Be(120);
        CosignatureV1.Verify(note, NoteVerifier.Parse(_witness.Vkey)).Should().Be(_clock.GetUtcNow().ToUnixTimeSeconds());
        (await _witness.Client.GetStringAsync("/vkey")).Should().Be(_witness.Vkey + "\n");
        (await _witness.Client.GetAsync(RunningWitness.MonitoringPath("elsewhere.example/log"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_same_size_again_gives_a_fresh_time()
    {
        var first = await CosignedAsync(0, 100);
        _clock.Advance(TimeSpan.FromMinutes(10));
        (await CosignedAsync(100, 100)).Should().Be(first + 600);
    }

    [Fact]
    public async Task Every_refusal_has_the_status_that_the_specification_gives_it()
    {
        await CosignedAsync(0, 100);
        using var stranger = new NoteSigner(TestLog.Origin, new byte[32]);
        using var elsewhere = new NoteSigner("elsewhere.example/log", new byte[32]);

        (await _witness.AskAsync(100, [], new Checkpoint("elsewhere.example/log", 0, Rfc6962.EmptyRoot).Sign(elsewhere))).Status.Should().Be(HttpStatusCode.NotFound);
        (await _witness.AskAsync(100, [], new Checkpoint(TestLog.Origin, 120, Tree.RootAt(120)).Sign(stranger))).Status.Should().Be(HttpStatusCode.Forbidden);
        (await _witness.AskAsync(121, [], Tree.Checkpoint(120))).Status.Should().Be(HttpStatusCode.BadRequest);
        foreach (var old in new long[] { 0, 99, 110 })
        {
            (await _witness.AskAsync(old, Tree.ConsistencyProof(old, 120), Tree.Checkpoint(120))).Should().Be((HttpStatusCode.Conflict, "text/x.tlog.size", "100\n"));
        }

        (await _witness.AskAsync(100, [], Tree.Checkpoint(120))).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await _witness.AskAsync(100, [], Fork.Checkpoint(100))).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await _witness.AskAsync(100, Fork.ConsistencyProof(100, 120), Fork.Checkpoint(120))).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        await CosignedAsync(100, 120);
    }

    [Fact]
    public async Task What_is_no_request_or_too_large_is_refused_and_the_next_one_is_answered()
    {
        foreach (var body in new[] { "", "old", "old 0\n", "old 0\n\n", "{}", "\0" })
        {
            (await _witness.Client.PostAsync("/add-checkpoint", new StringContent(body))).StatusCode.Should().Be(HttpStatusCode.BadRequest, body);
        }

        (await _witness.Client.PostAsync("/add-checkpoint", new ByteArrayContent([0xff, 0xfe]))).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _witness.Client.PostAsync("/add-checkpoint", new ByteArrayContent(new byte[WitnessApp.MaxBodyBytes + 1]))).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await _witness.Client.GetAsync("/add-checkpoint")).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        await CosignedAsync(0, 100);
    }

    [Fact]
    public async Task Signatures_of_strangers_and_earlier_cosignatures_in_the_note_are_ignored()
    {
        using var other = NoteSigner.Witness("other.example/w", new byte[32]);
        var note = Tree.Checkpoint(100) + CosignatureV1.Sign(other, SignedNote.Parse(Tree.Checkpoint(100)).Text, 1);
        (await _witness.AskAsync(0, [], note)).Status.Should().Be(HttpStatusCode.OK);
        (await _witness.Client.GetStringAsync(RunningWitness.MonitoringPath(TestLog.Origin))).Should().NotContain("other.example").And.Contain("witness.example/w1");
    }

    [Fact]
    public async Task A_witness_that_was_stopped_remembers_and_keeps_its_key()
    {
        await CosignedAsync(0, 100);
        var key = _witness.Vkey;
        await _witness.StopAsync();
        await _witness.ComeBackAsync();
        _witness.Vkey.Should().Be(key);
        (await _witness.AskAsync(0, [], Fork.Checkpoint(120))).Should().Be((HttpStatusCode.Conflict, "text/x.tlog.size", "100\n"));
        await CosignedAsync(100, 120);
    }

    [Fact]
    public async Task The_key_is_for_its_owner_only_and_apart_from_the_memory()
    {
        var key = Path.Combine(_witness.Settings.KeysFolder, WitnessState.KeyFileName);
        File.GetUnixFileMode(key).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        new FileInfo(key).Length.Should().Be(32);
        await _witness.StopAsync();
        Opening(o => o with { KeysFolder = Path.Combine(o.StateFolder, "keys") }).Should().Throw<StoreRefusedException>().WithMessage("*inside*");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Opening().Should().Throw<StoreRefusedException>().WithMessage("*0600*");
    }

    [Fact]
    public async Task A_witness_without_its_memory_its_key_or_its_name_does_not_start()
    {
        await CosignedAsync(0, 100);
        Opening().Should().Throw<StoreRefusedException>().WithMessage("*in use*");
        await _witness.StopAsync();
        Opening(o => o with { Name = "witness.example/other" }).Should().Throw<StoreRefusedException>().WithMessage("*witness.example/w1*");
        Opening(o => o with { KeysFolder = o.KeysFolder + "-lost" }).Should().Throw<StoreRefusedException>().WithMessage("*missing*");
        // A new memory under the old key would cosign any second tree; the marks beside the key are the way out.
        Opening(o => o with { StateFolder = o.StateFolder + "-lost" }).Should().Throw<StoreRefusedException>().WithMessage("*memory*missing*--recover-memory*");
        Opening(o => o with { StateFolder = o.StateFolder + "-lost", RecoverMemory = true }).Should().NotThrow();
        await _witness.ComeBackAsync();
        await CosignedAsync(100, 120);
    }

    [Fact]
    public async Task Of_many_contradictory_requests_at_once_one_tree_wins_and_every_cosignature_is_of_it()
    {
        await CosignedAsync(0, 40);
        var answers = await Task.WhenAll(Enumerable.Range(0, 48).Select(async i =>
        {
            var (tree, size) = (i % 2 == 0 ? Tree : Fork, 51 + (i % 24));
            var answer = await _witness.AskAsync(40, tree.ConsistencyProof(40, size), tree.Checkpoint(size));
            return (tree, size, answer.Status);
        }));

        answers.Select(a => a.Status).Should().OnlyContain(s => s == HttpStatusCode.OK || s == HttpStatusCode.Conflict);
        answers.Where(a => a.Status == HttpStatusCode.OK).Should().ContainSingle("all others asked from a size that had passed");
    }

    [Fact]
    public void Wrong_use_is_told_with_what_is_missing()
    {
        var log = TestLog.Signer.Vkey;
        Parsing("--name", "w", "--log", log).Should().Throw<Cli.UsageException>().WithMessage("*--state*");
        Parsing("--state", "s", "--log", log).Should().Throw<Cli.UsageException>().WithMessage("*--name*");
        Parsing("--state", "s", "--name", "w").Should().Throw<Cli.UsageException>().WithMessage("*--log*");
        Parsing("--state", "s", "--name", "w w", "--log", log).Should().Throw<Cli.UsageException>().WithMessage("*'w w'*");
        Parsing("--state", "s", "--name", "w", "--log", "x").Should().Throw<Cli.UsageException>().WithMessage("--log*");
        Parsing("--state", "s", "--name", "w", "--log").Should().Throw<Cli.UsageException>();
        Parsing("--state", "s", "--name", "w", "--log", _witness.Vkey).Should().Throw<Cli.UsageException>().WithMessage("*witness's*");
        Parsing("--state", "s", "--name", "w", "--log", log, "--listen", "5090").Should().Throw<Cli.UsageException>();
        Parsing("--state", "s", "--name", "w", "--log", log, "--forget", "x").Should().Throw<Cli.UsageException>();
        var parsed = WitnessSettings.Parse(["--state", "/tmp/s", "--name", "w", "--log", log]);
        parsed.Listen.Should().Be("http://127.0.0.1:5090");
        parsed.KeysFolder.Should().Be("/tmp/s-keys");
        parsed.RecoverMemory.Should().BeFalse();
        WitnessSettings.Parse(["--state", "/tmp/s", "--recover-memory", "--name", "w", "--log", log]).RecoverMemory.Should().BeTrue();
    }

    private static Action Parsing(params string[] args) => () => WitnessSettings.Parse(args);

    private Action Opening(Func<WitnessOptions, WitnessOptions>? change = null)
    {
        var options = new WitnessOptions(_witness.Settings.StateFolder, _witness.Settings.KeysFolder, _witness.Settings.Name, count => new byte[count]);
        return () => WitnessState.Open(change?.Invoke(options) ?? options).Dispose();
    }

    private async Task<long> CosignedAsync(long old, long size)
    {
        var (status, _, lines) = await _witness.AskAsync(old, Tree.ConsistencyProof(old, size), Tree.Checkpoint(size));
        status.Should().Be(HttpStatusCode.OK, lines);
        return CosignatureV1.Verify(SignedNote.Parse(Tree.Checkpoint(size) + lines), NoteVerifier.Parse(_witness.Vkey));
    }
}
