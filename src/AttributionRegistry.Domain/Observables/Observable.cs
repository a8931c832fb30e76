namespace AttributionRegistry.Domain.Observables;

/// <summary>What can be searched for across items of evidence.</summary>
public enum ObservableKind
{
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3224,
    Sha3256,
    Sha3384,
    Sha3512,
    Ssdeep,
    Tlsh,
    Domain,
    Ipv4,
    Ipv6,
    Url,
    Email,
    MacAddress,
    AutonomousSystem,
    FileName,
    Mutex,
    RegistryKey,
    Software,
}

/// <summary>One observable in its normal form.</summary>
public sealed record Observable(ObservableKind Kind, string Value);

/// <summary>An observable and how often a document has it.</summary>
public sealed record CountedObservable(ObservableKind Kind, string Value, int Matches);

/// <summary>Collects the observables of a document: each once, in order of kind and value, up to a limit.</summary>
public sealed class ObservableSet
{
    /// <summary>How many different observables of one document are kept; what goes beyond is said.</summary>
    public const int Most = 50_000;

    private readonly Dictionary<Observable, int> _found = [];

    /// <summary>How many values were no observable: in no normal form of their kind, too long, or in what is not read.</summary>
    public int Ignored { get; private set; }

    /// <summary>Whether the document has more different observables than are kept.</summary>
    public bool Truncated { get; private set; }

    /// <summary>All that was kept, in order of kind and value.</summary>
    public IReadOnlyList<CountedObservable> Sorted() =>
        [.. _found.Select(f => new CountedObservable(f.Key.Kind, f.Key.Value, f.Value)).OrderBy(o => o.Kind).ThenBy(o => o.Value, StringComparer.Ordinal)];

    internal void Ignore(int count = 1) => Ignored += count;

    internal void Add(ObservableKind kind, string value)
    {
        if (NormalForm.Of(kind, value) is not { } normal)
        {
            Ignored++;
            return;
        }

        var key = new Observable(kind, normal);
        if (!_found.TryGetValue(key, out var count) && _found.Count >= Most)
        {
            Truncated = true;
            return;
        }

        _found[key] = count + 1;
    }

    /// <summary>Adds a hash by the name that STIX has for it, where it is one of those that are searched for.</summary>
    internal void AddHash(string name, string value)
    {
        if (NormalForm.HashKind(name) is { } kind)
        {
            Add(kind, value);
        }
        else
        {
            Ignored++;
        }
    }

    /// <summary>Adds what may be an address or a name of a host.</summary>
    internal void AddHost(string value) => Add(NormalForm.HostKind(value), value);
}
