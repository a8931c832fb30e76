using System.Reflection;
using AttributionRegistry.Domain.Scales;
using Known = AttributionRegistry.Domain.Scales.Scales;

namespace AttributionRegistry.Domain.Tests.Scales;

public sealed class ScaleTests
{
    public static TheoryData<string> AllIds => [.. Known.All.Select(s => s.Id)];

    [Fact]
    public void Every_scale_that_the_design_names_is_there_once() =>
        Known.All.Select(s => s.Id).Should().Equal(
            "icd203-likelihood", "icd203-confidence", "uk-phia", "ipcc-ar5-likelihood",
            "admiralty-source", "admiralty-information", "tlp", "ach-rating", "standard-of-proof", "state-responsibility",
            "stix21-none-low-med-high", "stix21-0-10", "stix21-admiralty-credibility", "stix21-wep", "stix21-dni");

    [Theory]
    [MemberData(nameof(AllIds))]
    public void A_scale_names_version_source_and_ordered_terms_with_codes_of_their_own(string id)
    {
        var scale = Known.Find(id)!;

        scale.Version.Should().NotBeNullOrWhiteSpace();
        scale.Source.Length.Should().BeGreaterThan(20);
        scale.Terms.Select(t => t.Code).Should().OnlyHaveUniqueItems();
        scale.Terms.Select(t => t.Order).Should().Equal(Enumerable.Range(1, scale.Terms.Count));
        scale.Terms.Should().OnlyContain(t => t.ScaleId == id && t.Label.Length > 0);
    }

    [Theory]
    [MemberData(nameof(AllIds))]
    public void A_scale_has_bounds_exactly_where_it_covers_a_line(string id)
    {
        var scale = Known.Find(id)!;

        scale.Terms.Should().OnlyContain(t => t.Bounds != null == (scale.Coverage != Coverage.None && !t.NoBasis));
    }

    [Fact]
    public void No_public_method_takes_two_scales()
    {
        Type[] scaleTypes = [typeof(Scale), typeof(ScaleTerm), typeof(SourceGrade), typeof(InformationGrade), typeof(Rating), typeof(Tlp), typeof(AnalyticConfidence)];
        Type[] termTypes = [typeof(Scale), typeof(ScaleTerm)];
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

        var methods = typeof(Scale).Assembly.GetExportedTypes()
            .Where(t => t.Namespace is "AttributionRegistry.Domain.Scales" or "AttributionRegistry.Domain.Assessment")
            .SelectMany(t => t.GetMethods(Own))
            .Where(m => !m.IsSpecialName && m.Name is not (nameof(Equals) or "<Clone>$"))
            .ToList();

        methods.Should().NotBeEmpty();
        methods.Where(m => Count(m, scaleTypes) > 1).Select(Named).Should().BeEquivalentTo(
            ["Weights.Of", "TlpLabels.IsWiderThan"],
            "the weight table multiplies two grades into a weight of its own, and two labels of one scale may be compared");
        methods.Where(m => Count(m, termTypes) > 0 && termTypes.Contains(m.ReturnType)).Select(Named).Should().Equal(
            ["Scale.Find", "Scale.Term"], "these answer terms of the very scale they are asked on");

        int Count(MethodInfo method, Type[] types) =>
            method.GetParameters().Count(p => types.Contains(p.ParameterType)) + (!method.IsStatic && types.Contains(method.DeclaringType) ? 1 : 0);

        string Named(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(99, null)]
    [InlineData(100, "almost-no-chance")]
    [InlineData(499, "almost-no-chance")]
    [InlineData(500, "very-unlikely")]
    [InlineData(1999, "very-unlikely")]
    [InlineData(2000, "unlikely")]
    [InlineData(4500, "roughly-even-chance")]
    [InlineData(5499, "roughly-even-chance")]
    [InlineData(5500, "likely")]
    [InlineData(8000, "very-likely")]
    [InlineData(9499, "very-likely")]
    [InlineData(9500, "almost-certain")]
    [InlineData(9900, "almost-certain")]
    [InlineData(9901, null)]
    [InlineData(10000, null)]
    public void A_shared_bound_of_ICD_203_belongs_to_the_upper_term(int basisPoints, string? code) =>
        (Known.Icd203TermAt(basisPoints)?.Code).Should().Be(code);

    [Fact]
    public void A_partition_gives_each_value_within_it_exactly_one_term()
    {
        foreach (var scale in Known.All.Where(s => s.Coverage == Coverage.Partition))
        {
            var from = scale.Terms.Min(t => t.Bounds!.FromBasisPoints);
            var to = scale.Terms.Max(t => t.Bounds!.ToBasisPoints);
            Enumerable.Range(from, to - from + 1).Should().OnlyContain(bp => scale.TermsAt(bp).Count == 1);
        }
    }

    [Fact]
    public void The_UK_yardstick_keeps_its_gaps()
    {
        Known.UkPhia.TermsAt(700).Should().BeEmpty();
        Known.UkPhia.TermsAt(2200).Should().BeEmpty();
        Known.UkPhia.TermsAt(5000).Should().BeEmpty();
        Known.UkPhia.TermsAt(4999).Single().Code.Should().Be("realistic-possibility");
    }

    [Fact]
    public void The_IPCC_terms_are_nested() =>
        Known.IpccAr5Likelihood.TermsAt(9950).Select(t => t.Code).Should().Equal(
            "more-likely-than-not", "likely", "very-likely", "extremely-likely", "virtually-certain");

    [Fact]
    public void Every_whole_STIX_confidence_has_exactly_one_term_and_each_terms_own_number_lies_in_its_range()
    {
        foreach (var scale in Known.All.Where(s => s.Id.StartsWith("stix21-", StringComparison.Ordinal)))
        {
            Enumerable.Range(0, 101).Should().OnlyContain(n => scale.TermsAt(n * 100).Count == 1, scale.Id);
            scale.Terms.Where(t => t.Bounds != null).Should().OnlyContain(t => t.Bounds!.Contains(t.Number!.Value * 100), scale.Id);
        }
    }

    [Fact]
    public void The_spectrum_of_state_responsibility_has_ten_steps_from_prohibited_to_integrated()
    {
        Known.StateResponsibility.Terms.Should().HaveCount(10);
        Known.StateResponsibility.Terms[0].Code.Should().Be("state-prohibited");
        Known.StateResponsibility.Terms[9].Code.Should().Be("state-integrated");
    }

    [Fact]
    public void Bounds_read_as_published() =>
        Known.Icd203Likelihood.Terms.Select(t => t.Bounds!.ToString()).Should().Equal(
            "1–5 %", "5–20 %", "20–45 %", "45–55 %", "55–80 %", "80–95 %", "95–99 %");

    [Fact]
    public void An_unknown_code_is_null_when_searched_and_a_bug_when_demanded()
    {
        Known.TrafficLight.Find("TLP:WHITE").Should().BeNull();
        Known.Find("no-such-scale").Should().BeNull();
        FluentActions.Invoking(() => Known.TrafficLight.Term("TLP:WHITE")).Should().Throw<ArgumentException>();
    }
}
