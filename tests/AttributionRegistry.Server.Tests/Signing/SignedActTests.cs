using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Signing;

/// <summary>Acts that carry the signature of whoever did them: drafted, looked at, signed, recorded.</summary>
public sealed class SignedActTests : IClassFixture<OneRegistry>
{
    private readonly RunningRegistry _registry;

    public SignedActTests(OneRegistry one) => _registry = one.Registry;

    private SignedActTests(RunningRegistry registry) => _registry = registry;

    private HttpClient Analyst => _registry.As(Role.Analyst);

    [Fact]
    public async Task A_signed_submission_stands_in_the_log_with_a_signature_that_a_stranger_verifies()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var written = await Client(Role.Analyst).PostSignedAsync(incident.Path("/evidence"), Described(), signer, null, CancellationToken.None);

        var entry = Plain(incident, (long)written["receipt"]!["leafIndex"]!);
        var (key, signature) = AuthorSignature.In(entry)!.Value;
        key.Should().Be(signer.KeyId);
        var bound = _registry.State(incident).Keys.Single();
        AuthorSignature.Verify(B64Url.Decode(bound.Spki), AuthorSignature.MessageOf(entry), signature).Should().BeTrue();
        ((string)entry["body"]!["evidence"]!).Should().Be((string)written["id"]!);
        Plain(incident, IndexOf(incident, CaseKeys.BoundType, 0))["actor"]!.GetValue<string>().Should().Be((string)entry["actor"]!, "the key is bound to the pseudonym, and to no name");
    }

    [Fact]
    public async Task A_draft_writes_nothing_and_shows_what_would_be_recorded()
    {
        var (incident, _) = await SigningAsync(Stage.Collecting);
        var (before, size) = (_registry.VersionOf(incident), _registry.Core.Store.Events.Head.Size);
        var answer = await SendAsync(incident.Path("/evidence"), Described(), "?1", null, "k1");
        var draft = await answer.JsonAsync();

        answer.StatusCode.Should().Be(HttpStatusCode.OK, draft.ToJsonString());
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/vnd.attribution-registry.draft+json");
        draft["entries"]!.AsArray().Select(e => (string)e!["type"]!).Should().Equal("evidence.received");
        AuthorSignature.Read(B64Url.Decode((string)draft["entries"]![0]!["message"]!))!["subject"]!.GetValue<string>().Should().Be(incident.Value);
        (_registry.VersionOf(incident), _registry.Core.Store.Events.Head.Size).Should().Be((before, size));
        _registry.Core.Store.Events.FindIdempotency(_registry.CallerOf(Role.Analyst).Id.Value, "k1").Should().BeNull();
    }

    [Fact]
    public async Task A_draft_is_carried_out_once_and_again_is_answered_as_before()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var draft = await DraftAsync(incident.Path("/evidence"), Described());
        var signature = signer.Sign(draft, null);
        var first = await (await SendAsync(incident.Path("/evidence"), Described(), Token(draft), signature)).JsonAsync();
        var version = _registry.VersionOf(incident);
        var again = await SendAsync(incident.Path("/evidence"), Described(), Token(draft), signature);
        again.StatusCode.Should().Be(HttpStatusCode.Created);
        ((string)(await again.JsonAsync())["id"]!).Should().Be((string)first["id"]!);
        _registry.VersionOf(incident).Should().Be(version);
    }

    [Fact]
    public async Task Another_idempotency_key_does_not_carry_a_draft_out_again()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var (draft, named) = (await DraftAsync(incident.Path("/evidence"), Described()), await (await SendAsync(incident.Path("/evidence"), Described(), "?1", null, "one")).JsonAsync());
        var first = await (await SendAsync(incident.Path("/evidence"), Described(), Token(draft), signer.Sign(draft, null), "two")).JsonAsync();
        var version = _registry.VersionOf(incident);
        var again = await (await SendAsync(incident.Path("/evidence"), Described(), Token(draft), signer.Sign(draft, null), "three")).JsonAsync();
        ((string)again["id"]!).Should().Be((string)first["id"]!);
        _registry.VersionOf(incident).Should().Be(version);
        var signature = signer.Sign(named.AsObject(), null);
        await _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described(), Token(named.AsObject()), signature, "four"), 422, "draft-mismatch");
        (await SendAsync(incident.Path("/evidence"), Described(), Token(named.AsObject()), signature, "one")).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_key_does_not_sign_the_act_that_introduces_it_and_a_draft_that_is_of_something_else_is_not_signed()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = $"/v1/people/{_registry.CallerOf(Role.Analyst).Id}/signing-keys";
        var body = new JsonObject { ["spki"] = B64Url.Encode(fresh.ExportSubjectPublicKeyInfo()) };
        var draft = await DraftAsync(path, body);
        var message = B64Url.Decode((string)draft["entries"]![0]!["message"]!);
        var id = (string)AuthorSignature.Read(message)!["body"]!["key"]!;
        var answer = await SendAsync(path, body, Token(draft), $"(:{Convert.ToBase64String(AuthorSignature.Sign(fresh, message))}:);key=\"{id}\"");
        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity, await answer.Content.ReadAsStringAsync());
        ((string)(await answer.JsonAsync())["code"]!).Should().Be("author-key-unknown");

        var submission = await DraftAsync(incident.Path("/evidence"), Described());
        FluentActions.Invoking(() => signer.Sign(submission, ["evidence.destroyed"])).Should().Throw<DraftRefusedException>();
        signer.Sign(submission, ["evidence.received"]).Should().EndWith($";key=\"{signer.KeyId}\"");
    }

    [Fact]
    public async Task The_wrong_key_the_wrong_signature_and_too_few_of_them_are_refused()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var draft = await DraftAsync(incident.Path("/evidence"), Described());
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new ActSigner(incident.Value, stranger);
        var good = signer.Sign(draft, null);
        await RefusedAsync(incident, draft, other.Sign(draft, null), 422, "author-key-unknown");
        await RefusedAsync(incident, draft, other.Sign(draft, null).Replace(other.KeyId, signer.KeyId, StringComparison.Ordinal), 422, "author-signature-invalid");
        await RefusedAsync(incident, draft, good.Replace("(:", "(:AAAA: :", StringComparison.Ordinal), 422, "author-signature-invalid");
        await RefusedAsync(incident, draft, "nonsense", 400, "signature-header-malformed");
        await _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described(), "\"nonsense\"", good), 422, "draft-mismatch", "Registry-Draft");
        await _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described("Another title"), Token(draft), good), 422, "draft-mismatch");
        await _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described(), Token(draft), good, by: Role.Registrar), 422, "draft-mismatch");
        await _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described(), null, good), 400, "signature-header-malformed", "Registry-Draft");
        (await SendAsync(incident.Path("/evidence"), Described(), Token(draft), good)).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_draft_is_good_for_five_minutes_and_no_deadline_is_outrun_with_it()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var suite = new SignedActTests(registry);
        var (incident, signer) = await suite.SigningAsync(Stage.Collecting);
        var (late, inTime) = (await suite.DraftAsync(incident.Path("/evidence"), Described()), await suite.DraftAsync(incident.Path("/gaps"), Gap, Role.Analyst));
        registry.Clock.Advance(TimeSpan.FromMinutes(4));
        // What the draft was allowed to do is decided again by what holds now.
        await registry.GivenAsync(incident, registry.CallerOf(Role.Registrar), new CaseEvent.Suspended(Stage.Collecting, "A threat."));
        await registry.RefusedAsync(incident, suite.SendAsync(incident.Path("/gaps"), Gap, Token(inTime), signer.Sign(inTime, null)), 409, "case-suspended");
        registry.Clock.Advance(TimeSpan.FromMinutes(2));
        await suite.RefusedAsync(incident, late, signer.Sign(late, null), 409, "draft-expired");
    }

    [Fact]
    public async Task A_record_that_moved_on_between_draft_and_act_takes_the_signature_where_the_entry_stays_the_same()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var draft = await DraftAsync(incident.Path("/evidence"), Described());
        _registry.Clock.Advance(TimeSpan.FromSeconds(5));
        await Client(Role.Analyst).PostAsync(incident.Path("/evidence"), Described("Another item"), CancellationToken.None);
        var answer = await SendAsync(incident.Path("/evidence"), Described(), Token(draft), signer.Sign(draft, null));
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_key_bound_later_takes_the_place_of_the_first_and_the_old_one_signs_no_more()
    {
        var (incident, signer) = await SigningAsync(Stage.Collecting);
        var next = await SignerAsync(incident);
        var draft = await DraftAsync(incident.Path("/evidence"), Described());
        await RefusedAsync(incident, draft, signer.Sign(draft, null), 422, "author-key-unknown");
        (await SendAsync(incident.Path("/evidence"), Described(), Token(draft), next.Sign(draft, null))).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Binding_a_key_takes_the_signature_of_a_registered_long_term_key_and_a_key_of_its_own()
    {
        var (incident, _) = await SigningAsync(Stage.Collecting);
        var (caller, http) = await _registry.NewPersonAsync(Role.Analyst);
        using var longTerm = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = (string)(await http.PostedAsync($"/v1/people/{caller.Id}/signing-keys", new { spki = Spki(longTerm) }))["id"]!;
        object Request(ECDsa key, ECDsa by, string @case) => new
        {
            spki = Spki(key), signingKey = id,
            signature = B64Url.Encode(BallotSeal.SignEs256(by, CaseKeys.Statement(_registry.Core.Store.Signer.Name, @case, caller.Id.Value, key.ExportSubjectPublicKeyInfo()))),
        };
        await _registry.RefusedAsync(incident, http.PostAsync(incident.Path("/keys"), Request(fresh, fresh, incident.Value)), 422, "case-key-invalid", "/signature");
        await _registry.RefusedAsync(incident, http.PostAsync(incident.Path("/keys"), Request(fresh, longTerm, "inc_0")), 422, "case-key-invalid", "/signature");
        await _registry.RefusedAsync(incident, http.PostAsync(incident.Path("/keys"), Request(longTerm, longTerm, incident.Value)), 409, "case-key-used", "/spki");
        await _registry.RefusedAsync(incident, http.PostAsync(incident.Path("/keys"), new { spki = "AAAA", signature = "AAAA", signingKey = id }), 422, "case-key-invalid", "/spki");
        await http.PostedAsync(incident.Path("/keys"), Request(fresh, longTerm, incident.Value));
        await _registry.RefusedAsync(incident, http.PostAsync(incident.Path("/keys"), Request(fresh, longTerm, incident.Value)), 409, "case-key-used", "/spki");
    }

    [Fact]
    public async Task What_cannot_be_signed_says_so()
    {
        var (incident, _) = await SigningAsync(Stage.Collecting);
        var item = (string)(await Client(Role.Analyst).PostAsync(incident.Path("/evidence"), Described(), CancellationToken.None))["id"]!;
        var bytes = new HttpRequestMessage(HttpMethod.Put, $"/v1/evidence/{item}/content") { Content = new ByteArrayContent([1, 2, 3]) };
        bytes.Headers.TryAddWithoutValidation("Registry-Draft", "?1");
        await _registry.RefusedAsync(incident, Analyst.SendAsync(bytes), 400, "not-signable");
        var read = new HttpRequestMessage(HttpMethod.Get, incident.Path());
        read.Headers.TryAddWithoutValidation("Registry-Draft", "?1");
        await _registry.RefusedAsync(incident, Analyst.SendAsync(read), 400, "not-signable");
        await _registry.RefusedAsync(
            incident, SendAsync(incident.Path("/keys"), new JsonObject { ["spki"] = "AAAA", ["signature"] = "AAAA", ["signingKey"] = _registry.Core.Entropy.NewId<KeyId>().Value }, "?1", null),
            422, "case-key-invalid");
    }

    [Fact]
    public async Task Where_the_policy_demands_it_a_submission_without_a_signature_is_refused_and_one_with_an_upload_is_signed_for_bytes_and_all()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var suite = new SignedActTests(registry);
        var (incident, signer) = await suite.SigningAsync(Stage.Collecting);
        var early = (string)(await suite.Client(Role.Analyst).PostAsync(incident.Path("/evidence"), Described(), CancellationToken.None))["id"]!;
        await registry.SetPolicyAsync(policy => policy with { AuthorSignatures = AuthorSignatures.Required });
        await registry.RefusedAsync(incident, suite.Analyst.PostAsync(incident.Path("/evidence"), Described()), 403, "author-signature-required", "Registry-Signature");
        await registry.RefusedAsync(incident, suite.Analyst.PutAsync($"/v1/evidence/{early}/content", new ByteArrayContent([1])), 403, "author-signature-required");
        await registry.RefusedAsync(incident, suite.Analyst.PostAsync(incident.Path("/evidence/bulk"), new JsonObject { ["items"] = new JsonArray(Described()) }), 403, "author-signature-required");
        (await suite.Analyst.PostAsync(incident.Path("/gaps"), (object)Gap)).StatusCode.Should().NotBe(HttpStatusCode.Forbidden, "what is not on the list needs none");

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "What the gateway wrote.");
        var described = Described();
        described["upload"] = await suite.Client(Role.Analyst).UploadFileAsync(file, new Dictionary<string, string>(), CancellationToken.None);
        var written = await suite.Client(Role.Analyst).PostSignedAsync(incident.Path("/evidence"), described, signer, null, CancellationToken.None);
        File.Delete(file);
        var index = (long)written["receipt"]!["leafIndex"]!;
        foreach (var (type, leaf) in new[] { ("evidence.received", index), ("evidence.sealed", index + 1) })
        {
            var entry = suite.Plain(incident, leaf);
            ((string)entry["type"]!).Should().Be(type);
            AuthorSignature.In(entry)!.Value.Key.Should().Be(signer.KeyId);
        }
    }

    [Fact]
    public async Task The_command_line_signs_what_it_hands_in_and_keeps_the_key_of_the_case_beside_the_long_term_key()
    {
        var incident = await _registry.IncidentAtAsync(Stage.Collecting);
        var folder = Directory.CreateTempSubdirectory("signing-").FullName;
        var (keyFile, apiKeyFile, file) = (Path.Combine(folder, "ana.pem"), Path.Combine(folder, "api.key"), Path.Combine(folder, "file"));
        using var longTerm = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(keyFile, longTerm.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(apiKeyFile, Analyst.DefaultRequestHeaders.Authorization!.Parameter);
        await File.WriteAllTextAsync(file, "What the gateway wrote.");
        string[] submit =
        [
            "evidence", "submit", file, "--incident", incident.Value, "--title", "Log", "--description", "Two weeks.", "--server", _registry.Address, "--api-key-file", apiKeyFile,
            "--key", keyFile,
        ];
        (await RunAsync([.. submit, "--resumable", "never"])).Exit.Should().Be(2, "bytes that are streamed are not signed for");
        foreach (var _ in new[] { 1, 2 })
        {
            var (exit, said) = await RunAsync(submit);
            exit.Should().Be(0, said);
        }

        var bound = _registry.State(incident).Keys.Should().ContainSingle("the second submission finds the key beside the first").Subject;
        Directory.GetFiles(folder, $"ana.pem.{incident.Value}.pem").Should().ContainSingle();
        foreach (var type in new[] { "evidence.received", "evidence.sealed" })
        {
            _registry.Core.Store.Events.ReadStream(incident.Value).Where(e => e.Type == type).Select(e => AuthorSignature.In(Plain(incident, e.Index))?.Key)
                .Should().Equal([bound.Id, bound.Id], type);
        }

        // Whoever is shown such an entry sees who signed it, and a changed signature is named.
        var index = IndexOf(incident, "evidence.received", 0);
        var shown = await _registry.As(Role.Auditor).GetJsonAsync(incident.Path($"/entries/{index}"));
        var log = NoteVerifier.Parse(_registry.Core.Store.Signer.Vkey);
        OpenedEntryCheck.Run(shown.AsObject(), log).Author.Should().Be((bound.Id, IndexOf(incident, CaseKeys.BoundType, 0)));
        shown["authorKey"]!["spki"] = Spki(longTerm);
        OpenedEntryCheck.Run(shown.AsObject(), log).FailedCheck.Should().Be("author");
        shown["authorKey"] = null;
        OpenedEntryCheck.Run(shown.AsObject(), log).FailedCheck.Should().Be("author");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Outside_of_cases_a_long_term_key_signs()
    {
        var (person, http) = await _registry.NewPersonAsync(Role.Operator);
        using var longTerm = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = (string)(await http.PostedAsync($"/v1/people/{person.Id}/signing-keys", new { spki = Spki(longTerm) }))["id"]!;
        var (suspended, _) = await _registry.NewPersonAsync(Role.Analyst);
        var draft = await DraftAsync($"/v1/people/{suspended.Id}/suspension", new JsonObject { ["reason"] = "A test." }, client: http);
        var message = B64Url.Decode((string)draft["entries"]![0]!["message"]!);
        var signature = $"(:{Convert.ToBase64String(AuthorSignature.Sign(longTerm, message))}:);key=\"{id}\"";
        var answer = await SendAsync($"/v1/people/{suspended.Id}/suspension", new JsonObject { ["reason"] = "A test." }, Token(draft), signature, client: http);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var entry = JsonNode.Parse(_registry.Core.Store.Events.ReadLeaf((long)(await answer.JsonAsync())["receipt"]!["leafIndex"]!)!.Entry)!.AsObject();
        AuthorSignature.In(entry)!.Value.Key.Should().Be(id);
        AsAStranger.Audit(_registry.Core).Signed.Should().BePositive();
    }

    private static JsonObject Gap => new() { ["gap"] = new JsonObject { ["value"] = "No image of the gateway.", ["lang"] = "en" } };

    private static JsonObject Described(string title = "Log of the gateway") => new()
    {
        ["title"] = title, ["kind"] = "log", ["description"] = new JsonObject { ["value"] = "Two weeks.", ["lang"] = "en" },
        ["interestInOutcome"] = "none", ["tlp"] = "TLP:AMBER",
    };

    private static string Spki(ECDsa key) => B64Url.Encode(key.ExportSubjectPublicKeyInfo());

    private static string Token(JsonObject draft) => $"\"{(string)draft["draft"]!}\"";

    private async Task<(IncidentId Incident, ActSigner Signer)> SigningAsync(Stage stage)
    {
        var incident = await _registry.IncidentAtAsync(stage);
        return (incident, await SignerAsync(incident));
    }

    private async Task<ActSigner> SignerAsync(IncidentId incident)
    {
        var player = new Player("Ana", ["analyst"], Client(Role.Analyst), ECDsa.Create(ECCurve.NamedCurves.nistP256));
        return (await player.SignerAsync(incident.Value, CancellationToken.None))!;
    }

    // The client of the tests' own connection: it signs as the command line does.
    private RegistryClient Client(Role role)
    {
        var http = new HttpClient { BaseAddress = new Uri(_registry.Address) };
        return new RegistryClient(http, _registry.As(role).DefaultRequestHeaders.Authorization!.Parameter, RandomBytes);
    }

    private byte[] RandomBytes(int count) => _registry.Core.Entropy.Bytes(count);

    private async Task<JsonObject> DraftAsync(string path, JsonObject body, Role by = Role.Analyst, HttpClient? client = null)
    {
        var answer = await SendAsync(path, body, "?1", null, by: by, client: client);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).AsObject();
    }

    private Task<HttpResponseMessage> SendAsync(
        string path, JsonObject body, string? draft, string? signature, string? idempotencyKey = null, Role by = Role.Analyst, HttpClient? client = null)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in new[] { ("Registry-Draft", draft), ("Registry-Signature", signature), ("Idempotency-Key", idempotencyKey) })
        {
            _ = value is null || message.Headers.TryAddWithoutValidation(name, value);
        }

        return (client ?? _registry.As(by)).SendAsync(message);
    }

    private Task RefusedAsync(IncidentId incident, JsonObject draft, string signature, int status, string code) =>
        _registry.RefusedAsync(incident, SendAsync(incident.Path("/evidence"), Described(), Token(draft), signature), status, code);

    private async Task<(int Exit, string Said)> RunAsync(string[] args)
    {
        var output = new StringWriter();
        var exit = await Cli.Commands.RunAsync(args, output, output, RandomBytes, TimeProvider.System, CancellationToken.None);
        return (exit, output.ToString());
    }

    private long IndexOf(IncidentId incident, string type, int place) => _registry.Core.Store.Events.ReadStream(incident.Value).Where(e => e.Type == type).ElementAt(place).Index;

    private JsonObject Plain(IncidentId incident, long index) =>
        JsonNode.Parse(_registry.Core.Store.Events.ReadSealed(incident.Value).Single(e => e.Index == index).EntryJson)!.AsObject();
}
