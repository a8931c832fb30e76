using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>What a question asks about.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Level>))]
public enum Level
{
    Individual,
    Group,
    StateSponsored,
    State,
}

/// <summary>The five regional groups that seats are spread over.</summary>
[JsonConverter(typeof(ExactNameEnum<Region>))]
public enum Region
{
    AFR,
    APG,
    EEG,
    GRULAC,
    WEOG,
}

/// <summary>How sure a member is of their own judgement; ordered.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Confidence>))]
public enum Confidence
{
    Low,
    Moderate,
    High,
}

/// <summary>The published words for a likelihood (V-31); ordered.</summary>
[JsonConverter(typeof(SnakeCaseEnum<LikelihoodTerm>))]
public enum LikelihoodTerm
{
    AlmostNoChance,
    VeryUnlikely,
    Unlikely,
    RoughlyEven,
    Likely,
    VeryLikely,
    AlmostCertain,
}

/// <summary>From basis points to words (V-31).</summary>
public static class LikelihoodScale
{
    /// <summary>The term of a likelihood in basis points; the lower bound belongs to the term.</summary>
    public static LikelihoodTerm TermOf(int basisPoints) => basisPoints switch
    {
        < 500 => LikelihoodTerm.AlmostNoChance,
        < 2000 => LikelihoodTerm.VeryUnlikely,
        < 4500 => LikelihoodTerm.Unlikely,
        < 5500 => LikelihoodTerm.RoughlyEven,
        < 8000 => LikelihoodTerm.Likely,
        < 9500 => LikelihoodTerm.VeryLikely,
        _ => LikelihoodTerm.AlmostCertain,
    };
}

/// <summary>Writes an enum as snake_case text; numbers are refused.</summary>
public sealed class SnakeCaseEnum<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

/// <summary>Writes an enum by its own name; numbers are refused.</summary>
public sealed class ExactNameEnum<TEnum>() : JsonStringEnumConverter<TEnum>(namingPolicy: null, allowIntegerValues: false)
    where TEnum : struct, Enum;
