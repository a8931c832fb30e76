using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Tests.Assessment;

/// <summary>Small matrices by hand. The ratings of real incidents are exercise judgements, not findings.</summary>
internal static class Cases
{
    public static HypothesisId H(int number) => HypothesisId.Of($"H{number}");

    public static EvidenceId E(int number) => EvidenceId.Of($"E{number}");

    public static Hypothesis Hypothesis(int number, string kinds, bool residual = false) =>
        HypothesisKinds.TryParse(kinds, out var parsed)
            ? new(H(number), $"Explanation {number}", parsed, residual)
            : throw new ArgumentException($"'{kinds}' is not a set of kinds.", nameof(kinds));

    public static MatrixItem Item(
        int number, string? grades = "B2", Spoofability spoofability = Spoofability.Low, bool disclosed = true, string? origin = null, bool selfGraded = false) =>
        new(E(number),
            grades is null ? null : Enum.Parse<SourceGrade>(grades[..1]),
            grades is null ? null : (InformationGrade)(grades[1] - '0'),
            spoofability, disclosed, origin, selfGraded);

    /// <summary>Each row is an item and its ratings in the order of the hypotheses, e.g. "CC I N"; "-" leaves a cell out.</summary>
    public static MatrixInput Input(IReadOnlyList<Hypothesis> hypotheses, params (MatrixItem Item, string Ratings)[] rows) => new(
        hypotheses,
        [.. rows.Select(r => r.Item)],
        [.. from row in rows
            from rated in row.Ratings.Split(' ').Zip(hypotheses)
            where rated.First != "-"
            select new Cell(rated.Second.Id, row.Item.Id, Enum.Parse<Rating>(rated.First))]);

    public static IReadOnlyList<Hypothesis> Three { get; } =
        [Hypothesis(1, "state"), Hypothesis(2, "criminal"), Hypothesis(3, "falseFlag")];

    /// <summary>H1 Lazarus for the DPRK, H2 criminals, H3 third party framing the DPRK, H4 unattributable.</summary>
    public static MatrixInput WannaCry { get; } = Input(
        [Hypothesis(1, "state"), Hypothesis(2, "criminal"), Hypothesis(3, "falseFlag"), Hypothesis(4, "unknown")],
        (Item(1, spoofability: Spoofability.Medium), "C N C N"),
        (Item(2, spoofability: Spoofability.Medium), "CC I N I"),
        (Item(3, spoofability: Spoofability.High), "N CC C N"),
        (Item(4), "CC I I I"),
        (Item(5, spoofability: Spoofability.High), "N N N N"));

    /// <summary>H1 Lazarus, H2 Chinese groups, H3 GRU with planted flags, H4 cannot be told. E2 is the proof of the forged header.</summary>
    public static MatrixInput OlympicDestroyer(string? gradesOfE2 = "B2", bool withMotive = true)
    {
        var all = Input(
            [Hypothesis(1, "state"), Hypothesis(2, "state"), Hypothesis(3, "state+falseFlag"), Hypothesis(4, "unknown", residual: true)],
            (Item(1, spoofability: Spoofability.High), "CC I N N"),
            (Item(2, gradesOfE2), "II N CC C"),
            (Item(3, spoofability: Spoofability.High), "C C C CC"),
            (Item(4, spoofability: Spoofability.Unknown), "I I C N"));
        return withMotive ? all : all.Keep(i => i.Id != E(4));
    }

    /// <summary>H1 Russian state, H2 non-state group, H3 third party. E4 is the timing, E5 the intelligence that was not shown.</summary>
    public static MatrixInput Viasat(string? gradesOfTiming) => Input(
        [Hypothesis(1, "state"), Hypothesis(2, "nonState"), Hypothesis(3, "falseFlag")],
        (Item(1, spoofability: Spoofability.Medium), "C C C"),
        (Item(2, spoofability: Spoofability.Medium), "C N C"),
        (Item(3), "N N N"),
        (Item(4, gradesOfTiming), "CC I I"),
        (Item(5, "F6", Spoofability.Unknown, disclosed: false), "C I I"));

    /// <summary>H1 DPRK, H2 insider, H3 hacktivists, H4 false flag. E5 was under seal until 2018.</summary>
    public static MatrixInput Sony(bool affidavitDisclosed) => Input(
        [Hypothesis(1, "state"), Hypothesis(2, "insider"), Hypothesis(3, "nonState"), Hypothesis(4, "falseFlag")],
        (Item(1, spoofability: Spoofability.Medium), "C N N C"),
        (Item(2, spoofability: Spoofability.Medium), "C I I C"),
        (Item(3, "D3", Spoofability.High), "N C N N"),
        (Item(4, "F6", Spoofability.Unknown, disclosed: false), "C N N N"),
        (Item(5, disclosed: affidavitDisclosed), "CC II II I"));
}
