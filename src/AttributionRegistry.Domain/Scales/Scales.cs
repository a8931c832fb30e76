namespace AttributionRegistry.Domain.Scales;

/// <summary>The scales that the registry knows. Each judgement is kept in the one it was made in.</summary>
public static partial class Scales
{
    /// <summary>Every scale, in a fixed order. Built on first use: the scales are initialised in other files of this class.</summary>
    public static IReadOnlyList<Scale> All => field ??=
    [
        Icd203Likelihood, Icd203Confidence, UkPhia, IpccAr5Likelihood,
        AdmiraltySource, AdmiraltyInformation, TrafficLight, AchRating, StandardOfProof, StateResponsibility,
        Stix21NoneLowMedHigh, Stix21ZeroToTen, Stix21AdmiraltyCredibility, Stix21Wep, Stix21Dni,
    ];

    /// <summary>The scale with this id, or null.</summary>
    public static Scale? Find(string id) => All.FirstOrDefault(s => s.Id == id);

    /// <summary>The ICD 203 term of a likelihood of 100 to 9,900 basis points; null outside, where ICD 203 has no word.</summary>
    public static ScaleTerm? Icd203TermAt(int basisPoints) => Icd203Likelihood.TermsAt(basisPoints).SingleOrDefault();

    private sealed record Entry(
        string Code, string Label, Bounds? Bounds = null, string? Other = null, int? Number = null, bool NoBasis = false);

    private static Scale Define(
        string id, string version, string title, string source, Measure measure, Coverage coverage, params Entry[] entries) =>
        new(id, version, title, source, measure, coverage,
            [.. entries.Select((e, i) => new ScaleTerm(id, e.Code, e.Label, i + 1, e.Bounds, e.Other, e.Number, e.NoBasis))]);
}
