using System.Text.Json;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Server.Http;

/// <summary>Which types are typed ids, and what their text looks like.</summary>
public static class TypedIds
{
    public static bool Is(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITypedId<>) && i.GenericTypeArguments[0] == type);
    }

    public static string PrefixOf(Type type) => (string)typeof(TypedIds).GetMethod(nameof(Prefix))!.MakeGenericMethod(type).Invoke(null, null)!;

    public static string Prefix<TId>()
        where TId : struct, ITypedId<TId> => TId.Prefix;
}

/// <summary>Typed ids travel as their text, also as names of members.</summary>
public sealed class TypedIdJsonConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => TypedIds.Is(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<TId> : JsonConverter<TId>
        where TId : struct, ITypedId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Parse(CleanTextJsonConverter.Text(ref reader)) : throw Bad();

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

        public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(CleanTextJsonConverter.Text(ref reader));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);

        private static TId Parse(string text) => TypedId.TryParse<TId>(text, out var id) ? id : throw Bad();

        private static JsonException Bad() => new($"Expected an id of the form {TId.Prefix}_ and 32 lower-case hex digits.");
    }
}
