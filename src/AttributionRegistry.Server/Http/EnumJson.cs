using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Server.Http;

/// <summary>Enum values as their camelCase names, in that one spelling. The serializer's own converter also reads <c>WEAK</c> and lists of names.</summary>
public sealed class CamelCaseEnumConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert?.IsEnum == true;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<TEnum> : JsonConverter<TEnum>
        where TEnum : struct, Enum
    {
        private static readonly FrozenDictionary<string, TEnum> Values =
            Enum.GetNames<TEnum>().ToFrozenDictionary(JsonNamingPolicy.CamelCase.ConvertName, Enum.Parse<TEnum>, StringComparer.Ordinal);

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
