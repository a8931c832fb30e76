using System.Globalization;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>From referral to the call for evidence.</summary>
internal sealed partial class ExerciseRun
{
    private const int MostDraws = 5;

    private static readonly string[] Criteria = ["severity", "evidenceAccess", "publicInterest", "mandate"];

    private readonly List<Player> _panel = [];
    private readonly Dictionary<string, Player> _players = new(StringComparer.Ordinal);
    private Player _chair = null!;

    private async Task ReferAsync(CancellationToken cancel)
    {
        Step("refer the incident");
        _incident = await PostAsync(
            _referrer, "/v1/incidents", new JsonObject { ["facts"] = CaseTexts.Facts(entry), ["anonymous"] = false, ["consent"] = "notAsked" }, cancel);
        Step("record the referrer's standing");
        await _registrar.Client.PutAsync(
            $"{Case}/standing",
            new JsonObject { ["standing"] = "verified", ["consent"] = "notAsked", ["withoutConsentBecause"] = "Exercise on public reporting: no victim is asked, and nothing of theirs is examined." },
            cancel);
        await MoveAsync(_registrar, "screening", "the referral is complete.", cancel);
        await SayAsync($"referred as {_incident}, screening");
        Step("assign roles");
        foreach (var (player, role) in new[] { (_lead, "leadAssessor"), (_advocate, "devilsAdvocate"), (Reviewer(0), "externalReviewer"), (Reviewer(1), "externalReviewer") })
        {
            await PostAsync(_registrar, $"{Case}/roles", new JsonObject { ["person"] = await player.IdAsync(cancel), ["role"] = role }, cancel);
        }

        await NamePartiesAsync(cancel);
        Step("propose hypotheses");
        foreach (var hypothesis in entry.Hypotheses)
        {
            _hypotheses[hypothesis.Id] = await PostAsync(_analyst, $"{Case}/hypotheses", new JsonObject
            {
                ["statement"] = Wire.Text(hypothesis.Statement),
                ["kinds"] = Wire.Words(hypothesis.Kinds.Select(Wire.Name)),
                ["level"] = Wire.Name(hypothesis.Level),
                ["states"] = Wire.Words(hypothesis.States),
                ["residual"] = hypothesis.Residual,
                ["sources"] = Wire.Sources(hypothesis.Sources),
            }, cancel);
        }

        Step("record claims");
        foreach (var claim in entry.Claims)
        {
            await PostAsync(_analyst, $"{Case}/claims", ClaimOf(claim), cancel);
        }

        await SayAsync($"roles assigned, {_parties.Count} parties, {_hypotheses.Count} hypotheses, {entry.Claims.Count} claims");
    }

    private async Task NamePartiesAsync(CancellationToken cancel)
    {
        Step("name parties");
        foreach (var reply in entry.Replies.DistinctBy(each => each.Represents))
        {
            // Whoever carries the state in their name speaks for it; else whoever is free.
            var free = cast.With("namedParty").Where(each => !_parties.ContainsValue(each)).ToList();
            var player = free.Find(each => each.Name.Contains(reply.Represents, StringComparison.Ordinal)) ?? (free.Count > 0 ? free[0] : cast.One("namedParty", [.. _parties.Values]));
            _parties[reply.Represents] = player;
            await PostAsync(
                _registrar, $"{Case}/parties",
                new JsonObject { ["person"] = await player.IdAsync(cancel), ["as"] = "namedParty", ["represents"] = reply.Represents, ["lang"] = reply.Language }, cancel);
        }
    }

    /// <summary>Freezes the pool, draws from it with published values, and seats whoever was drawn.</summary>
    private async Task ConstituteAsync(CancellationToken cancel)
    {
        Step("register the members' signing keys");
        var candidates = new JsonArray();
        foreach (var player in cast.With("panelMember").Where(each => each.Member is not null))
        {
            var id = await player.IdAsync(cancel);
            _players[id] = player;
            candidates.Add(CandidateOf(player.Member!.AsCandidate(id, await player.SigningKeyIdAsync(cancel))));
        }

        var panel = await DrawAsync(candidates, cancel);
        Step("read the panel");
        var view = await _registrar.Client.GetObjectAsync($"/v1/panels/{panel}", cancel);
        var seated = view["seats"]!.AsArray().OfType<JsonObject>().Where(each => (bool?)each["removed"] != true).Select(each => (string)each["member"]!).ToList();
        _panel.AddRange(seated.Select(each => _players[each]));
        _chair = _players[(string)view["chair"]!];
        Step("declare and accept the seats");
        foreach (var member in _panel)
        {
            var id = await member.IdAsync(cancel);
            var key = _ballotKeys[id] = BallotSealer.NewKey();
            await PostAsync(member, $"/v1/panels/{panel}/declarations", new BallotSealer(key, entropy).Accept(_incident, panel, id, await member.SigningKeyIdAsync(cancel), member.SigningKey!), cancel);
        }

        await SayAsync($"panel {panel} of {_panel.Count} drawn from {candidates.Count}, declared and seated");
    }

    private async Task<string> DrawAsync(JsonArray candidates, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            Step("freeze the pool");
            var first = 2 * attempt - 1;
            var pool = await PostAsync(_registrar, "/v1/pools", new JsonObject
            {
                ["incident"] = _incident,
                ["candidates"] = candidates.DeepClone(),
                ["sources"] = Wire.List(new[] { first, first + 1 }.Select(number => new JsonObject
                {
                    ["name"] = SeedName(number),
                    ["dueBy"] = "9999-01-01T00:00:00Z",
                    ["fallbacks"] = new JsonArray(),
                })),
            }, cancel);
            Step("draw the panel");

            // The sources of an exercise speak the moment after the freeze, by the server's clock.
            var frozen = (await _registrar.Client.GetObjectAsync($"/v1/pools/{pool}", cancel))["frozenAt"]!.GetValue<DateTimeOffset>();
            try
            {
                return await PostAsync(
                    _registrar, $"{Case}/panel",
                    new JsonObject
                    {
                        ["pool"] = pool,
                        ["published"] = Wire.List(new[] { first, first + 1 }.Select(number => new JsonObject
                        {
                            ["name"] = SeedName(number),
                            ["value"] = SeedValue(number),
                            ["publishedAt"] = frozen.AddMicroseconds(1),
                        })),
                    },
                    cancel);
            }
            catch (RegistryRefusedException refusal) when (refusal.Code == "draw-infeasible" && attempt < MostDraws)
            {
                await SayAsync($"draw {attempt} could not fill the panel; frozen anew with other sources (V-08)");
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        Step("declare interests");
        foreach (var player in new[] { _lead, _advocate, Reviewer(0), Reviewer(1) })
        {
            await PostAsync(player, $"{Case}/interests", new JsonObject { ["statement"] = Wire.Text("None: a role in an exercise.") }, cancel);
        }

        await MoveAsync(_board, "opened", "the incident meets the published criteria.", cancel, body => body["opening"] = new JsonObject
        {
            ["scores"] = Wire.List(Criteria.Select(each => new JsonObject { ["criterion"] = each, ["score"] = 4, ["reason"] = "Exercise: a well-reported incident." })),
            ["timetable"] = new JsonObject { ["evidenceUntil"] = Planned("2030-01-31"), ["assessmentUntil"] = Planned("2030-03-31"), ["voteUntil"] = Planned("2030-06-30") },
        });
        await MoveAsync(_registrar, "collecting", "evidence is called for.", cancel, body => body["callForEvidence"] =
            $"{CaseTexts.Exercise} Everything published about {entry.Name.Value} that bears on who was responsible, with its citation.");
        await SayAsync($"opened, collecting");
    }

    private Player Reviewer(int index) => index == 0 ? cast.One("externalReviewer") : cast.One("externalReviewer", cast.One("externalReviewer"));

    private static JsonObject Planned(string day) => new() { ["value"] = day, ["precision"] = "day", ["note"] = "Exercise: the stages follow each other at once." };

    private static string SeedName(int number) => string.Create(CultureInfo.InvariantCulture, $"exercise seed {number}");

    private string SeedValue(int number) => string.Create(CultureInfo.InvariantCulture, $"exercise:{entry.Id}:{number}");

    private static JsonObject CandidateOf(Candidate candidate) => new()
    {
        ["id"] = candidate.Id,
        ["region"] = Wire.Name(candidate.Region),
        ["nationalities"] = Wire.Words(candidate.Nationalities),
        ["residence"] = candidate.Residence,
        ["employments"] = Wire.List(candidate.Employments.Select(each => new JsonObject { ["group"] = each.Group, ["state"] = each.State, ["until"] = null })),
        ["funding"] = new JsonArray(),
        ["expertise"] = Wire.Words(candidate.Expertise),
        ["signingKeyId"] = candidate.SigningKeyId,
    };

    private static JsonObject ClaimOf(CaseClaim claim)
    {
        var content = claim.Content;
        var json = new JsonObject
        {
            ["kind"] = Wire.Name(content.Kind),
            ["by"] = content.By,
            ["date"] = Wire.Date(content.Date),
            ["levels"] = Wire.Words(content.Levels.Select(Wire.Name)),
            ["words"] = Wire.Text(content.Words.Value, content.Words.Lang),
            ["sources"] = Wire.Sources(content.Sources),
        };
        foreach (var (name, value) in new[] { ("attributedTo", content.AttributedTo), ("scaleUsed", content.ScaleUsed), ("basis", content.Basis), ("form", content.Form) })
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }
}
