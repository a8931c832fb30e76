using System.Text;

namespace AttributionRegistry.Log.Tests.Witness;

/// <summary>A log, another one of the same name, and witnesses.</summary>
internal static class Given
{
    public const string Origin = "registry.example/log";

    public static NoteSigner TheLog { get; } = new(Origin, Seed(1));

    public static NoteSigner NextKey { get; } = new(Origin, Seed(2));

    public static NoteVerifier LogKey { get; } = NoteVerifier.Parse(TheLog.Vkey);

    public static byte[] Seed(byte value) => [.. Enumerable.Repeat(value, NoteSigner.SeedSize)];

    public static NoteSigner Witness(byte seed) => NoteSigner.Witness($"witness.example/w{seed}", Seed(seed));

    /// <summary>A tree whose leaves from <paramref name="forked"/> on belong to another history.</summary>
    public static MerkleTree Tree(int size, int forked = int.MaxValue)
    {
        var tree = new MerkleTree();
        for (var i = 0; i < size; i++)
        {
            tree.Append(Rfc6962.LeafHash(Encoding.UTF8.GetBytes(i < forked ? $"{i}" : $"another {i}")));
        }

        return tree;
    }

    public static string Checkpoint(MerkleTree tree, long size, params NoteSigner[] signers) =>
        new Checkpoint(Origin, size, tree.RootAt(size)).Sign(signers.Length == 0 ? [TheLog] : signers);

    public static AddCheckpointRequest Request(MerkleTree tree, long old, long size) => AddCheckpointRequest.Parse(
        AddCheckpointRequest.Format(old, tree.ConsistencyProof(old, size), Checkpoint(tree, size)));

    public static WitnessedTree Stored(MerkleTree tree, long size) => new(size, tree.RootAt(size));

    /// <summary>The note with a cosignature of each witness.</summary>
    public static string Cosigned(string note, params NoteSigner[] witnesses) =>
        note + string.Concat(witnesses.Select((w, i) => CosignatureV1.Sign(w, SignedNote.Parse(note).Text, 1_700_000_000 + i)));
}
