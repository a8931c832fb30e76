using System.Security.Cryptography;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Storage;

/// <summary>
/// The master keys of an instance: files of 32 bytes in the keys folder, outside the data folder, each known by an id that follows
/// from it. Only data keys are ever wrapped by them. A file whose key no longer wraps anything may be taken away.
/// </summary>
public sealed class MasterKeys
{
    private const string Prefix = "master-";
    private const string Suffix = ".key";

    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _keys; // replaced entries never; added to under its own lock

    private MasterKeys(string folder, Dictionary<string, byte[]> keys) => (_folder, _keys) = (folder, keys);

    /// <summary>Reads every master key in the folder. Refuses one that others may read, or whose name does not fit it.</summary>
    public static MasterKeys Open(string keysFolder)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var path in Directory.Exists(keysFolder) ? Directory.EnumerateFiles(keysFolder, Prefix + "*" + Suffix) : [])
        {
            var key = SecretFile.Read(path, KeyWrap.KeyBytes);
            var id = Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
            if (IdOf(key) != id)
            {
                throw new StoreRefusedException($"{path} holds the master key {IdOf(key)}, not the one in its name. Restore it from the keys' backup.");
            }

            keys[id] = key;
        }

        return new MasterKeys(keysFolder, keys);
    }

    /// <summary>The first 16 hex digits of a digest of the key: it tells keys apart and tells nothing about them.</summary>
    public static string IdOf(ReadOnlySpan<byte> key) =>
        Convert.ToHexStringLower(SHA256.HashData([.. "attribution-registry/master-key/v1\0"u8, .. key]))[..16];

    public bool Has(string id)
    {
        lock (_keys)
        {
            return _keys.ContainsKey(id);
        }
    }

    /// <summary>A key that has no file yet and that nothing may be wrapped by.</summary>
    public static NewMasterKey New(Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        var key = entropy(KeyWrap.KeyBytes);
        return new NewMasterKey(IdOf(key), key);
    }

    /// <summary>Makes the file of a new key, unless it has one; durable when this returns. Nothing is wrapped by it yet.</summary>
    public void Add(NewMasterKey next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_keys)
        {
            if (!_keys.ContainsKey(next.Id))
            {
                SecretFile.Create(Path.Combine(_folder, Prefix + next.Id + Suffix), next.Key);
                _keys[next.Id] = next.Key;
            }
        }
    }

    /// <summary>Makes a key and its file; durable when this returns. Nothing is wrapped by it yet.</summary>
    public string Create(Func<int, byte[]> entropy)
    {
        var next = New(entropy);
        Add(next);
        return next.Id;
    }

    internal byte[] Wrap(string id, ReadOnlySpan<byte> key, string scope, Func<int, byte[]> entropy) => KeyWrap.Wrap(Find(id), key, Context(scope), entropy);

    /// <exception cref="StoreRefusedException">The master key is not here, or the wrap was made for another scope.</exception>
    internal byte[] Unwrap(string id, ReadOnlySpan<byte> wrapped, string scope) =>
        KeyWrap.Unwrap(Find(id), wrapped, Context(scope))
        ?? throw new StoreRefusedException($"The data key of {scope} does not open with the master key {id}: it was altered, or belongs to something else. Restore the database from a backup.");

    private static string Context(string scope) => $"data-key\0{scope}";

    private byte[] Find(string id)
    {
        lock (_keys)
        {
            return _keys.TryGetValue(id, out var key)
                ? key
                : throw new StoreRefusedException($"The master key {id} is missing from {_folder}; what it protects cannot be read. Restore {Prefix}{id}{Suffix} from the keys' backup.");
        }
    }
}

/// <summary>A master key that is not in force. Its bytes are seen by the store only.</summary>
public sealed class NewMasterKey
{
    internal NewMasterKey(string id, byte[] key) => (Id, Key) = (id, key);

    public string Id { get; }

    internal byte[] Key { get; }
}
