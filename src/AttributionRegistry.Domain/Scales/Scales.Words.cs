namespace AttributionRegistry.Domain.Scales;

public static partial class Scales
{
    private const string Nato =
        "NATO, AJP-2.1, Allied Joint Doctrine for Intelligence Procedures; STANAG 2511, Intelligence Reports, edition 1, 2003";

    public static Scale AdmiraltySource { get; } = Define(
        "admiralty-source", "AJP-2.1", "Admiralty reliability of the source", Nato, Measure.SourceReliability, Coverage.None,
        new("A", "completely reliable"),
        new("B", "usually reliable"),
        new("C", "fairly reliable"),
        new("D", "not usually reliable"),
        new("E", "unreliable"),
        new("F", "reliability cannot be judged", NoBasis: true));

    public static Scale AdmiraltyInformation { get; } = Define(
        "admiralty-information", "AJP-2.1", "Admiralty credibility of the information", Nato, Measure.InformationCredibility, Coverage.None,
        new("1", "confirmed by other sources"),
        new("2", "probably true"),
        new("3", "possibly true"),
        new("4", "doubtful"),
        new("5", "improbable"),
        new("6", "truth cannot be judged", NoBasis: true));

    public static Scale TrafficLight { get; } = Define(
        "tlp", "2.0", "Traffic Light Protocol",
        "FIRST, Traffic Light Protocol (TLP), version 2.0, August 2022, https://www.first.org/tlp/",
        Measure.Sharing, Coverage.None,
        new("TLP:RED", "for the eyes and ears of individual recipients only"),
        new("TLP:AMBER+STRICT", "limited to the recipient's organisation, need to know"),
        new("TLP:AMBER", "limited to the recipient's organisation and its clients, need to know"),
        new("TLP:GREEN", "limited to the community"),
        new("TLP:CLEAR", "no limit on disclosure", Other: "TLP:WHITE in version 1.0"));

    public static Scale AchRating { get; } = Define(
        "ach-rating", "1999/2010", "Ratings of the analysis of competing hypotheses",
        "Heuer, Psychology of Intelligence Analysis, CIA Center for the Study of Intelligence, 1999, chapter 8; letters as in Heuer and Pherson, Structured Analytic Techniques for Intelligence Analysis, CQ Press, 2010",
        Measure.Consistency, Coverage.None,
        new("CC", "very consistent"),
        new("C", "consistent"),
        new("N", "neutral"),
        new("I", "inconsistent"),
        new("II", "very inconsistent"),
        new("NA", "not applicable", NoBasis: true));

    public static Scale StandardOfProof { get; } = Define(
        "standard-of-proof", "2012", "Standards of proof in international fact-finding",
        "Wilkinson, Standards of Proof in International Humanitarian and Human Rights Fact-Finding and Inquiry Missions, Geneva Academy, 2012; OHCHR, Commissions of Inquiry and Fact-Finding Missions, 2015",
        Measure.StandardOfProof, Coverage.None,
        new("reasonable-suspicion", "reasonable suspicion"),
        new("reasonable-grounds", "reasonable grounds to believe"),
        new("balance-of-probabilities", "balance of probabilities", Other: "preponderance of the evidence"),
        new("clear-and-convincing", "clear and convincing evidence"),
        new("beyond-reasonable-doubt", "beyond reasonable doubt"));

    /// <summary>Healey's spectrum, from the most passive to the most active responsibility of a state.</summary>
    public static Scale StateResponsibility { get; } = Define(
        "state-responsibility", "2012", "Spectrum of state responsibility",
        "Healey, Beyond Attribution: Seeking National Responsibility for Cyber Attacks, Atlantic Council, 2012; codes as in the MISP taxonomy state-responsibility, version 1",
        Measure.StateResponsibility, Coverage.None,
        new("state-prohibited", "state-prohibited", Number: 1),
        new("state-prohibited-but-inadequate", "state-prohibited-but-inadequate", Number: 2),
        new("state-ignored", "state-ignored", Number: 3),
        new("state-encouraged", "state-encouraged", Number: 4),
        new("state-shaped", "state-shaped", Number: 5),
        new("state-coordinated", "state-coordinated", Number: 6),
        new("state-ordered", "state-ordered", Number: 7),
        new("state-rogue-conducted", "state-rogue-conducted", Number: 8),
        new("state-executed", "state-executed", Number: 9),
        new("state-integrated", "state-integrated", Number: 10));
}
