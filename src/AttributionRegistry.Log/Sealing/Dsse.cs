using System.Text;

namespace AttributionRegistry.Log;

/// <summary>DSSE's pre-authentication encoding: what is signed says what kind of thing it is.</summary>
public static class Dsse
{
    /// <summary>The type under which a person signs an event.</summary>
    public const string EventType = "application/vnd.attribution-registry.event+json";

    /// <summary>"DSSEv1" SP length SP type SP length SP body. Lengths are in bytes.</summary>
    public static byte[] Pae(string type, ReadOnlySpan<byte> body)
    {
        var typeBytes = Encoding.UTF8.GetByteCount(type);
        return [.. Encoding.UTF8.GetBytes($"DSSEv1 {typeBytes} {type} {body.Length} "), .. body];
    }
}
