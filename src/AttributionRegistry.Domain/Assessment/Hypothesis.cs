using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>What sort of explanation a hypothesis offers. One hypothesis may be of several kinds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HypothesisKind>))]
public enum HypothesisKind
{
    [JsonStringEnumMemberName("state")]
    State,

    [JsonStringEnumMemberName("stateSponsored")]
    StateSponsored,

    [JsonStringEnumMemberName("group")]
    Group,

    [JsonStringEnumMemberName("criminal")]
    Criminal,

    [JsonStringEnumMemberName("nonState")]
    NonState,

    [JsonStringEnumMemberName("insider")]
    Insider,

    [JsonStringEnumMemberName("falseFlag")]
    FalseFlag,

    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>A set of kinds, written <c>state+falseFlag</c>. Order and repetition do not matter.</summary>
public sealed record HypothesisKinds
{
    private static readonly (string Name, HypothesisKind Kind)[] Names =
    [
        ("state", HypothesisKind.State), ("stateSponsored", HypothesisKind.StateSponsored), ("group", HypothesisKind.Group),
        ("criminal", HypothesisKind.Criminal), ("nonState", HypothesisKind.NonState), ("insider", HypothesisKind.Insider),
        ("falseFlag", HypothesisKind.FalseFlag), ("unknown", HypothesisKind.Unknown),
    ];

    private HypothesisKinds(IEnumerable<HypothesisKind> kinds) => All = [.. kinds.Distinct().Order()];

    public IReadOnlyList<HypothesisKind> All { get; }

    /// <summary>Says that someone made it look like someone else.</summary>
    public bool IsDeception => Has(HypothesisKind.FalseFlag);

    /// <summary>Says that no state is behind it, or that one cannot tell. A bare group is neither: it leaves the sponsor open.</summary>
    public bool IsNonStateOrUnknown =>
        !Has(HypothesisKind.State) && !Has(HypothesisKind.StateSponsored) &&
        (Has(HypothesisKind.Criminal) || Has(HypothesisKind.NonState) || Has(HypothesisKind.Insider) || Has(HypothesisKind.Unknown));

    public static HypothesisKinds Of(params IReadOnlyList<HypothesisKind> kinds) => new(kinds);

    public static bool TryParse(string? text, out HypothesisKinds kinds)
    {
        var found = (text ?? "").Split('+', StringSplitOptions.TrimEntries)
            .Select(part => Array.FindIndex(Names, n => n.Name == part))
            .ToArray();
        var known = found.All(i => i >= 0);
        kinds = new(known ? found.Select(i => Names[i].Kind) : []);
        return known;
    }

    public bool Has(HypothesisKind kind) => All.Contains(kind);

    public bool Equals(HypothesisKinds? other) => other is not null && All.SequenceEqual(other.All);

    public override int GetHashCode() => All.Aggregate(17, HashCode.Combine);

    public override string ToString() => string.Join('+', All.Select(k => Names.First(n => n.Kind == k).Name));
}

/// <summary>One explanation that the assessment weighs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Statement">In words.</param>
/// <param name="Kinds">What sort of explanation it is.</param>
/// <param name="IsResidual">
/// True for the one that only says "none of those, or it cannot be told". Nothing can be inconsistent with it, so it is
/// shown but not ranked: otherwise it would win every case.
/// </param>
public sealed record Hypothesis(HypothesisId Id, string Statement, HypothesisKinds Kinds, bool IsResidual = false);
