using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>The key to verify a log with, for a reader who pinned one long ago.</summary>
/// <param name="Key">The pinned key while it signs; after its retirement, the key that it vouched for.</param>
/// <param name="Said">What the reader should know of it; empty while the pinned key signs.</param>
internal sealed record PinnedKey(NoteVerifier Key, string Said)
{
    /// <summary>
    /// Where the newest checkpoint lacks the pinned key's signature, the log itself is read: it names the retired key's successor under a
    /// checkpoint that the retired key signed. Nothing that the server says outside of its log is believed.
    /// </summary>
    /// <param name="vkey">The key that the reader pinned.</param>
    /// <param name="read">Reads a path below the log's address, such as <c>checkpoint</c> or <c>tile/entries/000</c>.</param>
    /// <exception cref="NoteException">The checkpoint is signed neither by the pinned key nor by one that it vouched for.</exception>
    public static async Task<PinnedKey> FollowAsync(string vkey, Func<string, Task<byte[]>> read)
    {
        var pinned = NoteVerifier.Parse(vkey);
        var note = SignedNote.Parse(await read("checkpoint"));
        var signed = note.Signatures.Any(signature => signature.Name == pinned.Name && signature.KeyId == pinned.KeyId);
        if (signed || Checkpoint.ParseBody(note.Text) is not { } head || head.Origin != pinned.Name)
        {
            return new PinnedKey(pinned, ""); // whoever opens the checkpoint with it finds out whether it holds
        }

        // The head is not believed yet: its size only says how far to read. Its root must be that of the entries, and at the end a key that
        // the pinned one leads to must have signed it.
        var (tree, about) = await ReadAsync(head.Size, read, entry => LogKeyEntry.Read(entry) is not null);
        if (!tree.Root().AsSpan().SequenceEqual(head.Root))
        {
            throw new NoteException($"The checkpoint is not signed by the pinned key {NoteKey.Hex(pinned.KeyId)}, and its root is not that of the entries.");
        }

        var followed = KeySuccession.Follow(pinned, about, tree.RootAt);
        if (followed.Steps.Count == 0)
        {
            throw new NoteException($"The checkpoint is not signed by the pinned key {NoteKey.Hex(pinned.KeyId)}, and the log does not say that it was retired.");
        }

        _ = Checkpoint.Open(note.ToString(), followed.Trusted);
        var key = followed.Trusted.First(each => note.Signatures.Any(signature => signature.Name == each.Name && signature.KeyId == each.KeyId));
        return new PinnedKey(key, string.Concat(followed.Steps.Select(Sentence)) + $"pin its successor with --vkey '{key.Vkey}'");
    }

    /// <summary>As above, from a running registry.</summary>
    public static Task<PinnedKey> FollowAsync(string vkey, RegistryClient client, CancellationToken cancel) =>
        FollowAsync(vkey, path => client.GetBytesAsync($"/log/{path}", cancel));

    private static string Sentence(KeyStep step) =>
        $"the key {NoteKey.Hex(step.Key.KeyId)} was retired by entry {step.Entry}; a checkpoint of size {step.VouchedAt} that it signed vouches for "
        + $"{string.Join(" and ", step.Successors.Select(key => NoteKey.Hex(key.KeyId)))}\n";

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
