using System.Buffers.Binary;
using AttributionRegistry.Domain.Rounds;

namespace AttributionRegistry.Domain.Tests.Rounds;

public sealed class CoverPlanTests
{
    private static readonly DateTimeOffset Opens = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Closes = Opens.AddDays(7);

    [Fact]
    public void Nothing_is_due_before_the_window_opens_and_all_of_it_when_it_closes()
    {
        Due(Opens.AddTicks(-1)).Should().Be(0);
        Due(Closes).Should().Be(55);
        Due(Closes.AddYears(1)).Should().Be(55);
    }

    [Fact]
    public void In_between_what_is_due_only_grows_and_follows_the_secret_places()
    {
        var due = Enumerable.Range(0, 1000).Select(n => Due(Opens + ((Closes - Opens) / 1000 * n))).ToList();
        due.Should().BeInAscendingOrder();
        due[500].Should().Be(Enumerable.Range(1, 28).Count(n => (n * 0.618034) % 1 <= 0.5));
        due[^1].Should().Be(28, "of the 55, a fifth and 17 more were drawn to stand before the close");
    }

    [Theory]
    [InlineData(10, 3, 2, 5)]
    [InlineData(10, 12, 0, 0)]
    [InlineData(10, 3, 7, 0)]
    public void Acts_of_members_take_the_place_of_cover(int due, long acts, long cover, int missing) =>
        CoverPlan.Missing(due, acts, cover).Should().Be(missing);

    private static int Due(DateTimeOffset now) => CoverPlan.Due(55, Opens, Closes, now, Place);

    [Fact]
    public void Before_the_close_stand_between_a_fifth_and_three_fifths_of_the_total()
    {
        for (ulong drawn = 0; drawn < 100; drawn++)
        {
            var planned = CoverPlan.Due(55, Opens, Closes, Closes.AddTicks(-1), n => n == 0 ? Bytes(drawn) : Bytes(0));
            planned.Should().Be(11 + (int)(drawn % 23));
        }
    }

    private static byte[] Place(int n) => n == 0 ? Bytes(17) : Bytes((ulong)((n * 0.618034) % 1 * ulong.MaxValue));

    private static byte[] Bytes(ulong number)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }
}
