using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>The people of a fictitious case, and the pool that its panel is drawn from. States have codes that no state has.</summary>
internal static class Cast
{
    public const string VictimState = "XX";
    public const string AccusedState = "ZZ";

    public static Caller Registrar { get; } = Person(1, Role.Registrar);

    public static Caller OtherRegistrar { get; } = Person(2, Role.Registrar);

    public static Caller Board { get; } = Person(3, Role.SelectionBoard);

    public static Caller Analyst { get; } = Person(4, Role.Analyst);

    public static Caller OtherAnalyst { get; } = Person(5, Role.Analyst);

    public static Caller Custodian { get; } = Person(6, Role.Custodian);

    public static Caller OtherCustodian { get; } = Person(7, Role.Custodian);

    public static Caller Lead { get; } = Person(8);

    public static Caller Devil { get; } = Person(9);

    public static Caller Reviewer { get; } = Person(10);

    public static Caller OtherReviewer { get; } = Person(11);

    public static Caller Specialist { get; } = Person(12);

    public static Caller Accused { get; } = Person(13);

    public static Caller Victim { get; } = Person(14);

    public static Caller Judge { get; } = Person(15, Role.ReviewPanelMember);

    public static Caller OtherJudge { get; } = Person(16, Role.ReviewPanelMember);

    public static Caller Officer { get; } = Person(17, Role.IntegrityOfficer);

    public static Caller OtherOfficer { get; } = Person(18, Role.IntegrityOfficer);

    public static Caller Auditor { get; } = Person(19, Role.Auditor);

    public static Caller Operator { get; } = Person(20, Role.Operator);

    public static Caller Referrer { get; } = Person(21, Role.Referrer);

    public static Caller Stranger { get; } = Person(22);

    /// <summary>Five people with nothing else to do in the case.</summary>
    public static IReadOnlyList<Caller> Scrutineers { get; } = [.. Enumerable.Range(31, 5).Select(n => Person(n, Role.Scrutineer))];

    /// <summary>Everyone but the panel.</summary>
    public static IReadOnlyList<Caller> Staff { get; } =
    [
        Registrar, OtherRegistrar, Board, Analyst, OtherAnalyst, Custodian, OtherCustodian, Lead, Devil, Reviewer, OtherReviewer, Specialist,
        Accused, Victim, Judge, OtherJudge, Officer, OtherOfficer, Auditor, Operator, Referrer, Stranger,
    ];

    /// <summary>Five regions of twelve, each of another nationality and employer.</summary>
    public static ImmutableArray<Candidate> Candidates { get; } =
    [
        .. Enum.GetValues<Region>().SelectMany(region => Enumerable.Range(0, 12).Select(n => new Candidate(
            Of(1000 + (100 * (int)region) + n).Value, region, [Nation(region, n)], null,
            [new Employment($"employer {region} {n}", null, null)], [], ["malware"], $"key-{region}-{n}"))),
    ];

    public static PersonId Of(int number) => PersonId.Of($"per_{number:x32}");

    public static Caller Person(int number, params Role[] roles) => new(Of(number), roles.ToHashSet());

    /// <summary>A drawn member, as the instance knows them.</summary>
    public static Caller Member(PersonId id) => new(id, new HashSet<Role> { Role.PanelMember });

    /// <summary>A person as the instance knows them: staff with their roles, everyone else as a drawn member.</summary>
    public static Caller Someone(PersonId id) => Staff.FirstOrDefault(s => s.Id == id) ?? Member(id);

    public static string NationOf(PersonId member) => Candidates.First(c => c.Id == member.Value).Nationalities[0];

    private static string Nation(Region region, int n) => $"{(char)('A' + (int)region)}{(char)('A' + n)}";
}
