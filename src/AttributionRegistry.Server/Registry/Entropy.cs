using System.Security.Cryptography;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Server.Registry;

/// <summary>The one place where random bytes and ids come from.</summary>
public sealed class Entropy(TimeProvider clock)
{
#pragma warning disable RS0030 // The composition root of randomness: everything else takes this class.
    public byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    public TId NewId<TId>()
        where TId : struct, ITypedId<TId> => TypedId.From<TId>(Guid.CreateVersion7(clock.GetUtcNow()));
#pragma warning restore RS0030
}
