using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>One server for the tests of a class; every test refers its own incident.</summary>
public sealed class EvidenceRegistry : IAsyncLifetime
{
    public RunningRegistry Running { get; private set; } = null!;

    public async Task InitializeAsync() => Running = await RunningRegistry.StartAsync();

    public async Task DisposeAsync() => await Running.DisposeAsync();
}

/// <summary>An incident that takes evidence, and short ways to do things to its items.</summary>
public sealed class EvidenceCase(RunningRegistry registry, IncidentId incident)
{
    public IncidentId Incident => incident;

    public Case State => registry.State(incident);

    public HttpClient Analyst => registry.As(Role.Analyst);

    public HttpClient Custodian => registry.As(Role.Custodian);

    public EvidenceFiles Files => registry.Core.Store.Evidence;

    public long LogSize => registry.Core.Store.Events.Head.Size;

    public static async Task<EvidenceCase> OpenAsync(RunningRegistry registry)
    {
        var incident = registry.Core.Entropy.NewId<IncidentId>();
        var facts = new IncidentFacts { Name = "Wiper in a grid", Summary = new Text("A wiper."), Sources = [new Source("https://example.org/report")] };
        await registry.DoAsync(incident, _ => new CaseCommand.Refer(incident, facts, false, VictimConsent.Given) { By = registry.CallerOf(Role.Registrar), At = registry.Now });
        var opened = new EvidenceCase(registry, incident);
        _ = (opened.Analyst, opened.Custodian); // Their accounts are events too; tests that count leaves start after them.
        await opened.HappenAsync(new CaseEvent.Moved(Stage.Referred, Stage.Collecting, Role.Registrar, "Straight to where evidence is taken."));
        return opened;
    }

    /// <summary>Puts events into the case without asking the rules: the way there is tested elsewhere.</summary>
    public async Task HappenAsync(params CaseEvent[] events)
    {
        var outcome = await registry.Core.RunAsync(
            registry.CallerOf(Role.Registrar), registry.Now,
            session => session.Append(CaseJournal.Definition, CaseJournal.Stream(incident), Decision<CaseEvent>.Accept(events)), null, default);
        outcome.Should().BeOfType<Outcome.Done>();
    }

    /// <summary>The finding is out.</summary>
    public Task PublishAsync() => HappenAsync(
        new CaseEvent.Moved(State.Stage, Stage.Adopted, Role.Chair, "Voted."),
        new CaseEvent.FindingPublished(
            registry.Core.Entropy.NewId<FindingId>(), $"AR-2026-{registry.Core.Store.Events.Head.Size:0000}", 1, VersionKind.Published, new string('a', 64), [new Text("The panel assesses.")], null, null, false,
            registry.CallerOf(Role.Registrar).Id),
        new CaseEvent.Moved(Stage.Adopted, Stage.Published, Role.Registrar, "Published."));

    public static object Description(string title = "Wiper sample", string tlp = "TLP:CLEAR") => new
    {
        title, kind = "malware", description = new { value = "Found on three hosts.", lang = "en" }, interestInOutcome = "none", tlp,
        collected = new { when = (object?)null, where = "Control room", how = "Imaged", by = "Jane Doe" },
    };

    public async Task<EvidenceId> SubmitAsync(string tlp = "TLP:CLEAR")
    {
        var answer = await Analyst.PostAsJsonAsync($"/v1/incidents/{incident}/evidence", Description(tlp: tlp));
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
    }

    /// <summary>An item with bytes, accepted and released to everybody.</summary>
    public async Task<EvidenceId> SealedAsync(byte[] bytes, string tlp = "TLP:CLEAR")
    {
        var item = await SubmitAsync(tlp);
        (await PutAsync(item, bytes)).StatusCode.Should().Be(HttpStatusCode.Created);
        return item;
    }

    public async Task<EvidenceId> DisclosedAsync(byte[] bytes)
    {
        var item = await SealedAsync(bytes);
        await OkAsync(Custodian.PostAsJsonAsync($"/v1/evidence/{item}/admissibility", new { accepted = true, reason = "Fits." }));
        await OkAsync(Custodian.PostAsJsonAsync($"/v1/evidence/{item}/release", new { to = "public", reason = "The label allows it." }));
        return item;
    }

    public Task<HttpResponseMessage> PutAsync(EvidenceId item, byte[] bytes, string? contentDigest = null, HttpClient? client = null) =>
        PutAsync(item, new ByteArrayContent(bytes), contentDigest, client);

    public Task<HttpResponseMessage> PutAsync(EvidenceId item, HttpContent content, string? contentDigest = null, HttpClient? client = null)
    {
        if (contentDigest is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Digest", contentDigest);
        }

        return (client ?? Analyst).PutAsync($"/v1/evidence/{item}/content", content);
    }

    public EvidenceItem Item(EvidenceId item) => State.Find(item)!;

    public int AccessesOf(EvidenceId item) =>
        registry.Core.Load(AccessJournal.Definition, AccessJournal.Stream(item)).State?.Reads.Count ?? 0;

    /// <summary>The file of an item's bytes.</summary>
    public string PathOf(EvidenceId item) => PathOf(Blob(item)!);

    public string PathOf(string blob) => Path.Combine(registry.DataFolder, "evidence", blob[..2], blob);

    /// <summary>The id of the file that holds an item's bytes, or null.</summary>
    public string? Blob(EvidenceId item) => registry.Services.GetRequiredService<Payloads>().Find(item)?.Blob;

    /// <summary>All files of the evidence store, those that are being received among them.</summary>
    public IReadOnlyList<string> AllFiles => [.. Directory.EnumerateFiles(Path.Combine(registry.DataFolder, "evidence"), "*", SearchOption.AllDirectories)];

    public static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string Structured(byte[] bytes) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task OkAsync(Task<HttpResponseMessage> call)
    {
        var answer = await call;
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
    }

    public static async Task RefusedAsync(Task<HttpResponseMessage> call, HttpStatusCode status, string code)
    {
        var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(status, text);
        JsonDocument.Parse(text).RootElement.GetProperty("code").GetString().Should().Be(code);
    }

    public static HttpRequestMessage Ranged(EvidenceId item, long from, long to) => new(HttpMethod.Get, $"/v1/evidence/{item}/content")
    {
        Headers = { Range = new RangeHeaderValue(from, to) },
    };
}
