namespace AttributionRegistry.Storage;

/// <summary>
/// The heads of the streams written lately, so that the writer need not ask for what it has just written.
/// True because one writer exists: <see cref="CommitStatements.MoveStream"/> still compares with the row. Owned by the writer's thread.
/// </summary>
internal sealed class StreamHeads(CommitStatements statements)
{
    private const int Most = 50_000;

    private readonly Dictionary<string, (long Version, byte[]? LeafHash)> _heads = new(StringComparer.Ordinal);

    public (long Version, byte[]? LeafHash) Of(string stream)
    {
        if (!_heads.TryGetValue(stream, out var head))
        {
            head = statements.StreamHead(stream);
            Keep(stream, head);
        }

        return head;
    }

    public void Move(string stream, long expected, long version, byte[] leafHash)
    {
        statements.MoveStream(stream, expected, version, leafHash);
        Keep(stream, (version, leafHash));
    }

    public void Forget(string stream) => _heads.Remove(stream);

    public void Clear() => _heads.Clear();

    private void Keep(string stream, (long Version, byte[]? LeafHash) head)
    {
        if (_heads.Count >= Most)
        {
            _heads.Clear();
        }

        _heads[stream] = head;
    }
}
