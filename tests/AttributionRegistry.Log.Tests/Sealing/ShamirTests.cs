using System.Security.Cryptography;

namespace AttributionRegistry.Log.Tests.Sealing;

public sealed class ShamirTests
{
    private static byte[] Secret { get; } = SHA256.HashData("the key of a ballot"u8);

    private static byte[][] Shares(int threshold = 3, int count = 5) => Shamir.Split(Secret, threshold, count, RandomNumberGenerator.GetBytes);

    private static IEnumerable<T[]> Choices<T>(IReadOnlyList<T> items, int size) =>
        Enumerable.Range(0, 1 << items.Count).Where(bits => int.PopCount(bits) == size).Select(bits => items.Where((_, i) => (bits >> i & 1) == 1).ToArray());

    [Fact]
    public void V_56_Any_three_of_five_shares_in_any_order_give_the_secret()
    {
        var shares = Shares();
        var choices = Choices(shares, 3).ToList();
        choices.Should().HaveCount(10);
        foreach (var three in choices)
        {
            Shamir.TryCombine(three, out var found).Should().BeTrue();
            found.ShouldBe(Secret);
            Shamir.TryCombine([three[2], three[0], three[1]], out found).Should().BeTrue();
            found.ShouldBe(Secret);
        }

        Shamir.TryCombine(shares, out var ofAll).Should().BeTrue();
        ofAll.ShouldBe(Secret);
    }

    [Fact]
    public void V_56_Two_shares_leave_every_value_of_every_byte_possible()
    {
        foreach (var two in Choices(Shares(), 2))
        {
            var third = (byte)Enumerable.Range(1, 5).First(x => two.All(s => s[0] != x));
            for (var i = 1; i <= Secret.Length; i++)
            {
                // Whatever the third share says, the secret differs: 256 shares, 256 secrets.
                var possible = Enumerable.Range(0, 256).Select(value =>
                {
                    Shamir.TryCombine([[two[0][0], two[0][i]], [two[1][0], two[1][i]], [third, (byte)value]], out var secret).Should().BeTrue();
                    return secret![0];
                });
                possible.Distinct().Count().Should().Be(256);
            }
        }
    }

    [Fact]
    public void V_56_Two_shares_alone_give_something_else()
    {
        foreach (var two in Choices(Shares(), 2))
        {
            Shamir.TryCombine(two, out var found).Should().BeTrue("nothing in shares tells their threshold");
            found.AsSpan().SequenceEqual(Secret).Should().BeFalse();
        }
    }

    [Fact]
    public void Shares_with_one_number_twice_with_number_zero_or_of_different_lengths_are_not_combined()
    {
        var shares = Shares();
        Shamir.TryCombine([shares[0], shares[1], shares[1]], out _).Should().BeFalse();
        Shamir.TryCombine([shares[0], shares[1], [0, .. shares[2][1..]]], out _).Should().BeFalse();
        Shamir.TryCombine([shares[0], shares[1], shares[2][..^1]], out _).Should().BeFalse();
        Shamir.TryCombine([[1]], out _).Should().BeFalse();
        Shamir.TryCombine([], out _).Should().BeFalse();
    }

    [Fact]
    public void Other_thresholds_hold_as_well()
    {
        foreach (var (threshold, count) in new[] { (2, 2), (2, 3), (5, 7), (7, 7) })
        {
            Shamir.TryCombine(Shares(threshold, count)[^threshold..], out var found).Should().BeTrue();
            found.ShouldBe(Secret);
        }

        FluentActions.Invoking(() => Shares(1, 5)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Shares(6, 5)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Shares(3, 256)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
