using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AttributionRegistry.Log.Tests.Json;

public sealed partial class CanonicalJsonVectorTests
{
    [SharedDataFact]
    public void Every_published_document_gets_its_published_canonical_bytes()
    {
        var cases = Vectors.Shared("jcs-rfc8785.json").Cases().ToList();

        cases.Should().HaveCount(6);
        foreach (var c in cases)
        {
            var canonical = CanonicalJson.Canonicalize(c.Base64("inputBase64"));

            Convert.ToHexStringLower(canonical).Should().Be(c.Text("outputHex"), c.Text("name"));
            Convert.ToHexStringLower(SHA256.HashData(canonical)).Should().Be(c.Text("sha256"), c.Text("name"));
            CanonicalJson.Canonicalize(canonical).Should().Equal(canonical, "the canonical form is its own canonical form");
        }
    }

    [SharedDataFact]
    public void Every_published_double_gets_its_published_digits()
    {
        var cases = Vectors.Shared("jcs-rfc8785.json").Cases("numbers").ToList();

        cases.Should().HaveCount(7);
        foreach (var c in cases)
        {
            var value = BitConverter.UInt64BitsToDouble(ulong.Parse(c.Text("ieeeHex"), NumberStyles.HexNumber, CultureInfo.InvariantCulture));

            Digits(value).Should().Be(c.Text("expected"), c.Text("ieeeHex"));
        }
    }

    [Theory]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(123456789012345680000d, "123456789012345680000")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(-1.5e-10, "-1.5e-10")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(-0.0, "0")]
    [InlineData(100, "100")]
    [InlineData(0.1, "0.1")]
    [InlineData(12.5, "12.5")]
    public void Doubles_are_written_as_ECMAScript_writes_them(double value, string expected) => Digits(value).Should().Be(expected);

    [Fact]
    public void Any_double_reads_back_as_itself()
    {
        var random = new Random(8785);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                var digits = Digits(value);

                if (!double.Parse(digits, CultureInfo.InvariantCulture).Equals(value) || !Form().IsMatch(digits))
                {
                    digits.Should().Be($"{value:R}", "it must stand for this number in the one form");
                }
            }
        }
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,20}|(0|[1-9][0-9]*)\.[0-9]*[1-9]|[1-9](\.[0-9]*[1-9])?e[+-][1-9][0-9]*)\z")]
    private static partial Regex Form();

    private static string Digits(double value) =>
        Encoding.ASCII.GetString(CanonicalJson.Canonicalize(Encoding.ASCII.GetBytes(value.ToString("R", CultureInfo.InvariantCulture))));
}
