using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Cli;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Doctor;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Keys;

/// <summary>A log that is closed, and the one that goes on.</summary>
public sealed class CloseLogTests
{
    private const string NextOrigin = "next.example/log";

    [Fact]
    public async Task Two_different_operators_close_the_log_and_afterwards_nothing_is_written_and_all_is_read()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var next = new NoteSigner(NextOrigin, new byte[32]);
        var (first, second) = (registry.As(Role.Operator), (await registry.NewPersonAsync(Role.Operator)).Client);
        var analyst = registry.As(Role.Analyst);
        object ending = new { reason = "keyCompromised", successorOrigin = NextOrigin, successorVkey = next.Vkey };

        var proposed = await CloseAsync(first, ending, "k0");
        proposed.StatusCode.Should().Be(HttpStatusCode.Accepted, await proposed.Content.ReadAsStringAsync());
        await RefusedAsync(CloseAsync(first, ending), HttpStatusCode.Conflict, "second-person-required");
        (await CloseAsync(second, new { reason = "keyLost" })).StatusCode.Should().Be(HttpStatusCode.Accepted, "it is another ending, which waits anew");
        (await CloseAsync(second, ending)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await CloseAsync(first, ending, "k1")).StatusCode.Should().Be(HttpStatusCode.OK);

        var size = registry.Core.Store.Events.Head.Size;
        (await CloseAsync(first, ending, "k1")).StatusCode.Should().Be(HttpStatusCode.OK, "the same request acted before");
        var refused = await RefusedAsync(CloseAsync(second, ending), HttpStatusCode.Conflict, "log-closed");
        refused.Should().Contain(NextOrigin).And.Contain(next.Vkey);
        await RefusedAsync(first.PostAsJsonAsync("/v1/log/keys", new { reason = "too late" }), HttpStatusCode.Conflict, "log-closed");
        await RefusedAsync(analyst.PostAsJsonAsync("/v1/webhooks", new { url = "https://a.example/" }), HttpStatusCode.Conflict, "log-closed");
        registry.Core.Store.Events.Head.Size.Should().Be(size);

        var keys = await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/keys");
        keys.GetProperty("closure").GetProperty("entry").GetInt64().Should().Be(size - 1);
        keys.GetProperty("closure").GetProperty("reason").GetString().Should().Be("keyCompromised");
        Checkpoint.Open(await registry.Stranger.GetStringAsync("/log/checkpoint"), NoteVerifier.Parse(registry.Core.Store.Signer.Vkey)).Size.Should().Be(size);
        (await registry.Stranger.GetAsync("/v1/findings")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await registry.Stranger.GetStringAsync("/health/ready")).Should().Contain($"Entry {size - 1} closed this log");
        var (code, said) = await AuditAsync(registry, registry.Address);
        code.Should().Be(ExitCode.Holds, said);
        said.Should().Contain($"closed: Entry {size - 1} closed this log");
    }

    [Fact]
    public async Task A_restart_keeps_the_log_closed_and_the_doctor_says_so()
    {
        var registry = await RunningRegistry.StartAsync();
        await CloseByTwoAsync(registry, new { reason = "discontinued" });
        var head = registry.Core.Store.Events.Head;
        var folder = await registry.StopAsync();
        using var output = new StringWriter();
        await DoctorCommand.RunAsync(["--data", Path.Combine(folder, "data"), "--keys", Path.Combine(folder, "data-keys")], output, output, CancellationToken.None);
        output.ToString().Should().Contain($"Entry {head.Size - 1} closed this log (discontinued). It names no successor.");

        await using var again = await RunningRegistry.StartAsync(folder);
        again.Clock.Advance(TimeSpan.FromDays(2));
        var act = () => again.NewPersonAsync(Role.Operator);

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage("log-closed*");
        again.Core.Store.Events.Head.Checkpoint.Should().Be(head.Checkpoint);
        (await again.Stranger.GetAsync("/log/checkpoint")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_the_last_entry_could_not_take_back_is_refused_before_it_is_proposed()
    {
        await using var registry = await RunningRegistry.StartAsync();
        using var other = new NoteSigner(NextOrigin, new byte[32]);
        var by = registry.As(Role.Operator);
        var size = registry.Core.Store.Events.Head.Size;

        await RefusedAsync(CloseAsync(by, new { reason = "keyLost", successorOrigin = NextOrigin }), HttpStatusCode.UnprocessableEntity, "log-successor-incomplete");
        await RefusedAsync(CloseAsync(by, new { reason = "keyLost", successorVkey = other.Vkey }), HttpStatusCode.UnprocessableEntity, "log-successor-incomplete");
        await RefusedAsync(CloseAsync(by, new { reason = "keyLost", successorOrigin = "x.example/log", successorVkey = other.Vkey }), HttpStatusCode.UnprocessableEntity, "log-successor-key");
        await RefusedAsync(CloseAsync(by, new { reason = "keyLost", successorOrigin = NextOrigin, successorVkey = "no key" }), HttpStatusCode.UnprocessableEntity, "log-successor-key");
        await RefusedAsync(
            CloseAsync(by, new { reason = "keyLost", successorOrigin = registry.Core.Store.Signer.Name, successorVkey = registry.Core.Store.Signer.Vkey }),
            HttpStatusCode.UnprocessableEntity, "log-successor-same");
        (await CloseAsync(registry.As(Role.Custodian), new { reason = "keyLost" })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await CloseAsync(by, new { reason = "because" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);

        registry.Core.Store.LogKeys.Closure.Should().BeNull();
        registry.Core.Store.Events.ReadEntries(size, 100).Should().NotContain(leaf => System.Text.Encoding.UTF8.GetString(leaf.Entry).Contains("log.clos"));
    }

    [Fact]
    public async Task A_new_registry_goes_on_from_the_closed_log_and_a_stranger_verifies_it()
    {
        await using var old = await RunningRegistry.StartAsync();
        var (folder, vkey) = await NewKeyAsync();
        await CloseByTwoAsync(old, new { reason = "keyCompromised", successorOrigin = NextOrigin, successorVkey = vkey });
        var file = await PredecessorFileAsync(old);
        try
        {
            string[] settings = ["--Registry:LogOrigin", NextOrigin, "--Registry:Log:Predecessor", file];
            var fresh = await RunningRegistry.StartAsync(folder, false, settings);
            await using var next = await RunningRegistry.StartAsync(await fresh.StopAsync(), false, settings); // the setting may stay

            LogKeyEntry.Read(next.Core.Store.Events.ReadLeaf(0)!.Entry).Should().BeOfType<LogKeyEntry.Genesis>();
            (await next.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/keys")).GetProperty("predecessor").GetProperty("origin").GetString().Should().Be(old.Core.Store.Signer.Name);
            var (code, said) = await AuditAsync(next, next.Address, "--vkey", next.Core.Store.Signer.Vkey, "--predecessor", old.Address);
            code.Should().Be(ExitCode.Holds, said);
            said.Should().Contain($"goes on from {old.Core.Store.Signer.Name}, {old.Core.Store.Events.Head.Size} entries, closed by its last one (keyCompromised) and naming this log");
            (code, said) = await AuditAsync(old, old.Address, "--predecessor", next.Address);
            code.Should().Be(ExitCode.DoesNotHold);
            said.Should().Contain("names no predecessor");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_log_that_was_not_closed_or_names_another_successor_is_no_predecessor()
    {
        await using var open = await RunningRegistry.StartAsync();
        var file = await PredecessorFileAsync(open);
        try
        {
            await using var next = await RunningRegistry.StartAsync(null, false, "--Registry:LogOrigin", NextOrigin, "--Registry:Log:Predecessor", file);
            (await AuditAsync(next, next.Address, "--predecessor", open.Address)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.DoesNotHold && a.Said.Contains("still open"));

            using var third = new NoteSigner("third.example/log", new byte[32]);
            await CloseByTwoAsync(open, new { reason = "superseded", successorOrigin = third.Name, successorVkey = third.Vkey });
            (await AuditAsync(next, next.Address, "--predecessor", open.Address)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.DoesNotHold && a.Said.Contains("named is"));
            File.Delete(file);
            file = await PredecessorFileAsync(open);
            await using var false_ = await RunningRegistry.StartAsync(null, false, "--Registry:LogOrigin", NextOrigin, "--Registry:Log:Predecessor", file);
            (await AuditAsync(false_, false_.Address, "--predecessor", open.Address)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.DoesNotHold && a.Said.Contains("third.example/log"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_log_with_entries_or_a_checkpoint_that_does_not_verify_does_not_start()
    {
        await using var old = await RunningRegistry.StartAsync();
        var file = await PredecessorFileAsync(old);
        var used = await (await RunningRegistry.StartAsync(null, false, "--Registry:LogOrigin", NextOrigin)).StopAsync();
        try
        {
            var start = (string? folder, string origin) => RunningRegistry.StartAsync(folder, false, "--Registry:LogOrigin", origin, "--Registry:Log:Predecessor", file);
            await start.Awaiting(s => s(used, NextOrigin)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*Only an empty log*");
            await start.Awaiting(s => s(null, old.Core.Store.Signer.Name)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*new origin*");
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace($"\n{old.Core.Store.Events.Head.Size}\n", "\n9999\n", StringComparison.Ordinal));
            await start.Awaiting(s => s(null, NextOrigin)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*does not hold*");
            File.Delete(file);
            await start.Awaiting(s => s(null, NextOrigin)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*does not hold*");
        }
        finally
        {
            File.Delete(file);
            Directory.Delete(used, recursive: true);
        }
    }

    private static async Task CloseByTwoAsync(RunningRegistry registry, object ending)
    {
        (await CloseAsync(registry.As(Role.Operator), ending)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        var closed = await CloseAsync((await registry.NewPersonAsync(Role.Operator)).Client, ending);
        closed.StatusCode.Should().Be(HttpStatusCode.OK, await closed.Content.ReadAsStringAsync());
    }

    private static Task<HttpResponseMessage> CloseAsync(HttpClient client, object ending, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/log/closure") { Content = JsonContent.Create(ending) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }

    private static async Task<string> RefusedAsync(Task<HttpResponseMessage> answering, HttpStatusCode status, string code)
    {
        var answer = await answering;
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(status, text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be(code);
        return problem.GetProperty("detail").GetString()!;
    }

    // A first start on a folder that is thrown away makes the key; only its file goes on.
    private static async Task<(string Folder, string Vkey)> NewKeyAsync()
    {
        var trial = await RunningRegistry.StartAsync(null, false, "--Registry:LogOrigin", NextOrigin);
        var vkey = trial.Core.Store.Signer.Vkey;
        var folder = Directory.CreateTempSubdirectory("registry-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data-keys"));
        File.Copy(Path.Combine(trial.DataFolder + "-keys", "log.key"), Path.Combine(folder, "data-keys", "log.key"));
        await trial.DisposeAsync();
        return (folder, vkey);
    }

    // As an operator makes it: both answers of the server, one behind the other.
    private static async Task<string> PredecessorFileAsync(RunningRegistry registry)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, await registry.Stranger.GetStringAsync("/log/vkey") + await registry.Stranger.GetStringAsync("/log/checkpoint"));
        return file;
    }

    private static async Task<(int Code, string Said)> AuditAsync(RunningRegistry registry, string address, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Commands.RunAsync(["log", "audit", address, .. more], output, error, registry.Core.Entropy.Bytes, registry.Clock, CancellationToken.None);
        return (code, output.ToString() + error);
    }
}
