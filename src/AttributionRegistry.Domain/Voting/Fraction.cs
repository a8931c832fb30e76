using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>A share as two integers, written <c>[2,3]</c>. Decisions never touch floating point.</summary>
[JsonConverter(typeof(FractionJson))]
public readonly record struct Fraction(int Numerator, int Denominator)
{
    /// <summary>A proper share: more than nothing and at most everything.</summary>
    public bool IsShare => Numerator > 0 && Denominator > 0 && Numerator <= Denominator;

    /// <summary>The least whole number that is at least this share of <paramref name="whole"/>.</summary>
    public int CeilingOf(int whole) => checked((int)((((long)Numerator * whole) + Denominator - 1) / Denominator));

    /// <summary>Whether <paramref name="part"/> is at least this share of <paramref name="whole"/>.</summary>
    public bool IsReachedBy(int part, int whole) => (long)Denominator * part >= (long)Numerator * whole;

    public override string ToString() => $"{Numerator}/{Denominator}";

    internal sealed class FractionJson : JsonConverter<Fraction>
    {
        public override Fraction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is not JsonTokenType.StartArray)
            {
                throw new JsonException("A share is written as [numerator, denominator].");
            }

            var numerator = Next(ref reader);
            var denominator = Next(ref reader);
            if (denominator < 1 || !reader.Read() || reader.TokenType is not JsonTokenType.EndArray)
            {
                throw new JsonException("A share is two whole numbers, the second at least 1.");
            }

            return new Fraction(numerator, denominator);
        }

        public override void Write(Utf8JsonWriter writer, Fraction value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.Numerator);
            writer.WriteNumberValue(value.Denominator);
            writer.WriteEndArray();
        }

        private static int Next(ref Utf8JsonReader reader) =>
            reader.Read() && reader.TokenType is JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= 0
                ? number
                : throw new JsonException("A share is two whole numbers, the second at least 1.");
    }
}
