namespace AttributionRegistry.Domain.Scales;

public static partial class Scales
{
    /// <summary>ICD 203 likelihood. The document shares bounds between neighbours; here a shared bound is the upper term's.</summary>
    public static Scale Icd203Likelihood { get; } = Define(
        "icd203-likelihood", "2015 (amended 2022)", "ICD 203 degrees of likelihood",
        "US Office of the Director of National Intelligence, Intelligence Community Directive 203, Analytic Standards, 2 January 2015, technical amendment 2022, section D.6.e(2)(a)",
        Measure.Likelihood, Coverage.Partition,
        new("almost-no-chance", "almost no chance", UpTo(100, 500), "remote"),
        new("very-unlikely", "very unlikely", UpTo(500, 2000), "highly improbable"),
        new("unlikely", "unlikely", UpTo(2000, 4500), "improbable"),
        new("roughly-even-chance", "roughly even chance", UpTo(4500, 5500), "roughly even odds"),
        new("likely", "likely", UpTo(5500, 8000), "probable"),
        new("very-likely", "very likely", UpTo(8000, 9500), "highly probable"),
        new("almost-certain", "almost certain", new(9500, 9900), "nearly certain"));

    /// <summary>ICD 203 confidence. It has no numbers, and gets none here.</summary>
    public static Scale Icd203Confidence { get; } = Define(
        "icd203-confidence", "2015 (amended 2022)", "Confidence in an analytic judgement",
        "US Office of the Director of National Intelligence, Intelligence Community Directive 203, Analytic Standards, 2 January 2015, technical amendment 2022; levels as in Joint Publication 2-0, appendix A",
        Measure.Confidence, Coverage.None,
        new("low", "low"),
        new("moderate", "moderate"),
        new("high", "high"));

    /// <summary>UK yardstick. The gaps between its ranges are part of it: they keep analysts from false precision.</summary>
    public static Scale UkPhia { get; } = Define(
        "uk-phia", "2019", "UK PHIA probability yardstick",
        "UK Professional Head of Intelligence Assessment, Professional Development Framework for all-source intelligence assessment, 2019",
        Measure.Likelihood, Coverage.Gapped,
        new("remote-chance", "remote chance", new(0, 500, FromInclusive: false)),
        new("highly-unlikely", "highly unlikely", new(1000, 2000)),
        new("unlikely", "unlikely", new(2500, 3500)),
        new("realistic-possibility", "realistic possibility", UpTo(4000, 5000)),
        new("likely", "likely", new(5500, 7500), "probable"),
        new("highly-likely", "highly likely", new(8000, 9000)),
        new("almost-certain", "almost certain", UpTo(9500, 10000)));

    /// <summary>IPCC likelihood, with the three terms that the note allows in addition. The ranges are nested.</summary>
    public static Scale IpccAr5Likelihood { get; } = Define(
        "ipcc-ar5-likelihood", "AR5 (2010)", "IPCC AR5 likelihood scale",
        "Mastrandrea et al., Guidance Note for Lead Authors of the IPCC Fifth Assessment Report on Consistent Treatment of Uncertainties, IPCC, 2010, table 1",
        Measure.Likelihood, Coverage.Nested,
        new("exceptionally-unlikely", "exceptionally unlikely", new(0, 100)),
        new("extremely-unlikely", "extremely unlikely", new(0, 500)),
        new("very-unlikely", "very unlikely", new(0, 1000)),
        new("unlikely", "unlikely", new(0, 3300)),
        new("about-as-likely-as-not", "about as likely as not", new(3300, 6600)),
        new("more-likely-than-not", "more likely than not", new(5000, 10000, FromInclusive: false)),
        new("likely", "likely", new(6600, 10000)),
        new("very-likely", "very likely", new(9000, 10000)),
        new("extremely-likely", "extremely likely", new(9500, 10000)),
        new("virtually-certain", "virtually certain", new(9900, 10000)));

    private static Bounds UpTo(int from, int below) => new(from, below, ToInclusive: false);
}
