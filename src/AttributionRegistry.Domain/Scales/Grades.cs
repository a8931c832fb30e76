using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Scales;

/// <summary>Admiralty reliability of a source. F is "cannot be judged": no basis, not the worst.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SourceGrade>))]
public enum SourceGrade
{
    A,
    B,
    C,
    D,
    E,
    F,
}

/// <summary>Admiralty credibility of an item of information. Six is "cannot be judged": no basis, not the worst.</summary>
[JsonConverter(typeof(InformationGradeJson))]
public enum InformationGrade
{
    One = 1,
    Two = 2,
    Three = 3,
    Four = 4,
    Five = 5,
    Six = 6,
}

/// <summary>How an item of evidence bears on a hypothesis: very consistent … very inconsistent, or not applicable.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Rating>))]
public enum Rating
{
    CC,
    C,
    N,
    I,
    II,
    NA,
}

/// <summary>How easily the observation could have been planted by someone else.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Spoofability>))]
public enum Spoofability
{
    [JsonStringEnumMemberName("low")]
    Low,

    [JsonStringEnumMemberName("medium")]
    Medium,

    [JsonStringEnumMemberName("high")]
    High,

    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>Confidence in an analytic judgement (ICD 203); a field of its own, never folded into the likelihood.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnalyticConfidence>))]
public enum AnalyticConfidence
{
    [JsonStringEnumMemberName("low")]
    Low,

    [JsonStringEnumMemberName("moderate")]
    Moderate,

    [JsonStringEnumMemberName("high")]
    High,
}

/// <summary>The information grade as its number, 1 to 6, and nothing else.</summary>
public sealed class InformationGradeJson : JsonConverter<InformationGrade>
{
    public override InformationGrade Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) && value is >= 1 and <= 6
            ? (InformationGrade)value
            : throw new JsonException("Expected a whole number from 1 to 6.");

    public override void Write(Utf8JsonWriter writer, InformationGrade value, JsonSerializerOptions options) => writer.WriteNumberValue((int)value);
}

/// <summary>Reading and writing grades in their scales' own codes.</summary>
public static class Grades
{
    /// <summary>1 to 6.</summary>
    public static int Value(this InformationGrade grade) => (int)grade;

    /// <summary>False for F, which says that nothing is known about the source.</summary>
    public static bool HasBasis(this SourceGrade grade) => grade != SourceGrade.F;

    /// <summary>False for 6, which says that the information cannot be judged.</summary>
    public static bool HasBasis(this InformationGrade grade) => grade != InformationGrade.Six;

    public static ScaleTerm Term(this SourceGrade grade) => Scales.AdmiraltySource.Term(grade.ToString());

    public static ScaleTerm Term(this InformationGrade grade) => Scales.AdmiraltyInformation.Term($"{grade.Value()}");

    public static ScaleTerm Term(this Rating rating) => Scales.AchRating.Term(rating.ToString());

    public static ScaleTerm Term(this AnalyticConfidence confidence) =>
        Scales.Icd203Confidence.Term(confidence.ToString().ToLowerInvariant());

    public static bool TryParse(string? text, out SourceGrade grade)
    {
        grade = default;
        return text is ['A' or 'B' or 'C' or 'D' or 'E' or 'F'] && Enum.TryParse(text, out grade);
    }

    public static bool TryParse(string? text, out InformationGrade grade)
    {
        grade = default;
        if (text is not [>= '1' and <= '6'])
        {
            return false;
        }

        grade = (InformationGrade)(text[0] - '0');
        return true;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Rating rating)
    {
        rating = default;
        return text is "CC" or "C" or "N" or "I" or "II" or "NA" && Enum.TryParse(text, out rating);
    }
}
