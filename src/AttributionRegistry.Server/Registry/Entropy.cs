using System.Security.Cryptography;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Registry.Signing;

namespace AttributionRegistry.Server.Registry;

/// <summary>The one place where random bytes and ids come from.</summary>
public sealed class Entropy(TimeProvider clock)
{
    // The seed of the request that is drafted or signed, for all that runs on its behalf; none for others.
    private readonly AsyncLocal<ActSeed?> _seed = new();

#pragma warning disable RS0030 // The composition root of randomness: everything else takes this class.
    public byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    public TId NewId<TId>()
        where TId : struct, ITypedId<TId> => TypedId.From<TId>(_seed.Value?.NewGuid() ?? Guid.CreateVersion7(clock.GetUtcNow()));
#pragma warning restore RS0030

    /// <summary>Random bytes that an act records: when it is signed they are those of its draft.</summary>
    public byte[] OfTheAct(int count) => _seed.Value?.Bytes(count) ?? Bytes(count);

    /// <summary>What is made from here on, in this flow of control, is made from the seed.</summary>
    internal void Follow(ActSeed seed) => _seed.Value = seed;
}
