using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Domain.Voting;

/// <summary>A person of a frozen pool, as far as the draw looks at them.</summary>
public sealed record DrawCandidate(string Id, Region Region, IReadOnlyList<string> Nations, string? EmployerGroup = null);

/// <summary>Everything a draw depends on. Anyone who has it gets the same panel (V-09).</summary>
/// <param name="Seed">From <see cref="Draw.Seed"/>.</param>
/// <param name="Pool">The frozen pool.</param>
/// <param name="Rules">Seats and caps.</param>
/// <param name="ExcludedNations">Concerned states (V-03).</param>
/// <param name="ExcludedIds">People excluded on other grounds (V-03), or who are on the panel already.</param>
public sealed record DrawInput(
    ReadOnlyMemory<byte> Seed,
    IReadOnlyList<DrawCandidate> Pool,
    PanelRules Rules,
    IReadOnlySet<string> ExcludedNations,
    IReadOnlySet<string>? ExcludedIds = null)
{
    /// <summary>Whether an appeals chamber is drawn: it has five seats, which a panel may not have (V-01, V-61).</summary>
    public bool ForChamber { get; init; }

    internal Refusal? Fault() => ForChamber ? ChamberRules.Check(Rules) : Rules.Check();
}

/// <summary>What a draw comes to.</summary>
public abstract record DrawResult
{
    private DrawResult()
    {
    }

    /// <summary>Seats in the order of their filling, and per region the alternates in the order of their moving up.</summary>
    public sealed record Drawn(IReadOnlyList<string> Seated, IReadOnlyDictionary<Region, IReadOnlyList<string>> Alternates) : DrawResult;

    /// <summary>Nobody is seated (V-08). The remedy is a new freeze with a larger pool and new sources.</summary>
    /// <param name="Filled">How many seats could be filled.</param>
    /// <param name="ShortRegions">Regions that ran out of candidates.</param>
    public sealed record Infeasible(int Filled, IReadOnlyList<Region> ShortRegions) : DrawResult;

    /// <summary>The draw makes no sense as put.</summary>
    public sealed record Refused(Refusal Refusal) : DrawResult;
}

/// <summary>Drawing a panel by lot (V-04 … V-09).</summary>
public static class Draw
{
    private const string SeedTag = "attribution-registry/panel-seed/v1";
    private const string RankTag = "attribution-registry/panel-draw/v1";

    /// <summary>The seed out of the frozen pool's digest and the announced sources, in their announced order (V-06).</summary>
    public static byte[] Seed(ReadOnlySpan<byte> poolDigest, IReadOnlyList<string> sources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Tagged(SeedTag));
        hash.AppendData(poolDigest);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        foreach (var source in sources)
        {
            var bytes = Encoding.UTF8.GetBytes(source);
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>A person's place in the lot (V-07); lower is earlier. A keyed hash has no modulo and so no modulo bias.</summary>
    public static byte[] Rank(ReadOnlySpan<byte> seed, string memberId) =>
        HMACSHA256.HashData(seed, [.. Tagged(RankTag), .. Encoding.UTF8.GetBytes(memberId)]);

    /// <summary>Everybody who may be drawn, in the order of their rank.</summary>
    public static IReadOnlyList<DrawCandidate> Ranked(DrawInput input) =>
    [
        .. input.Pool
            .Where(each => !each.Nations.Any(input.ExcludedNations.Contains) && input.ExcludedIds?.Contains(each.Id) != true)
            .Select(each => (Candidate: each, Rank: Convert.ToHexStringLower(Rank(input.Seed.Span, each.Id))))
            .OrderBy(each => each.Rank, StringComparer.Ordinal)
            .Select(each => each.Candidate),
    ];

    /// <summary>Fills the regional minima first, then the rest under the caps; one alternate per region.</summary>
    public static DrawResult Run(DrawInput input)
    {
        if (input.Fault() is { } unsound)
        {
            return new DrawResult.Refused(unsound);
        }

        if (input.Pool.Select(each => each.Id).Distinct(StringComparer.Ordinal).Count() != input.Pool.Count)
        {
            return new DrawResult.Refused(Refusal.Invalid("pool-unsound", "The pool lists a person twice; a person has one lot.", "/pool"));
        }

        var ranked = Ranked(input);
        var seating = new Seating(input.Rules);
        foreach (var candidate in ranked.Where(_ => seating.Count < input.Rules.Seats))
        {
            if (seating.In(candidate.Region) < input.Rules.MinPerRegion && seating.HasRoomFor(candidate))
            {
                seating.Add(candidate);
            }
        }

        foreach (var candidate in ranked.Where(_ => seating.Count < input.Rules.Seats))
        {
            if (!seating.Holds(candidate.Id) && seating.HasRoomFor(candidate))
            {
                seating.Add(candidate);
            }
        }

        return ShortRegions(seating, input.Rules) is { Count: > 0 } shortRegions
            ? new DrawResult.Infeasible(seating.Count, shortRegions)
            : new DrawResult.Drawn(seating.Ids, Alternates(ranked, seating));
    }

    // Regions below their minimum; when only the total is short, every region that could still have taken a seat.
    private static List<Region> ShortRegions(Seating seating, PanelRules rules)
    {
        var regions = Enum.GetValues<Region>();
        var below = regions.Where(region => seating.In(region) < rules.MinPerRegion).ToList();
        return below.Count > 0 || seating.Count == rules.Seats ? below : [.. regions.Where(region => seating.In(region) < rules.MaxPerRegion)];
    }

    // The caps are looked at when an alternate moves up, against the panel as it is then (see Replacement).
    private static Dictionary<Region, IReadOnlyList<string>> Alternates(IReadOnlyList<DrawCandidate> ranked, Seating seating) => ranked
        .Where(each => !seating.Holds(each.Id))
        .DistinctBy(each => each.Region)
        .OrderBy(each => each.Region)
        .ToDictionary(each => each.Region, each => (IReadOnlyList<string>)[each.Id]);

    private static byte[] Tagged(string tag) => [.. Encoding.ASCII.GetBytes(tag), 0];
}

/// <summary>Seats taken so far, counted against the caps of V-04.</summary>
internal sealed class Seating(PanelRules rules)
{
    private readonly List<DrawCandidate> _seated = [];

    public int Count => _seated.Count;

    public IReadOnlyList<string> Ids => [.. _seated.Select(each => each.Id)];

    public bool Holds(string id) => _seated.Any(each => each.Id == id);

    public int In(Region region) => _seated.Count(each => each.Region == region);

    public bool HasRoomFor(DrawCandidate candidate) =>
        In(candidate.Region) < rules.MaxPerRegion &&
        candidate.Nations.All(nation => _seated.Count(each => each.Nations.Contains(nation)) < rules.MaxPerNationality) &&
        (candidate.EmployerGroup is null || _seated.Count(each => each.EmployerGroup == candidate.EmployerGroup) < rules.MaxPerEmployer);

    public void Add(DrawCandidate candidate) => _seated.Add(candidate);
}
