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

/// <summary>The bytes of a stored file no longer have the digest that names them.</summary>
public sealed class EvidenceDamagedException(string digest, string actual)
    : Exception($"The file {digest} is damaged: its bytes now have SHA-256 {actual}. Restore it from a backup.")
{
    public string Digest => digest;

    public string Actual => actual;
}
