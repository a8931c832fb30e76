using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>One server for all tally cases, with enough people to fill the largest panel. Its windows are one day each.</summary>
public sealed class TallyStage : IAsyncLifetime
{
    private const int People = 43;

    private readonly List<(Caller Caller, HttpClient Client, BallotSealer Sealer)> _people = [];

    public RunningRegistry Registry { get; private set; } = null!;

    /// <summary>What the clock says at first.</summary>
    public DateTimeOffset Begins { get; init; } = RunningRegistry.Noon;

    public static JsonDocument File { get; } = JsonDocument.Parse(System.IO.File.ReadAllText(Find()));

    public static JsonElement Case(string id) => File.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);

    public async Task InitializeAsync()
    {
        Registry = await RunningRegistry.StartAsync();
        Registry.Clock.SetUtcNow(Begins);
        await Registry.SetPolicyAsync(p => p with { IndicativeRoundFirst = false, EscrowLevels = [], CommitWindowSeconds = Policy.Day, RevealWindowSeconds = Policy.Day });
        await HireAsync();
    }

    public Task DisposeAsync() => Registry.DisposeAsync().AsTask();

    /// <summary>Seats the panel of a tally case and brings it to the vote.</summary>
    public async Task<StagedCase> SeatAsync(string id)
    {
        // API keys live 90 days; the clock of this server passes many of them.
        if (Registry.Now - _hiredAt > TimeSpan.FromDays(60))
        {
            await HireAsync();
        }

        var staged = new StagedCase(this, Case(id));
        await staged.SeatAsync();
        return staged;
    }

    public (Caller Caller, HttpClient Client, BallotSealer Sealer) Person(int number) => _people[number];

    private DateTimeOffset _hiredAt;

    private async Task HireAsync()
    {
        _hiredAt = Registry.Now;
        _people.Clear();
        for (var i = 0; i < People; i++)
        {
            var (caller, client) = await Registry.NewPersonAsync(Role.PanelMember);
            _people.Add((caller, client, new BallotSealer(BallotSealer.NewKey(), Registry.Core.Entropy.Bytes)));
        }

        var (officer, officerClient) = await Registry.NewPersonAsync(Role.IntegrityOfficer);
        var (registrar, registrarClient) = await Registry.NewPersonAsync(Role.Registrar);
        (Officer, Registrar) = (officerClient, registrarClient);
        (OfficerCaller, RegistrarCaller) = (officer, registrar);
    }

    public HttpClient Officer { get; private set; } = null!;

    public HttpClient Registrar { get; private set; } = null!;

    public Caller OfficerCaller { get; private set; } = null!;

    public Caller RegistrarCaller { get; private set; } = null!;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "vectors", "tally-dev.json");
            if (System.IO.File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException("tests/vectors/tally-dev.json is part of the repository; check the clone.");
    }
}

/// <summary>
/// One tally case on the server. Only what leads up to the vote is appended as events, because the API rightly refuses it: panels whose
/// seats are not spread over regions (V-04), or of sizes other than the policy's, are never drawn. Everything from the opening of the
/// round goes through HTTP.
/// </summary>
public sealed class StagedCase(TallyStage stage, JsonElement item)
{
    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<string, int> _seat = [];
    private readonly IncidentId _incident = stage.Registry.Core.Entropy.NewId<IncidentId>();

    public JsonElement Item => item;

    public IncidentId Incident => _incident;

    public string Panel { get; private set; } = "";

    public string Round { get; private set; } = "";

    public BallotFrame Frame { get; private set; } = null!;

    public IReadOnlyList<(string Id, Region Region, Standing Standing)> Members { get; } =
    [
        .. item.GetProperty("panel").GetProperty("members").EnumerateArray().Select(m => (
            m.GetProperty("id").GetString()!, m.GetProperty("region").Deserialize<Region>(), m.GetProperty("standing").Deserialize<Standing>())),
    ];

    public HttpClient ClientOf(string member) => stage.Person(_seat[member]).Client;

    public BallotSealer SealerOf(string member) => stage.Person(_seat[member]).Sealer;

    public PersonId PersonOf(string member) => stage.Person(_seat[member]).Caller.Id;

    /// <summary>The id on the server of a name in the file; what the file does not know on the server either stays as it is.</summary>
    public string Real(string name) => _ids.GetValueOrDefault(name, name);

    /// <summary>Text of the server with the names of the file in it again.</summary>
    public string Back(string text) => _ids.Aggregate(text, (t, id) => t.Replace(id.Value, id.Key, StringComparison.Ordinal));

    public async Task SeatAsync()
    {
        var entropy = stage.Registry.Core.Entropy;
        foreach (var (id, index) in Members.Select((m, i) => (m.Id, i)))
        {
            _seat[id] = index;
        }

        // Whoever votes in the file without being on the panel is somebody with an account.
        foreach (var outsider in item.GetProperty("ballots").EnumerateArray().Select(b => b.GetProperty("member").GetString()!).Where(m => !_seat.ContainsKey(m)).Distinct().ToList())
        {
            _seat[outsider] = _seat.Count;
        }

        var events = new List<CaseEvent>
        {
            new CaseEvent.Referred(_incident, new IncidentFacts { Name = "Test", Summary = new Text("A test."), VictimStates = ["UA"] }, false, VictimConsent.Given),
            new CaseEvent.Moved(Stage.Referred, Stage.Screening, Role.Registrar, "test"),
        };
        foreach (var evidence in Names("evidenceSet", "E1"))
        {
            var id = entropy.NewId<EvidenceId>();
            _ids[evidence] = id.Value;
            events.Add(new CaseEvent.EvidenceSubmitted(id, new EvidenceDescription
            {
                Title = evidence, Kind = EvidenceKind.Report, Description = new Text("A report."), InterestInOutcome = "none", Tlp = Tlp.Clear, PayloadHeldElsewhere = true,
            }));
            events.Add(new CaseEvent.AdmissibilityJudged(id, true, "relevant"));
        }

        foreach (var (name, residual) in Hypotheses())
        {
            var id = entropy.NewId<HypothesisId>();
            _ids[name] = id.Value;
            events.Add(new CaseEvent.HypothesisProposed(id, new HypothesisContent
            {
                Statement = new Text(name), Kinds = [HypothesisKind.Group], Level = Level.Group, Residual = residual,
            }));
        }

        // An alternate holds no seat, so the panel of the case does not name one.
        var seated = Members.Where(m => m.Standing is not Standing.Alternate).ToList();
        var panel = entropy.NewId<PanelId>();
        Panel = panel.Value;
        events.Add(new CaseEvent.PanelDrawn(
            panel, entropy.NewId<PoolId>(), ["a", "b"], new string('0', 64), item.GetProperty("panel").GetProperty("size").GetInt32(), [],
            [.. seated.Select(m => new CaseEvent.SeatDrawn(PersonOf(m.Id), m.Region))], [], VoteMode.RollCall));
        await AppendAsync(stage.RegistrarCaller, [.. events]);
        foreach (var (id, _, _) in seated)
        {
            var (caller, _, sealer) = stage.Person(_seat[id]);
            await AppendAsync(caller, new CaseEvent.Declared(
                panel, new Declaration(true, DeclarationKind.None, null, false, stage.Registry.Now, new string('0', 64)),
                new BallotKey(sealer.BallotKeyId, B64Url.Encode(sealer.Spki), "signature", entropy.NewId<KeyId>())));
        }

        await AppendAsync(
            stage.RegistrarCaller,
            new CaseEvent.Moved(Stage.Screening, Stage.Deliberating, Role.Registrar, "test") { EvidenceRoot = EvidenceRoot.Of(stage.Registry.State(_incident)) },
            new CaseEvent.Moved(Stage.Deliberating, Stage.Voting, Role.Chair, "test"));
    }

    /// <summary>Opens the round of the case; a panel that could never decide is thinned out only afterwards.</summary>
    public async Task OpenRoundAsync()
    {
        var chair = Members[0].Id;
        var questions = item.TryGetProperty("questions", out var asked)
            ? asked.GetRawText()
            : """[{"id":"Q1","level":"group","hypotheses":["H1","OTHER"],"residual":"OTHER"}]""";
        var body = new JsonObject { ["binding"] = true, ["questions"] = Mapped(JsonNode.Parse(questions)) };
        var opened = await ClientOf(chair).PostAsJsonAsync($"/v1/incidents/{_incident}/rounds", body);
        var text = await opened.Content.ReadAsStringAsync();
        opened.StatusCode.Should().Be(HttpStatusCode.Created, text);
        Round = (string)JsonNode.Parse(text)!["id"]!;
        Frame = RoundFile.Parse(await ClientOf(chair).GetStringAsync($"/v1/rounds/{Round}")).Frame;
    }

    /// <summary>Opens the round with windows that no policy allows, such as one of a minute.</summary>
    public async Task OpenRoundAsync(DateTimeOffset commitCloses, DateTimeOffset revealCloses)
    {
        var (core, id) = (stage.Registry.Core, stage.Registry.Core.Entropy.NewId<RoundId>());
        var questions = Mapped(JsonNode.Parse(item.GetProperty("questions").GetRawText())).Deserialize<ImmutableArray<Question>>(ApiJson.Options);
        var (state, hash) = (stage.Registry.State(_incident), RoundRecord.HashOf(RuleSet.Default));
        var opened = new RoundEvent.Opened(
            id, _incident, 1, true, state.Panel!.Size, VoteMode.RollCall, [.. state.Panel.Sitting.Select(s => new Voter(s.Person, s.Region, s.Key!.Id, s.Key.Spki))],
            questions, [.. state.Counting.Select(e => e.Id).OrderBy(e => e.Value, StringComparer.Ordinal)], state.EvidenceRoot!, RuleSet.Default, hash,
            stage.Registry.Now, commitCloses, commitCloses, revealCloses);
        var outcome = await core.RunAsync(
            stage.RegistrarCaller, stage.Registry.Now,
            session =>
                session.Append(CaseJournal.Definition, CaseJournal.Stream(_incident), Decision<CaseEvent>.Accept(new CaseEvent.RoundOpened(id, 1, true, questions, state.EvidenceRoot!, hash))) ??
                session.Append(RoundJournal.Definition, RoundJournal.Stream(id), RoundDecider.Decide(null, new RoundCommand.Open(opened) { By = session.By.Id, At = session.At })),
            null, CancellationToken.None);
        outcome.Should().BeOfType<Outcome.Done>();
        (Round, Frame) = (id.Value, new BallotFrame(_incident.Value, 1, hash, state.EvidenceRoot!));
    }

    public async Task RecuseAsync(string member)
    {
        var answer = await stage.Officer.PostAsJsonAsync($"/v1/panels/{Panel}/recusals", new JsonObject { ["member"] = PersonOf(member).Value, ["ground"] = "other" });
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A copy in which every name of the file has become an id of the server.</summary>
    public JsonNode? Mapped(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(m => KeyValuePair.Create(Real(m.Key), Mapped(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Mapped)]),
        JsonValue v when v.TryGetValue<string>(out var text) => Real(text),
        _ => node?.DeepClone(),
    };

    private List<string> Names(string property, string fallback) =>
        item.TryGetProperty(property, out var list) ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : [fallback];

    private List<(string Name, bool Residual)> Hypotheses()
    {
        if (!item.TryGetProperty("questions", out var questions))
        {
            return [("H1", false), ("OTHER", true)];
        }

        var residuals = questions.EnumerateArray().Select(q => q.GetProperty("residual").GetString()).ToHashSet();
        return [.. questions.EnumerateArray().SelectMany(q => q.GetProperty("hypotheses").EnumerateArray()).Select(h => h.GetString()!).Distinct().Select(h => (h, residuals.Contains(h)))];
    }

    private async Task AppendAsync(Caller by, params CaseEvent[] events)
    {
        var outcome = await stage.Registry.Core.RunAsync(
            by, stage.Registry.Now, session => session.Append(CaseJournal.Definition, CaseJournal.Stream(_incident), Decision<CaseEvent>.Accept(events)), null, CancellationToken.None);
        outcome.Should().BeOfType<Outcome.Done>();
    }
}
