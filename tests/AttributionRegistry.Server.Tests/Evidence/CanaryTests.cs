using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>A thousand secrets go through the real server; none is found at rest, in temporary files or in what it prints.</summary>
public sealed class CanaryTests : IDisposable
{
    private const int Items = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly Canaries _canaries = new(20260101);

    private string Temporary => Path.Combine(_folder, "tmp");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_secret_of_a_case_is_at_rest_in_temporary_files_or_in_the_servers_output()
    {
        Directory.CreateDirectory(Temporary);
        var given = await GiveAsync();
        var (server, address) = await ServerProcess.StartAsync(Path.Combine(_folder, "data"), Temporary);
        await using (server)
        {
            var shown = await SubmitAsync(given, address);

            _canaries.Count.Should().BeGreaterThanOrEqualTo(1000);
            _canaries.AnyIn(shown).Should().BeTrue("they are in the record, and whoever may read it gets them");
            await File.WriteAllTextAsync(Path.Combine(Temporary, "planted"), Secret());
            Leaks().Should().Equal("tmp/planted");
            File.Delete(Path.Combine(Temporary, "planted"));
            Leaks().Should().BeEmpty("the server runs, and its write-ahead log is there");
            File.Exists(Path.Combine(_folder, "data", "registry.db-wal")).Should().BeTrue();
            await server.StopAsync();
            Leaks().Should().BeEmpty("the server has stopped");
            _canaries.AnyIn(Encoding.UTF8.GetBytes(server.Printed)).Should().BeFalse();
            server.Printed.Should().Contain("listens on");
        }
    }

    [Fact]
    public void A_secret_is_found_in_any_form_at_any_place()
    {
        var canary = _canaries.Next();

        foreach (var form in Canaries.Forms(canary))
        {
            _canaries.AnyIn([1, 2, 3, .. form, 4, 5]).Should().BeTrue();
        }

        for (var before = 0; before < 3; before++)
        {
            var text = $"{new string('x', before)}{canary} and more";
            _canaries.AnyIn(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)))).Should().BeTrue();
        }

        _canaries.AnyIn(Encoding.UTF8.GetBytes(canary[5..21])).Should().BeTrue("a piece is a leak too");
        _canaries.AnyIn(Encoding.UTF8.GetBytes(canary.ToUpperInvariant())).Should().BeFalse();
    }

    /// <summary>People with keys, a case that takes evidence and one that takes replies; made by the same server in this process.</summary>
    private async Task<Given> GiveAsync()
    {
        var registry = await RunningRegistry.StartAsync(_folder);
#pragma warning disable RS0030 // The other process lives by the real clock, and keys expire.
        var now = TimeProvider.System.GetUtcNow();
#pragma warning restore RS0030
        registry.Clock.Advance(now > registry.Now ? now - registry.Now : TimeSpan.Zero);
        var collecting = await OpenAsync(registry);
        var replying = await registry.IncidentAtAsync(Stage.Replying);
        var (party, partyClient) = await registry.NewPersonAsync(Role.NamedParty);
        await registry.GivenAsync(
            replying, registry.CallerOf(Role.Registrar),
            new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"), new CaseEvent.Served(registry.Core.Entropy.NewId<ServiceId>(), party.Id, null, [ServedDocument.Notice], "courier", null));
        var given = new Given(
            collecting.Incident, replying, Key(registry.As(Role.Analyst)), Key(registry.As(Role.Custodian)), Key(partyClient));
        await registry.StopAsync();
        return given;
    }

    /// <returns>What was read back.</returns>
    private async Task<byte[]> SubmitAsync(Given given, Uri address)
    {
        using var analyst = Client(address, given.Analyst);
        using var custodian = Client(address, given.Custodian);
        using var party = Client(address, given.Party);
        var read = new MemoryStream();
        for (var i = 0; i < Items; i++)
        {
            var item = (await analyst.PostedAsync(given.Collecting.Path("/evidence"), new
            {
                title = Secret(), kind = "file", description = Words(), interestInOutcome = Secret(), tlp = "TLP:RED", origin = Secret(), handlingCaveats = new[] { Secret() },
                sourceName = Secret(), collected = new { when = (object?)null, where = Secret(), how = "Imaged", by = Secret() },
            }))["id"]!;
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Secret() + " ", 3000)));
            await OkAsync(analyst.PutAsync($"/v1/evidence/{item}/content", new ByteArrayContent(bytes)));
            await OkAsync(custodian.PostAsJsonAsync($"/v1/evidence/{item}/admissibility", new { accepted = true, reason = Secret() }));
            await OkAsync(custodian.PostAsJsonAsync($"/v1/evidence/{item}/grades", new { source = "B", information = 2, reason = Secret() }));
            await OkAsync(analyst.PostAsJsonAsync(given.Collecting.Path("/gaps"), new { gap = Words() }));
            await OkAsync(analyst.PostAsJsonAsync(given.Collecting.Path("/claims"), new
            {
                kind = "denial", by = "CERT", date = new { value = "2020", precision = "year" }, words = Words(),
            }));
        }

        for (var i = 0; i < 10; i++)
        {
            await OkAsync(analyst.PostAsJsonAsync(given.Collecting.Path("/hypotheses"), new { statement = Words(), kinds = new[] { "state" }, level = "state" }));
            await OkAsync(party.PostAsJsonAsync(given.Replying.Path("/replies"), new { body = Words(), points = new[] { Words() } }));
        }

        // Reading must leave nothing behind either: pages, bytes, and the whole case as a bag.
        read.Write(await custodian.GetByteArrayAsync(given.Collecting.Path("/hypotheses")));
        read.Write(await custodian.GetByteArrayAsync(given.Collecting.Path("/evidence/bag")));
        read.Write(await party.GetByteArrayAsync(given.Replying.Path("/replies")));
        return read.ToArray();
    }

    private string Secret() => _canaries.Next();

    private object Words() => new { value = Secret(), lang = "en" };

    /// <summary>The files under the test's folder that hold a secret: data, keys, temporary files.</summary>
    private List<string> Leaks()
    {
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (_canaries.AnyIn(bytes) || _canaries.AnyIn(Encoding.UTF8.GetBytes(Path.GetFileName(path))))
            {
                found.Add(Path.GetRelativePath(_folder, path));
            }
        }

        return found;
    }

    private static AuthenticationHeaderValue Key(HttpClient client) => client.DefaultRequestHeaders.Authorization!;

    private static HttpClient Client(Uri address, AuthenticationHeaderValue key) => new()
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(2),
        DefaultRequestHeaders = { Authorization = key },
    };

    private sealed record Given(
        IncidentId Collecting, IncidentId Replying, AuthenticationHeaderValue Analyst, AuthenticationHeaderValue Custodian, AuthenticationHeaderValue Party);
}
