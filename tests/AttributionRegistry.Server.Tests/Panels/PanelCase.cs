using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Panels;

/// <summary>A candidate with an account, a long-term key and a ballot key.</summary>
public sealed record Member(PersonId Id, string Region, string Nation, HttpClient Client, ECDsa LongTerm, KeyId LongTermId, BallotSealer Sealer);

/// <summary>A case in screening with thirty candidates; pool, panel, declarations and rounds go through the API.</summary>
public sealed class PanelCase : IAsyncDisposable
{
    private static readonly (string Region, string[] Nations)[] World =
    [
        ("AFR", ["KE", "GH", "NG", "ZA", "SN", "EG"]), ("APG", ["JP", "IN", "ID", "TH", "SG", "MY"]), ("EEG", ["PL", "CZ", "RO", "BG", "HU", "SK"]),
        ("GRULAC", ["BR", "AR", "CL", "MX", "PE", "CO"]), ("WEOG", ["DE", "FR", "IT", "ES", "SE", "NO"]),
    ];

    private PanelCase(RunningRegistry registry) => Registry = registry;

    public RunningRegistry Registry { get; }

    public IncidentId Incident { get; private set; }

    public EvidenceId Evidence { get; private set; }

    public HypothesisId Named { get; private set; }

    public HypothesisId Residual { get; private set; }

    public Dictionary<PersonId, Member> People { get; } = [];

    public string Panel { get; private set; } = "";

    public string Round { get; private set; } = "";

    public BallotFrame Frame { get; private set; } = new("", 0, "", "");

    public Case State => Registry.State(Incident);

    public List<Member> Sitting => [.. State.Panel!.Sitting.OrderBy(s => s.Order).Select(s => People[s.Person])];

    /// <param name="policy">Changes the policy; most tests hold one binding round.</param>
    public static async Task<PanelCase> StartAsync(Func<Policy, Policy>? policy = null)
    {
        var made = new PanelCase(await RunningRegistry.StartAsync());
        await made.Registry.SetPolicyAsync(policy ?? (p => p with { IndicativeRoundFirst = false }));
        foreach (var (region, nations) in World)
        {
            foreach (var nation in nations)
            {
                await made.AddMemberAsync(region, nation);
            }
        }

        var entropy = made.Registry.Core.Entropy;
        (made.Incident, made.Evidence) = (entropy.NewId<IncidentId>(), entropy.NewId<EvidenceId>());
        (made.Named, made.Residual) = (entropy.NewId<HypothesisId>(), entropy.NewId<HypothesisId>());
        await made.AppendAsync(
            made.Registry.CallerOf(Role.Analyst),
            new CaseEvent.Referred(made.Incident, new IncidentFacts { Name = "Test", Summary = new Text("A test."), VictimStates = ["UA"] }, false, VictimConsent.Given),
            new CaseEvent.Moved(Stage.Referred, Stage.Screening, Role.Registrar, "test"),
            new CaseEvent.EvidenceSubmitted(made.Evidence, new EvidenceDescription
            {
                Title = "Report", Kind = EvidenceKind.Report, Description = new Text("A report."), InterestInOutcome = "none", Tlp = Tlp.Clear, PayloadHeldElsewhere = true,
            }),
            new CaseEvent.AdmissibilityJudged(made.Evidence, true, "relevant"),
            new CaseEvent.HypothesisProposed(made.Named, new HypothesisContent { Statement = new Text("A group."), Kinds = [HypothesisKind.Group], Level = Level.Group }),
            new CaseEvent.HypothesisProposed(made.Residual, new HypothesisContent { Statement = new Text("None."), Kinds = [HypothesisKind.NonState], Level = Level.Group, Residual = true }));
        return made;
    }

    /// <summary>A case whose panel has been drawn and has accepted, at the stage of voting.</summary>
    public static async Task<PanelCase> VotingAsync(Func<Policy, Policy>? policy = null)
    {
        var made = await StartAsync(policy);
        await made.DrawAsync();
        foreach (var member in made.Sitting)
        {
            (await made.DeclareAsync(member)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        await made.AppendAsync(
            made.Registry.CallerOf(Role.Registrar),
            new CaseEvent.Moved(Stage.Screening, Stage.Deliberating, Role.Registrar, "test") { EvidenceRoot = EvidenceRoot.Of(made.State) },
            new CaseEvent.Moved(Stage.Deliberating, Stage.Voting, Role.Chair, "test"));
        return made;
    }

    /// <summary>As above, with a round open.</summary>
    public static async Task<PanelCase> InRoundAsync(bool binding = true, Func<Policy, Policy>? policy = null)
    {
        var made = await VotingAsync(policy);
        await made.OpenedAsync(await made.OpenRoundAsync(made.Sitting[0].Client, binding));
        return made;
    }

    /// <summary>Takes the round that an answer opened as the one that is voted on.</summary>
    public async Task OpenedAsync(HttpResponseMessage opened)
    {
        opened.StatusCode.Should().Be(HttpStatusCode.Created, await opened.Content.ReadAsStringAsync());
        Round = (string)(await Json(opened))["id"]!;
        Frame = RoundFile.Parse((await Json(await Sitting[0].Client.GetAsync($"/v1/rounds/{Round}"))).ToJsonString()).Frame;
    }

    public Task<HttpResponseMessage> FreezeAsync(HttpClient client, IEnumerable<Member> candidates, params string[] sources) =>
        client.PostAsJsonAsync("/v1/pools", PoolOf(candidates, sources));

    public JsonObject PoolOf(IEnumerable<Member> candidates, params string[] sources) => new()
    {
        ["incident"] = Incident.Value,
        ["candidates"] = new JsonArray([.. candidates.Select(Candidate)]),
        ["sources"] = new JsonArray([.. sources.Select(s => new JsonObject { ["name"] = s, ["dueBy"] = Registry.Now.AddDays(2), ["fallbacks"] = new JsonArray() })]),
    };

    public async Task DrawAsync()
    {
        var registrar = Registry.As(Role.Registrar);
        var frozen = await FreezeAsync(registrar, People.Values, "beacon 1", "lottery 1");
        frozen.StatusCode.Should().Be(HttpStatusCode.Created, await frozen.Content.ReadAsStringAsync());
        Registry.Clock.Advance(TimeSpan.FromHours(1));
        for (var attempt = 0; attempt < 20; attempt++)
        {
            // The greedy draw may call a pool infeasible for a seed (V-08); these values stand for other sources.
            var drawn = await PostDrawAsync((string)(await Json(frozen))["id"]!, $"value a{attempt}", "value b");
            if (drawn.StatusCode == HttpStatusCode.Created)
            {
                Panel = (string)(await Json(drawn))["id"]!;
                return;
            }
        }

        throw new InvalidOperationException("No seed of twenty seats this pool.");
    }

    public Task<HttpResponseMessage> PostDrawAsync(string pool, params string[] values) =>
        Registry.As(Role.Registrar).PostAsJsonAsync($"/v1/incidents/{Incident}/panel", new JsonObject
        {
            ["pool"] = pool,
            ["published"] = new JsonArray([.. values.Select((v, i) => new JsonObject { ["name"] = i == 0 ? "beacon 1" : "lottery 1", ["value"] = v, ["publishedAt"] = Registry.Now })]),
        });

    public Task<HttpResponseMessage> DeclareAsync(Member member, bool accepts = true, JsonObject? ballotKey = null, bool namedAnActor = false) =>
        member.Client.PostAsJsonAsync($"/v1/panels/{Panel}/declarations", new JsonObject
        {
            ["accepts"] = accepts,
            ["kind"] = namedAnActor ? "priorPublicStatement" : "none",
            ["statement"] = namedAnActor ? new JsonObject { ["value"] = "I named a group in a talk.", ["lang"] = "en" } : null,
            ["namedAnActor"] = namedAnActor,
            ["ballotKey"] = accepts ? ballotKey ?? member.Sealer.Declare(Incident.Value, member.Id.Value, member.LongTermId.Value, member.LongTerm) : null,
        });

    public Task<HttpResponseMessage> OpenRoundAsync(
        HttpClient client, bool binding = true, string? contrary = null, IEnumerable<PersonId>? scrutineers = null, string level = "group") =>
        client.PostAsJsonAsync($"/v1/incidents/{Incident}/rounds", new JsonObject
        {
            ["binding"] = binding,
            ["scrutineers"] = scrutineers is null ? null : new JsonArray([.. scrutineers.Select(s => JsonValue.Create(s.Value))]),
            ["contraryArgument"] = contrary is null ? null : new JsonObject { ["value"] = contrary, ["lang"] = "en" },
            ["questions"] = new JsonArray(new JsonObject
            {
                ["id"] = "Q1",
                ["level"] = level,
                ["hypotheses"] = new JsonArray(Named.Value, Residual.Value),
                ["residual"] = Residual.Value,
            }),
        });

    public JsonObject Answers(int bp, string reasons = "Infrastructure overlaps.") => new()
    {
        ["Q1"] = new JsonObject
        {
            ["likelihood"] = new JsonObject { [Named.Value] = bp, [Residual.Value] = 10_000 - bp },
            ["confidence"] = "high",
            ["cites"] = new JsonArray(Evidence.Value),
            ["reasons"] = reasons,
        },
    };

    public SealedBallot Seal(Member member, int bp = 9000, SealedBallot? previous = null, string reasons = "Infrastructure overlaps.") =>
        member.Sealer.Seal(Frame, Answers(bp, reasons), previous);

    public Task<HttpResponseMessage> CommitAsync(Member member, SealedBallot ballot) =>
        member.Client.PostAsJsonAsync($"/v1/rounds/{Round}/envelopes", ballot.EnvelopeRequest());

    public Task<HttpResponseMessage> OpenAsync(Member member, SealedBallot ballot) =>
        member.Client.PostAsJsonAsync($"/v1/rounds/{Round}/openings", ballot.OpeningRequest());

    public static async Task<JsonObject> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>Fails unless the answer is this refusal.</summary>
    public static async Task RefusedAsync(HttpResponseMessage answer, int status, string code, string? pointer = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(status, text);
        var problem = JsonNode.Parse(text)!;
        ((string?)problem["code"]).Should().Be(code);
        if (pointer is not null)
        {
            ((string?)problem["errors"]![0]!["pointer"]).Should().Be(pointer);
        }
    }

    public async Task AppendAsync(Caller by, params CaseEvent[] events)
    {
        var outcome = await Registry.Core.RunAsync(
            by, Registry.Now, session => session.Append(CaseJournal.Definition, CaseJournal.Stream(Incident), Decision<CaseEvent>.Accept(events)), null, CancellationToken.None);
        outcome.Should().BeOfType<Outcome.Done>();
    }

    public ValueTask DisposeAsync() => Registry.DisposeAsync();

    private async Task AddMemberAsync(string region, string nation)
    {
        var (caller, client) = await Registry.NewPersonAsync(Role.PanelMember);
        var (longTerm, keyId) = (BallotSealer.NewKey(), Registry.Core.Entropy.NewId<KeyId>());
        var stream = PersonJournal.Stream(caller.Id);
        await Registry.Core.RunAsync(caller, Registry.Now, session => session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(
            session.Load(PersonJournal.Definition, stream),
            new PersonCommand.AddSigningKey(keyId, B64Url.Encode(longTerm.ExportSubjectPublicKeyInfo()), true) { By = caller, At = Registry.Now })), null, CancellationToken.None);
        People[caller.Id] = new Member(caller.Id, region, nation, client, longTerm, keyId, new BallotSealer(BallotSealer.NewKey(), Registry.Core.Entropy.Bytes));
    }

    private static JsonObject Candidate(Member member) => new()
    {
        ["id"] = member.Id.Value,
        ["region"] = member.Region,
        ["nationalities"] = new JsonArray(member.Nation),
        ["residence"] = member.Nation,
        ["employments"] = new JsonArray(),
        ["funding"] = new JsonArray(),
        ["expertise"] = new JsonArray("malware"),
        ["signingKeyId"] = member.LongTermId.Value,
    };
}
