using System.Globalization;

namespace AttributionRegistry.Domain.Scales;

/// <summary>What a scale measures. Two scales that measure the same thing are still never converted.</summary>
public enum Measure
{
    Likelihood,
    Confidence,
    SourceReliability,
    InformationCredibility,
    Sharing,
    Consistency,
    StandardOfProof,
    StateResponsibility,
}

/// <summary>How the ranges of a scale lie on the line.</summary>
public enum Coverage
{
    /// <summary>The terms have no numbers; giving them some would be an invention.</summary>
    None,

    /// <summary>Side by side, sharing bounds: a value inside the scale has exactly one term.</summary>
    Partition,

    /// <summary>Gaps are left between the terms on purpose: a value may have no term.</summary>
    Gapped,

    /// <summary>Ranges lie inside one another: a value may have several terms.</summary>
    Nested,
}

/// <summary>A range in basis points of the scale's own unit (10,000 is its 100 %), with its open or closed ends.</summary>
public sealed record Bounds(int FromBasisPoints, int ToBasisPoints, bool FromInclusive = true, bool ToInclusive = true)
{
    public bool Contains(int basisPoints) =>
        (FromInclusive ? basisPoints >= FromBasisPoints : basisPoints > FromBasisPoints) &&
        (ToInclusive ? basisPoints <= ToBasisPoints : basisPoints < ToBasisPoints);

    /// <summary>As published: <c>80–95 %</c>. Which term a shared bound belongs to is told by the scale, not here.</summary>
    public override string ToString() => FromBasisPoints == ToBasisPoints
        ? $"{Percent(FromBasisPoints)} %"
        : $"{Percent(FromBasisPoints)}–{Percent(ToBasisPoints)} %";

    private static string Percent(int basisPoints) => (basisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>One term of one scale. It carries its scale's id, so that it cannot be mistaken for another's.</summary>
/// <param name="ScaleId">The scale it belongs to.</param>
/// <param name="Code">Stable within the scale.</param>
/// <param name="Label">The scale's own word.</param>
/// <param name="Order">Position in the published order, from 1.</param>
/// <param name="Bounds">The range, where the scale has one.</param>
/// <param name="OtherLabel">The scale's synonym, where it has one.</param>
/// <param name="Number">The number that the scale itself gives to the term, where it does.</param>
/// <param name="NoBasis">True for "cannot be judged" and the like: absent, not worst; it has no place in the order.</param>
public sealed record ScaleTerm(
    string ScaleId,
    string Code,
    string Label,
    int Order,
    Bounds? Bounds = null,
    string? OtherLabel = null,
    int? Number = null,
    bool NoBasis = false);

/// <summary>A published scale as data. A stored judgement names scale, version, term and bounds, and stays so.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Version">Edition that the terms are taken from.</param>
/// <param name="Title">For people.</param>
/// <param name="Source">Where it is published.</param>
/// <param name="Measures">What it measures.</param>
/// <param name="Coverage">How its ranges lie.</param>
/// <param name="Terms">In published order.</param>
public sealed record Scale(
    string Id,
    string Version,
    string Title,
    string Source,
    Measure Measures,
    Coverage Coverage,
    IReadOnlyList<ScaleTerm> Terms)
{
    /// <summary>The term with this code, or null: a scale has no other terms than its own.</summary>
    public ScaleTerm? Find(string code) => Terms.FirstOrDefault(t => t.Code == code);

    /// <summary>The term with this code; asking for one that does not exist is a bug.</summary>
    public ScaleTerm Term(string code) =>
        Find(code) ?? throw new ArgumentException($"Scale {Id} has no term '{code}'.", nameof(code));

    /// <summary>Every term whose range holds the value: one on a partition, perhaps none in a gap, several where nested.</summary>
    public IReadOnlyList<ScaleTerm> TermsAt(int basisPoints) =>
        [.. Terms.Where(t => t.Bounds is { } bounds && bounds.Contains(basisPoints))];
}
