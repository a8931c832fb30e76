using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Log.Tests.Auditing;

/// <summary>
/// A log as the registry writes one, made from a seed: several subjects, some of them sealed at first, some opened later. It knows nothing of the
/// auditor that judges it.
/// </summary>
internal sealed class HonestLog : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly Random _random;
    private readonly Dictionary<string, (long Seq, byte[] Leaf)> _heads = [];
    private readonly List<(string Subject, int Index, byte[] Salt, byte[] Event)> _sealed = [];
    private readonly Dictionary<string, (long Seq, byte[] Leaf)> _ends = []; // that a reader can see
    private DateTimeOffset _now = Start;

    public HonestLog(int seed, string origin = "registry.test/log")
    {
        _random = new Random(seed);
        var keySeed = new byte[NoteSigner.SeedSize];
        keySeed[0] = 11;
        Signer = new NoteSigner(origin, keySeed);
    }

    private const string AuthorKey = "key_1";

    private static readonly System.Security.Cryptography.ECDsa Author = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);

    private bool _introduced;

    public NoteSigner Signer { get; }

    public NoteVerifier Key => NoteVerifier.Parse(Signer.Vkey);

    public List<byte[]> Entries { get; } = [];

    public MerkleTree Tree { get; } = new();

    /// <summary>How many seals are closed.</summary>
    public int Closed => _sealed.Count;

    /// <summary>At least so many entries; opening several seals is one step.</summary>
    public static HonestLog Make(int seed, int entries)
    {
        var log = new HonestLog(seed);
        while (log.Entries.Count < entries)
        {
            log.Step();
        }

        return log;
    }

    public Checkpoint HeadAt(long size) => new(Signer.Name, size, Tree.RootAt(size));

    public string NoteAt(long size) => HeadAt(size).Sign(Signer);

    /// <summary>What a server of this log answers at a path, at a size.</summary>
    public byte[]? Serve(string path, long size) => path switch
    {
        "log/vkey" => Encoding.UTF8.GetBytes(Signer.Vkey + "\n"),
        "log/checkpoint" => Encoding.UTF8.GetBytes(NoteAt(size)),
        _ when path.StartsWith("log/", StringComparison.Ordinal) && TilePath.TryParse(path["log/".Length..], out var tile) && Tiles.Exists(tile, size) => tile.IsEntries
            ? EntryBundle.Write(Entries.Skip((int)tile.First).Take(tile.Width))
            : Tiles.Hashes(Tree, tile, size),
        _ => null,
    };

    /// <summary>One act of a registry: an open event, a sealed one, or the opening of what is sealed of a subject.</summary>
    public void Step()
    {
        if (_random.Next(3) > 0)
        {
            _now = _now.AddTicks(10 * _random.Next(0, 100_000_000)); // whole microseconds, now and then none
        }

        var subject = $"case_{_random.Next(6)}";
        switch (_random.Next(10))
        {
            case < 5:
                Open(subject, "evidence.received");
                break;
            case < 9:
                Seal(subject);
                break;
            default:
                Unseal(subject, all: _random.Next(4) > 0);
                break;
        }
    }

    public void Open(string subject, string type, JsonObject? body = null)
    {
        Add(subject, Event(subject, type, body));
        _ends[subject] = _heads[subject];
    }

    /// <summary>What is true of the ends of the chains that a reader can see.</summary>
    public JsonObject Ends()
    {
        var tree = new MerkleTree();
        foreach (var (subject, (seq, leaf)) in _ends.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            tree.Append(Rfc6962.LeafHash(CanonicalJson.Serialize(new JsonObject { ["subject"] = subject, ["seq"] = seq, ["leaf"] = B64Url.Encode(leaf) })));
        }

        return new JsonObject { ["root"] = Convert.ToBase64String(tree.Root()), ["size"] = (long)Entries.Count, ["subjects"] = (long)_ends.Count };
    }

    /// <summary>Names the ends of all chains.</summary>
    public void NameEnds(JsonObject? said = null) => Open(SubjectHeads.Subject, SubjectHeads.Type, said ?? Ends());

    public void Seal(string subject)
    {
        var (salt, plain) = (Bytes(32), Event(subject, "round.opened", null));
        _sealed.Add((subject, Entries.Count, salt, plain));
        Add(subject, LogEntry.Sealed(LogEntry.Seal(salt, plain)));
    }

    /// <summary>Opens what is sealed of a subject, oldest first; or one of it.</summary>
    public void Unseal(string subject, bool all)
    {
        var hidden = _sealed.Where(each => each.Subject == subject).ToList();
        foreach (var each in all ? hidden : [.. hidden.OrderBy(_ => _random.Next()).Take(1)])
        {
            _sealed.Remove(each);
            Open($"unsealed:{subject}", "unsealed", Opening(each.Index, each.Event, each.Salt));
            var seq = (long)JsonNode.Parse(each.Event)!["seq"]!;
            if (seq > _ends.GetValueOrDefault(subject).Seq)
            {
                _ends[subject] = (seq, Rfc6962.LeafHash(Entries[each.Index]));
            }
        }
    }

    public static JsonObject Opening(long index, byte[] plain, byte[] salt) =>
        new() { ["index"] = index, ["event"] = JsonNode.Parse(plain), ["salt"] = B64Url.Encode(salt) };

    public void Append(byte[] entry)
    {
        Entries.Add(entry);
        Tree.Append(Rfc6962.LeafHash(entry));
    }

    public void Dispose() => Signer.Dispose();

    private void Add(string subject, byte[] entry)
    {
        Append(entry);
        _heads[subject] = (_heads.GetValueOrDefault(subject).Seq + 1, Rfc6962.LeafHash(entry));
    }

    private byte[] Event(string subject, string type, JsonObject? body)
    {
        var (seq, leaf) = _heads.GetValueOrDefault(subject);
        var (actor, said) = (_random.Next(4) == 0 ? null : $"p_{_random.Next(9)}", body ?? Body());
        var signs = _random.Next(8) == 0;
        if (!_introduced && type == "evidence.received")
        {
            (_introduced, signs, type) = (true, false, CaseKeys.IntroducedType);
            said = new JsonObject { ["key"] = AuthorKey, ["spki"] = B64Url.Encode(Author.ExportSubjectPublicKeyInfo()) };
        }

        var author = signs && _introduced ? AuthorSignature.Of(AuthorKey, AuthorSignature.Sign(Author, LogEntry.AuthorMessage(actor, said, subject, type, 1))) : null;
        return LogEntry.Plain(actor, At(_now), said, leaf is null ? null : B64Url.Encode(leaf), seq + 1, subject, type, 1, author);
    }

    private JsonObject Body() => new()
    {
        ["id"] = $"evd_{_random.Next()}",
        ["ok"] = _random.Next(2) == 0,
        ["text"] = string.Concat(Enumerable.Range(0, _random.Next(12)).Select(_ => "aé\"\\\u0007\n€😀/"[_random.Next(6)])),
        ["list"] = new JsonArray(_random.Next(), -_random.Next(), null),
        ["title"] = new JsonObject { ["c"] = B64Url.Encode(Bytes(32)) },
    };

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static string At(DateTimeOffset now) => now.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
