namespace AttributionRegistry.Domain.Scales;

/// <remarks>
/// STIX 2.1 appendix A. Ranges are whole numbers of the STIX <c>confidence</c> property, here times 100;
/// <see cref="ScaleTerm.Number"/> is the value that the appendix prescribes on export.
/// They measure confidence as STIX means it, although two of them borrow words of likelihood.
/// </remarks>
public static partial class Scales
{
    private const string Stix21 = "OASIS, STIX Version 2.1, OASIS Standard, 10 June 2021, appendix A, Confidence Scales";

    public static Scale Stix21NoneLowMedHigh { get; } = Stix(
        "stix21-none-low-med-high", "None / Low / Med / High",
        At("none", "None", 0, 0, 0),
        At("low", "Low", 15, 1, 29),
        At("med", "Med", 50, 30, 69),
        At("high", "High", 85, 70, 100));

    public static Scale Stix21ZeroToTen { get; } = Stix(
        "stix21-0-10", "0–10",
        At("0", "0", 0, 0, 4), At("1", "1", 10, 5, 14), At("2", "2", 20, 15, 24), At("3", "3", 30, 25, 34),
        At("4", "4", 40, 35, 44), At("5", "5", 50, 45, 54), At("6", "6", 60, 55, 64), At("7", "7", 70, 65, 74),
        At("8", "8", 80, 75, 84), At("9", "9", 90, 85, 94), At("10", "10", 100, 95, 100));

    public static Scale Stix21AdmiraltyCredibility { get; } = Stix(
        "stix21-admiralty-credibility", "Admiralty credibility",
        At("5", "5 – Improbable", 10, 0, 19),
        At("4", "4 – Doubtful", 30, 20, 39),
        At("3", "3 – Possibly True", 50, 40, 59),
        At("2", "2 – Probably True", 70, 60, 79),
        At("1", "1 – Confirmed by other sources", 90, 80, 100),
        new("6", "6 – Truth cannot be judged", NoBasis: true));

    public static Scale Stix21Wep { get; } = Stix(
        "stix21-wep", "Words of estimative probability",
        At("impossible", "Impossible", 0, 0, 0),
        At("highly-unlikely", "Highly Unlikely/Almost Certainly Not", 10, 1, 19),
        At("unlikely", "Unlikely/Probably Not", 30, 20, 39),
        At("even-chance", "Even Chance", 50, 40, 59),
        At("likely", "Likely/Probable", 70, 60, 79),
        At("highly-likely", "Highly likely/Almost Certain", 90, 80, 99),
        At("certain", "Certain", 100, 100, 100));

    public static Scale Stix21Dni { get; } = Stix(
        "stix21-dni", "DNI scale",
        At("almost-no-chance", "Almost No Chance / Remote", 5, 0, 9),
        At("very-unlikely", "Very Unlikely / Highly Improbable", 15, 10, 19),
        At("unlikely", "Unlikely / Improbable", 30, 20, 39),
        At("roughly-even-chance", "Roughly Even Chance / Roughly Even Odds", 50, 40, 59),
        At("likely", "Likely / Probable", 70, 60, 79),
        At("very-likely", "Very Likely / Highly Probable", 85, 80, 89),
        At("almost-certain", "Almost Certain / Nearly Certain", 95, 90, 100));

    private static Scale Stix(string id, string name, params Entry[] entries) =>
        Define(id, "2.1", $"STIX confidence: {name}", Stix21, Measure.Confidence, Coverage.Gapped, entries);

    private static Entry At(string code, string label, int number, int from, int to) =>
        new(code, label, new(from * 100, to * 100), Number: number);
}
