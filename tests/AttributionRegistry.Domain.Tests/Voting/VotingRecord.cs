using System.Text.Json;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Voting;

/// <summary>Builds published records to count.</summary>
internal static class VotingRecord
{
    public const string Case = "inc-1";

    public static RoundWindows Windows { get; } = new(new Window(1000, 2000), new Window(2100, 3000));

    public static Question Group { get; } = new("Q1", Level.Group, ["H1", "H2", "OTHER"], "OTHER");

    public static Question State { get; } = Group with { Level = Level.State };

    public static Question Sponsor { get; } = new("Q2", Level.StateSponsored, ["S1", "S2", "OTHER"], "OTHER",
        new Dictionary<string, HypothesisRef> { ["S1"] = new("Q1", "H1") });

    public static string M(int number) => $"m{number:00}";

    public static Panel Panel(int seats = 11, Func<int, Standing>? standing = null, Func<int, Region>? region = null) =>
        new(seats, [.. Enumerable.Range(1, seats).Select(n =>
            new PanelMember(M(n), region?.Invoke(n) ?? (Region)((n - 1) % 5), standing?.Invoke(n) ?? Standing.Seated))]);

    public static Answer.Judgement For(int first, Confidence confidence = Confidence.High, int? second = null)
    {
        var other = second ?? (10_000 - first) / 2;
        return new Answer.Judgement(Likelihoods(("H1", first), ("H2", other), ("OTHER", 10_000 - first - other)), confidence, ["E1"]);
    }

    public static Answer.Judgement Sponsored(int first) =>
        new(Likelihoods(("S1", first), ("S2", (10_000 - first) / 2), ("OTHER", 10_000 - first - ((10_000 - first) / 2))), Confidence.High, ["E1"]);

    public static Answer.Judgement Yes { get; } = For(9000);

    public static Answer.Judgement No { get; } = For(3000, Confidence.Moderate, 3000);

    public static Dictionary<string, int> Likelihoods(params (string Hypothesis, int BasisPoints)[] each) =>
        each.ToDictionary(pair => pair.Hypothesis, pair => pair.BasisPoints);

    public static CastBallot Ballot(string member, params (string Question, Answer Answer)[] answers) =>
        new(member, Case, 2, 1, $"{member}-1", 1500, 2500, answers.ToDictionary(each => each.Question, each => each.Answer));

    public static CastBallot Ballot(int member, Answer answer) => Ballot(M(member), ("Q1", answer));

    public static TallyInput Record(IEnumerable<CastBallot> ballots, Question? question = null, Panel? panel = null, RuleSet? rules = null) =>
        Record(ballots, [question ?? Group], panel, rules);

    public static TallyInput Record(IEnumerable<CastBallot> ballots, IReadOnlyList<Question> questions, Panel? panel = null, RuleSet? rules = null) =>
        new(Case, 2, rules ?? RuleSet.Default, Windows, panel ?? Panel(), ["E1", "E2"], questions, [.. ballots]);

    /// <summary>Members 1… give these answers to the first question, one each.</summary>
    public static List<CastBallot> Ballots(params (int Times, Answer Answer)[] groups) =>
        [.. groups.SelectMany(group => Enumerable.Repeat(group.Answer, group.Times)).Select((answer, index) => Ballot(index + 1, answer))];

    public static QuestionResult Q1(TallyInput input) => Tally.Count(input).Questions["Q1"];

    public static Answer Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Answer.Read(document.RootElement);
    }

    public static string Json(TallyResult result) => JsonSerializer.Serialize(result, VotingJson.Default.TallyResult);

    public static JsonDocument Vectors(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "vectors", file);
            if (File.Exists(candidate))
            {
                return JsonDocument.Parse(File.ReadAllText(candidate));
            }
        }

        throw new FileNotFoundException($"tests/vectors/{file} is part of the repository; check the clone.");
    }
}
