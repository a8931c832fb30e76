using System.Buffers.Binary;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>
/// How many sealed entries a round shows the public log while ballots are committed. A seal tells nothing, but the number of seals would tell
/// the turnout (V-58). So the number at the close is fixed, acts and cover together. Before it a secret number of seals stands at secret
/// times, and each act of a member takes the place of the next one; the rest is added at the close.
/// </summary>
/// <remarks>
/// Between a fifth and three fifths of the total are planned before the close. Whoever watches all the time sees more than the plan only
/// where acts run ahead of it, and cannot tell that from a larger plan, until acts and cover pass three fifths.
/// </remarks>
public static class CoverPlan
{
    /// <summary>How many seals of the plan are due at an instant.</summary>
    /// <param name="total">How many there are at the close.</param>
    /// <param name="opens">Ballots are committed from here …</param>
    /// <param name="closes">… until here, exclusive.</param>
    /// <param name="now">The instant.</param>
    /// <param name="draw">32 secret bytes for each number: 0 draws how many seals stand before the close, the others the place of each.</param>
    public static int Due(int total, DateTimeOffset opens, DateTimeOffset closes, DateTimeOffset now, Func<int, byte[]> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        if (now < opens)
        {
            return 0;
        }

        if (now >= closes)
        {
            return total;
        }

        var passed = (double)(now - opens).Ticks / (closes - opens).Ticks;
        var planned = (total / 5) + (int)(Number(draw(0)) % (ulong)((2 * total / 5) + 1));
        return Enumerable.Range(1, planned).Count(n => Number(draw(n)) / (double)ulong.MaxValue <= passed);
    }

    /// <summary>How many cover seals are missing: what is due, less the members' acts and the cover there is.</summary>
    public static int Missing(int due, long acts, long cover) => (int)Math.Max(0, due - acts - cover);

    private static ulong Number(byte[] drawn) => BinaryPrimitives.ReadUInt64BigEndian(drawn);
}
