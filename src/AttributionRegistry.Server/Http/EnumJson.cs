using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// Enum values by name, in one spelling: camelCase, or what the type itself says (a member's wire name, snake_case, its exact
/// name). The serializer's own converter also reads numbers, <c>WEAK</c> and lists of names.
/// </summary>
public sealed class CamelCaseEnumConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert?.IsEnum == true && typeToConvert != typeof(InformationGrade);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<TEnum> : JsonConverter<TEnum>
        where TEnum : struct, Enum
    {
        private static readonly FrozenDictionary<string, TEnum> Values =
            Enum.GetNames<TEnum>().ToFrozenDictionary(EnumNames.Wire<TEnum>, Enum.Parse<TEnum>, StringComparer.Ordinal);

        private static readonly FrozenDictionary<TEnum, string> Names =
            Values.DistinctBy(pair => pair.Value).ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

        public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Parse(ref reader) : throw Bad();

        public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WriteStringValue(Name(value));

        public override TEnum ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WritePropertyName(Name(value));

        private static TEnum Parse(ref Utf8JsonReader reader) =>
            Values.TryGetValue(CleanTextJsonConverter.Text(ref reader), out var value) ? value : throw Bad();

        private static string Name(TEnum value) =>
            Names.TryGetValue(value, out var name) ? name : throw new InvalidOperationException($"{typeof(TEnum).Name} has no value {value}.");

        private static JsonException Bad() => new($"Expected one of {string.Join(", ", Values.Keys)}.");
    }
}

/// <summary>The spelling of an enum's members on the wire.</summary>
public static class EnumNames
{
    public static string Wire<TEnum>(string member)
        where TEnum : struct, Enum => Wire(typeof(TEnum), member);

    public static string Wire(Type type, string member)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.GetField(member)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>() is { } named)
        {
            return named.Name;
        }

        var own = type.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType;
        return own is not { IsGenericType: true } ? JsonNamingPolicy.CamelCase.ConvertName(member)
            : own.GetGenericTypeDefinition() == typeof(SnakeCaseEnum<>) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(member)
            : member;
    }
}
