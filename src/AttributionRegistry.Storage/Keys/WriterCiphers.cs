using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>The ciphers of the streams written lately. Owned by the writer's thread; what a rollback undid is forgotten.</summary>
internal sealed class WriterCiphers(SqliteConnection connection, DataKeys keys) : IDisposable
{
    private const int Most = 10_000;

    private readonly Dictionary<string, RowCipher> _ciphers = new(StringComparer.Ordinal);

    public EventBody SealEvent(string stream, long version, string body) => EventBody.Seal(body, Of(stream), stream, version, keys.Entropy);

    public string SealOpening(string stream, long index, string name, byte[] salt, string value) =>
        Of(stream).Seal([.. salt, .. Encoding.UTF8.GetBytes(value)], Places.Opening(index, name), keys.Entropy);

    public string? SealAnswer(string caller, string key, string? body) =>
        body is null ? null : Of(DataKeys.InstanceScope).Seal(body, Places.Answer(caller, key), keys.Entropy);

    public void Forget(string scope)
    {
        if (_ciphers.Remove(scope, out var cipher))
        {
            cipher.Dispose();
        }
    }

    public void Clear()
    {
        foreach (var cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }

        _ciphers.Clear();
    }

    public void Dispose() => Clear();

    private RowCipher Of(string scope)
    {
        if (!_ciphers.TryGetValue(scope, out var cipher))
        {
            if (_ciphers.Count >= Most)
            {
                Clear();
            }

            _ciphers[scope] = cipher = new RowCipher(keys.FindOrMake(connection, scope));
        }

        return cipher;
    }
}

/// <summary>Where a sealed value stands; bound to it as associated data.</summary>
internal static class Places
{
    public static string Event(string stream, long version) => string.Create(CultureInfo.InvariantCulture, $"event\0{stream}\0{version}");

    public static string EventKey(string stream, long version) => string.Create(CultureInfo.InvariantCulture, $"event-key\0{stream}\0{version}");

    public static string Redacted(string stream, long version) => string.Create(CultureInfo.InvariantCulture, $"redacted\0{stream}\0{version}");

    public static string Opening(long index, string name) => string.Create(CultureInfo.InvariantCulture, $"opening\0{index}\0{name}");

    public static string Answer(string caller, string key) => $"answer\0{caller}\0{key}";
}
