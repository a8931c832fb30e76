namespace AttributionRegistry.Storage;

/// <summary>More bytes than are allowed, or than the sender declared. Nothing was kept.</summary>
public sealed class EvidenceTooLargeException(long limit) : Exception($"The file is longer than {limit} bytes.")
{
    public long Limit => limit;
}

/// <summary>The stream ended before the declared length. Nothing was kept.</summary>
public sealed class EvidenceCutShortException(long declared, long received)
    : Exception($"The file was declared as {declared} bytes and ended after {received}.")
{
    public long Declared => declared;

    public long Received => received;
}

/// <summary>A stored file is no longer what was stored.</summary>
/// <param name="blob">The file's id.</param>
/// <param name="reason">What was found.</param>
/// <param name="actual">The SHA-256 of the bytes now, where they could be read; else empty.</param>
public sealed class EvidenceDamagedException(string blob, string reason, string actual = "")
    : Exception($"The file {blob} is damaged: {reason}. Restore it from a backup.")
{
    public string Blob => blob;

    public string Actual => actual;
}
