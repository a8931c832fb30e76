using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>The key to verify a log with, for a reader who pinned one.</summary>
/// <param name="Pinned">The key that the reader began with.</param>
/// <param name="Key">The pinned key while it signs; after its retirement, the one that it named in its place.</param>
/// <param name="Said">What the reader should know of it; empty while the pinned key signs.</param>
internal sealed record PinnedKey(NoteVerifier Pinned, NoteVerifier Key, string Said)
{
    /// <summary>
    /// The key that may sign the newest checkpoint, by what its own entries say: the pinned one unless they retire it, and then the one that it
    /// named itself. All entries are read for that. Nothing that the server says outside of its log is believed.
    /// </summary>
    /// <param name="vkey">The key that the reader pinned.</param>
    /// <param name="read">Reads a path below the log's address, such as <c>checkpoint</c> or <c>tile/entries/000</c>.</param>
    /// <exception cref="NoteException">The checkpoint is signed by no key that the pinned one leads to.</exception>
    public static async Task<PinnedKey> FollowAsync(string vkey, Func<string, Task<byte[]>> read)
    {
        var pinned = NoteVerifier.Parse(vkey);
        var note = SignedNote.Parse(await read("checkpoint"));
        if (Checkpoint.ParseBody(note.Text) is not { } head || head.Origin != pinned.Name)
        {
            return new PinnedKey(pinned, pinned, ""); // whoever opens the checkpoint with it finds out that it does not hold
        }

        // The head is not believed yet: its size only says how far to read. Its root must be that of the entries, and a key that the pinned
        // one leads to must have signed it.
        var (tree, about) = await ReadAsync(head.Size, read, entry => LogKeyEntry.MayBe(entry));
        if (!tree.Root().AsSpan().SequenceEqual(head.Root))
        {
            throw new NoteException("The root of the checkpoint is not that of the entries.");
        }

        return Of(pinned, note.ToString(), about, tree.RootAt);
    }

    /// <summary>
    /// The same for whoever reads the entries anyway: where the pinned key signed the checkpoint it is taken, and once the entries are known
    /// <see cref="StillAsync"/> must find that they do not retire it.
    /// </summary>
    public static async Task<PinnedKey> BeforeReadingAsync(string vkey, Func<string, Task<byte[]>> read)
    {
        var pinned = NoteVerifier.Parse(vkey);
        var signed = SignedNote.Parse(await read("checkpoint")).Signatures.Any(signature => signature.Name == pinned.Name && signature.KeyId == pinned.KeyId);
        return signed ? new PinnedKey(pinned, pinned, "") : await FollowAsync(vkey, read);
    }

    /// <summary>The key that may sign a head by what the entries below it say. Every reader of a log comes to it here.</summary>
    /// <param name="pinned">The key that is trusted.</param>
    /// <param name="note">The head.</param>
    /// <param name="entries">Those about keys, in order.</param>
    /// <param name="rootAt">The root of the log at a size up to the head's.</param>
    /// <exception cref="NoteException">None that the pinned one leads to has signed it.</exception>
    public static PinnedKey Of(NoteVerifier pinned, string note, IEnumerable<(long Index, byte[] Entry)> entries, Func<long, byte[]> rootAt)
    {
        var followed = KeySuccession.Follow(pinned, entries, rootAt);
        var key = followed.SignerOf(note);
        return new PinnedKey(pinned, key, followed.Steps.Count == 0 ? "" : string.Concat(followed.Steps.Select(Sentence)) + $"pin its successor with --vkey '{key.Vkey}'");
    }

    /// <summary>Whether the head's own entries leave this key to sign it; else the key that they lead to.</summary>
    /// <param name="source">The log.</param>
    /// <param name="newest">The head, which the entries were found to give.</param>
    /// <param name="entries">Those about keys, in order.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="LogAuditException">They do not, and lead to none that signed it.</exception>
    public async Task<PinnedKey> StillAsync(ILogSource source, SignedCheckpoint newest, IReadOnlyList<(long Index, byte[] Entry)> entries, CancellationToken cancel)
    {
        if (entries.Count == 0)
        {
            return this;
        }

        try
        {
            var (tiles, roots) = (new ProvenTiles(source, newest.Head), new Dictionary<long, byte[]>());
            foreach (var size in KeySuccession.SizesOf(entries).Where(size => size <= newest.Head.Size))
            {
                roots[size] = await tiles.RootAtAsync(size, cancel);
            }

            var still = Of(Key, newest.Note, entries, size => roots.GetValueOrDefault(size) ?? []);
            return still.Said.Length == 0 ? this : still with { Pinned = Pinned };
        }
        catch (NoteException fault)
        {
            throw new LogAuditException(LogChecks.Checkpoint, null, fault.Message);
        }
    }

    private static string Sentence(KeyStep step) =>
        $"the key {NoteKey.Hex(step.Key.KeyId)} was retired by entry {step.Entry} and named in its place {string.Join(" and ", step.Successors.Select(key => NoteKey.Hex(key.KeyId)))}\n";

    /// <summary>Reads a log up to a size into a tree of one's own, and keeps the entries that are asked for.</summary>
    /// <exception cref="NoteException">A bundle holds more or less than its name says.</exception>
    internal static async Task<(MerkleTree Tree, List<(long Index, byte[] Entry)> Kept)> ReadAsync(long size, Func<string, Task<byte[]>> read, Func<byte[], bool> keep)
    {
        var tree = new MerkleTree();
        var kept = new List<(long, byte[])>();
        while (tree.Size < size)
        {
            var path = TilePath.Entries(tree.Size / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, size - tree.Size));
            var entries = EntryBundle.Read(await read(path.ToString()));
            if (entries.Count != path.Width)
            {
                throw new NoteException($"{path} holds {entries.Count} entries, not {path.Width}.");
            }

            foreach (var entry in entries)
            {
                if (keep(entry))
                {
                    kept.Add((tree.Size, entry));
                }

                tree.Append(Rfc6962.LeafHash(entry));
            }
        }

        return (tree, kept);
    }
}
