namespace AttributionRegistry.Log;

/// <summary>The text is not JSON that has a canonical form in the profile asked for. <see cref="Pointer"/> says where.</summary>
public sealed class CanonicalJsonException(string message, string pointer)
    : Exception(pointer.Length == 0 ? message : $"{message} (at {pointer})")
{
    /// <summary>RFC 6901 JSON Pointer to the value at fault; empty for the whole document.</summary>
    public string Pointer { get; } = pointer;
}
