using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>The published weights: how much an item counts, from its two grades.</summary>
public static class Weights
{
    /// <summary>F and 6 mean "no basis": they stand in the middle, so that not knowing is never treated as knowing the worst.</summary>
    public const int NoBasisPoints = 3;

    public static int Points(SourceGrade grade) => grade switch
    {
        SourceGrade.A => 5,
        SourceGrade.B => 4,
        SourceGrade.C => 3,
        SourceGrade.D => 2,
        SourceGrade.E => 1,
        SourceGrade.F => NoBasisPoints,
        _ => throw new ArgumentOutOfRangeException(nameof(grade), grade, "Not an Admiralty source grade."),
    };

    public static int Points(InformationGrade grade) => grade switch
    {
        >= InformationGrade.One and <= InformationGrade.Five => 6 - grade.Value(),
        InformationGrade.Six => NoBasisPoints,
        _ => throw new ArgumentOutOfRangeException(nameof(grade), grade, "Not an Admiralty information grade."),
    };

    /// <summary>1 (E/5) to 25 (A/1); F/6 is 9, the same as C/3.</summary>
    public static int Of(SourceGrade source, InformationGrade information) => Points(source) * Points(information);

    /// <summary>Units of inconsistency: I one, II two, all others none.</summary>
    public static int UnitsAgainst(Rating rating) => rating switch { Rating.I => 1, Rating.II => 2, _ => 0 };

    /// <summary>Units of consistency: C one, CC two, all others none.</summary>
    public static int UnitsFor(Rating rating) => rating switch { Rating.C => 1, Rating.CC => 2, _ => 0 };
}
