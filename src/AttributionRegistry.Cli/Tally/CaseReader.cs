using System.Text.Json;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Tally;

/// <summary>Reads the inputs of a case. A ballot may say anything; everything around it must be as the schema has it.</summary>
internal static class CaseReader
{
    public static TallyInput Attribution(CaseNode item)
    {
        var id = item["id"].Text();
        var round = item["round"].Integer();
        return new TallyInput(
            id,
            round,
            Rules(item["rules"]),
            Windows(item["deadlines"]),
            Panel(item["panel"]),
            [.. item["evidenceSet"].Items().Select(evidence => evidence.Text())],
            [.. item["questions"].Items().Select(Question)],
            [.. item["ballots"].Items().Select(ballot => Ballot(ballot, id, round))]);
    }

    public static Panel Panel(CaseNode panel) => new(
        panel["size"].Integer(),
        [.. panel["members"].Items().Select(member =>
            new PanelMember(member["id"].Text(), member["region"].As<Region>(), member["standing"].As<Standing>()))]);

    public static IReadOnlyList<MotionBallot> Votes(CaseNode ballots) =>
        [.. ballots.Items().Select(ballot => new MotionBallot(ballot["member"].Text(), ballot["vote"].As<MotionVote>()))];

    private static RuleSet Rules(CaseNode rules) => RuleSet.Default with
    {
        MinSeated = rules["minSeated"].As<Fraction>(),
        MinEligible = rules["minEligible"].Integer(),
        Quorum = rules["quorum"].As<Fraction>(),
        Exclude = new ExcludeRule(rules["exclude"]["below"].Integer(), rules["exclude"]["threshold"].As<Fraction>()),
        Levels = new LevelRules
        {
            Individual = Rule(rules["levels"], "individual", RuleSet.Default.Levels.Individual),
            Group = Rule(rules["levels"], "group", RuleSet.Default.Levels.Group),
            StateSponsored = Rule(rules["levels"], "state_sponsored", RuleSet.Default.Levels.StateSponsored),
            State = Rule(rules["levels"], "state", RuleSet.Default.Levels.State),
        },
    };

    private static LevelRule Rule(CaseNode levels, string name, LevelRule fallback) => levels.Optional(name) is { } rule
        ? new LevelRule(
            rule["threshold"].As<Fraction>(), rule["supportFloor"].Integer(), rule["minConfidence"].As<Confidence>(), rule["minRegions"].Integer())
        : fallback;

    private static RoundWindows Windows(CaseNode deadlines) => new(
        new Window(deadlines["commitOpen"].Long(), deadlines["commitClose"].Long()),
        new Window(deadlines["revealOpen"].Long(), deadlines["revealClose"].Long()));

    private static Question Question(CaseNode question) => new(
        question["id"].Text(),
        question["level"].As<Level>(),
        [.. question["hypotheses"].Items().Select(hypothesis => hypothesis.Text())],
        question["residual"].Text(),
        question.Optional("implies")?.Members().ToDictionary(each => each.Name, each => each.Value.As<HypothesisRef>(), StringComparer.Ordinal));

    private static CastBallot Ballot(CaseNode ballot, string caseId, int round) => new(
        ballot["member"].Text(),
        (ballot.Optional("caseId") ?? ballot.Optional("case"))?.Text() ?? caseId,
        ballot.Optional("round")?.Integer() ?? round,
        ballot["revision"].Long(),
        ballot["digest"].Text(),
        ballot["commitAt"].Long(),
        ballot.Optional("revealAt")?.Long(),
        Answers(ballot.Optional("answers")))
    {
        SignatureValid = ballot.Optional("signature")?.Truth() ?? true,
        Opens = ballot.Optional("opens")?.Truth() ?? true,
        Link = ballot.Json.TryGetProperty("previous", out var previous)
            ? new ChainLink(previous.ValueKind is JsonValueKind.String ? previous.GetString() : null)
            : null,
    };

    // What a member put into the sealed ballot is theirs to get wrong: it spoils answers, never the file.
    private static Dictionary<string, Answer> Answers(CaseNode? answers)
    {
        var read = new Dictionary<string, Answer>(StringComparer.Ordinal);
        if (answers is { Json.ValueKind: JsonValueKind.Object } present)
        {
            foreach (var (question, answer) in present.Members())
            {
                read[question] = Answer.Read(answer.Json);
            }
        }

        return read;
    }
}
