namespace AttributionRegistry.Storage;

/// <summary>The cipher of the stream that is being read; rows come stream by stream.</summary>
internal sealed class StreamCiphers(DataKeys keys) : IDisposable
{
    private string? _stream;
    private RowCipher? _cipher;

    public RowCipher Of(string stream)
    {
        if (_cipher is null || _stream != stream)
        {
            _cipher?.Dispose();
            (_cipher, _stream) = (null, stream);
            _cipher = keys.CipherOf(stream);
        }

        return _cipher;
    }

    public void Dispose() => _cipher?.Dispose();
}
