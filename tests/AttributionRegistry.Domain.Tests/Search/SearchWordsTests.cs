using AttributionRegistry.Domain.Search;

namespace AttributionRegistry.Domain.Tests.Search;

public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("wiper attack", "wiper|attack")]
    [InlineData("\"power grid\" wiper", "power grid|wiper")]
    [InlineData("ransom* ab*", "ransom*|ab")]
    [InlineData("\"ransom*\"", "ransom")]
    [InlineData("NOT (a) OR b:c ^d {e} -f + NEAR/2", "NOT|a|OR|b c|d|e|f|NEAR 2")]
    [InlineData("AcidRain acidrain AcidRain", "AcidRain|acidrain")]
    [InlineData("\"unclosed phrase", "unclosed phrase")]
    [InlineData("!!! -- \"\" *", "")]
    [InlineData("网络攻击", "网 络 攻 击")]
    [InlineData("АПТ-28", "АПТ 28")]
    public void What_was_typed_becomes_words_and_never_syntax(string typed, string terms) =>
        string.Join('|', SearchWords.Parse(typed).Select(t => string.Join(' ', t.Words) + (t.Prefix ? "*" : ""))).Should().Be(terms);

    [Fact]
    public void More_than_sixteen_words_are_not_looked_for() =>
        SearchWords.Parse(string.Join(' ', Enumerable.Range(0, 40))).Should().HaveCount(SearchWords.MaxTerms);

    [Fact]
    public void Characters_of_scripts_without_spaces_are_indexed_one_by_one()
    {
        var indexed = SearchWords.Indexed("a网络 b\U00020000c");
        indexed.Split(SearchWords.Joint, StringSplitOptions.RemoveEmptyEntries).Should().Equal("a", "网", "络", " b", "\U00020000", "c");
        indexed.Replace(SearchWords.Joint.ToString(), "", StringComparison.Ordinal).Should().Be("a网络 b\U00020000c");
    }

    [Fact]
    public void An_excerpt_marks_what_was_searched_for_and_nothing_else()
    {
        var parts = Excerpt.Around("The panel assesses: <b>Wipér</b> and wipers, power grid, grid power.", SearchWords.Parse("wiper \"power grid\""))!.Value;
        parts.Where(p => p.Hit).Select(p => p.Text).Should().Equal("Wipér", "power grid");
        string.Concat(parts.Select(p => p.Text)).Should().Be("The panel assesses: <b>Wipér</b> and wipers, power grid, grid power.");
        Excerpt.Around("Nothing of it.", SearchWords.Parse("wiper")).Should().BeNull();
    }

    [Fact]
    public void A_long_text_is_cut_at_words_around_the_first_hit()
    {
        var text = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"w{i}"));
        var parts = Excerpt.Around(text, SearchWords.Parse("w25*"))!.Value;
        parts[0].Text.Should().StartWith("… w");
        parts[^1].Text.Should().EndWith(" …");
        parts.First(p => p.Hit).Text.Should().Be("w25", "the place is that of the first hit");
        string.Concat(parts.Select(p => p.Text)).Length.Should().BeLessThan(Excerpt.Length + 8);
    }

    [Fact]
    public void Beginnings_of_words_are_marked_as_whole_words() =>
        Excerpt.Whole("Ransomware, ransom and random", SearchWords.Parse("ransom*")).Where(p => p.Hit).Select(p => p.Text).Should().Equal("Ransomware", "ransom");
}
