using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Domain.Stix;

/// <summary>Identifiers that anybody makes again from the same input: UUIDs of version 5 (RFC 9562).</summary>
public static class StixIds
{
    /// <summary>The namespace that STIX 2.1 prescribes for cyber-observable objects (section 2.9).</summary>
    public static Guid Observables { get; } = new("00abedb4-aa42-466c-9c01-fed23315a9b7");

    /// <summary>Ours, for all other objects: version 5 of https://attribution-registry.example/ns/stix in the namespace of addresses.</summary>
    public static Guid Objects { get; } = new("7f28fcad-624d-5c5d-a39c-a4188556f2dc");

    /// <param name="type">The object's type.</param>
    /// <param name="parts">What makes it this object and no other.</param>
    public static string Of(string type, params ReadOnlySpan<string> parts) => $"{type}--{Uuid5(Objects, string.Join('\n', [type, .. parts]))}";

    /// <summary>The identifier of an artifact by its SHA-256, as the specification has it.</summary>
    public static string Artifact(string sha256) => $"artifact--{Uuid5(Observables, $$$"""{"hashes":{"SHA-256":"{{{sha256}}}"}}""")}";

    public static Guid Uuid5(Guid space, string name)
    {
#pragma warning disable CA5350 // RFC 9562 demands SHA-1 here: these are names, nothing rests on them.
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
