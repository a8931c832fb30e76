namespace AttributionRegistry.Log.Tests.Json;

public sealed class B64UrlTests
{
    [Fact]
    public void Bytes_of_any_length_come_back()
    {
        var random = new Random(64);
        for (var length = 0; length < 70; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var text = B64Url.Encode(bytes);

            B64Url.Decode(text).Should().Equal(bytes);
            text.Should().MatchRegex("^[A-Za-z0-9_-]*$");
        }
    }

    [Theory]
    [InlineData("AA==", "padding")]
    [InlineData("AB", "bits left over")]
    [InlineData("AAF", "bits left over")]
    [InlineData("A", "no byte has one letter")]
    [InlineData("AAAAA", "no byte has one letter")]
    [InlineData("A+", "a letter of the other alphabet")]
    [InlineData("A/", "a letter of the other alphabet")]
    [InlineData(" AA", "white space")]
    [InlineData("AA\n", "white space")]
    public void A_second_spelling_is_refused(string text, string because)
    {
        B64Url.TryDecode(text, out _).Should().BeFalse(because);
        new Action(() => B64Url.Decode(text)).Should().Throw<FormatException>(because);
    }

    [Fact]
    public void Nothing_at_all_is_not_base64url() => B64Url.TryDecode(null, out _).Should().BeFalse();
}
