using System.Globalization;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>Numbers of the canonical form: plain integers in the registry profile, ECMAScript's shortest form in full RFC 8785.</summary>
internal static class CanonicalNumber
{
    private const int LongestInteger = 17; // a sign and the sixteen digits of 2^53 − 1

    public static void Write(CanonicalWriter writer, ReadOnlySpan<byte> literal, bool integersOnly, PointerStack at)
    {
        if (integersOnly)
        {
            writer.Raw(Integer(literal, at));
            return;
        }

        var value = double.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            throw at.Fault("The number is too large for a double.");
        }

        writer.Raw(Encoding.ASCII.GetBytes(Es6(value)));
    }

    /// <summary>ECMA-262 Number::toString, which RFC 8785 prescribes.</summary>
    public static string Es6(double value)
    {
        if (value == 0)
        {
            return "0"; // also for -0
        }

        // "E16" would give 17 digits; "R" gives the shortest that read back the same, which is what ECMAScript asks for.
        var (digits, exponent) = Split(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        var sign = value < 0 ? "-" : "";
        var k = digits.Length;
        return sign + exponent switch
        {
            > 21 or <= -6 => Scientific(digits, exponent - 1),
            _ when exponent >= k => digits + new string('0', exponent - k),
            > 0 => $"{digits[..exponent]}.{digits[exponent..]}",
            _ => $"0.{new string('0', -exponent)}{digits}",
        };
    }

    private static ReadOnlySpan<byte> Integer(ReadOnlySpan<byte> literal, PointerStack at)
    {
        if (literal.IndexOfAny(".eE"u8) >= 0 || literal.SequenceEqual("-0"u8))
        {
            throw at.Fault("A number must be an integer without fraction, exponent or negative zero; write anything else as a string.");
        }

        if (literal.Length > LongestInteger || !long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ||
            value is > CanonicalJson.MaxInteger or < -CanonicalJson.MaxInteger)
        {
            throw at.Fault("An integer must lie within ±(2^53 − 1); write a larger one as a string.");
        }

        return literal;
    }

    private static string Scientific(string digits, int power)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return $"{mantissa}e{(power < 0 ? "-" : "+")}{Math.Abs(power)}";
    }

    /// <summary>The significant digits, and n such that the value is 0.digits × 10^n.</summary>
    private static (string Digits, int Exponent) Split(string shortest)
    {
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var power = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), whole.Length - leading + power);
    }
}
