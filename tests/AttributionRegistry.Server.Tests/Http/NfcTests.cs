using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class NfcTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u212B", "\u00C5")] // Angstrom sign, a singleton.
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")] // UAX #15, figure 5: long s with dot above, dot below.
    [InlineData("\u0044\u0323\u0307", "\u1E0C\u0307")] // UAX #15: marks of two classes, one composes.
    [InlineData("\u0044\u0307\u0323", "\u1E0C\u0307")]
    [InlineData("\u0071\u0307\u0323", "\u0071\u0323\u0307")] // UAX #15: reordered, nothing composes.
    [InlineData("\u0958", "\u0915\u093C")] // Composition exclusion.
    [InlineData("\u1112\u1161\u11AB", "\uD55C")] // Hangul.
    [InlineData("\uD55C", "\uD55C")]
    [InlineData("\uD558\u11AB", "\uD55C")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("\uFB1D", "\u05D9\u05B4")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")] // NormalizationTest.txt, part 1 pattern.
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")] // Beyond the BMP, excluded from composition.
    [InlineData("\u0300a", "\u0300a")]
    public void Text_is_composed(string text, string expected) => Nfc.Of(text).Should().Be(expected);

    [Fact]
    public void Composing_twice_changes_nothing_more()
    {
        var all = string.Concat(Enumerable.Range(0x20, 0x2FFF).Where(c => c is < 0xD800 or > 0xDFFF).Select(c => (char)c));
        var once = Nfc.Of(all);
        Nfc.Of(once).Should().Be(once);
    }

    [Fact]
    public async Task A_long_run_of_marks_takes_no_long_time()
    {
        var hostile = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 250_000));
        var composed = await Task.Run(() => Nfc.Of(hostile)).WaitAsync(TimeSpan.FromSeconds(10));
        composed.Should().StartWith("\u1EA1\u0323");
    }
}
