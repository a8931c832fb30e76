using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;

namespace AttributionRegistry.Server.Bundles;

/// <summary>
/// Which checkpoint a bundle is proved against. The first one that was given out with a content stays with it, so that everybody who fetches
/// the same version gets the same bytes. What is remembered here is a convenience: when it is lost, a newer checkpoint proves the same.
/// </summary>
public sealed class BundleCheckpoints(RegistryCore core, WitnessBook witnesses)
{
    private readonly Lock _files = new(); // one writer of the folder

    /// <param name="bundle">Name of the bundle, fit for a file.</param>
    /// <param name="content">Digest of all that is in it but proofs and checkpoint.</param>
    /// <param name="last">The last entry that it must cover.</param>
    /// <param name="policy">Who must vouch for it: the policy that the version is judged by.</param>
    public (string Checkpoint, long Size) For(string bundle, string content, long last, TlogPolicy policy)
    {
        var folder = Path.Combine(core.Store.Database.DataFolder, "bundles");
        var path = Path.Combine(folder, bundle + ".checkpoint");
        lock (_files)
        {
            var newest = Newest(policy, last);
            // What was kept gives way to what shows more: the quorum of the version's policy, then that of today's.
            if (Kept(path, content) is { } kept && witnesses.Worth(policy, kept.Checkpoint) >= witnesses.Worth(policy, newest.Checkpoint))
            {
                return kept;
            }

            Directory.CreateDirectory(folder);
            // Crash here: the old file or the new one, never half of one.
            File.WriteAllText(path + ".new", $"{content}\n{newest.Checkpoint}");
            File.Move(path + ".new", path, overwrite: true);
            return newest;
        }
    }

    // Cosigned where witnesses are demanded and have come that far; else what the log alone says.
    private (string Checkpoint, long Size) Newest(TlogPolicy policy, long last)
    {
        var head = core.Store.Events.Head;
        return witnesses.Covering(policy, last) is { } note ? (note, Checkpoint.ParseBody(SignedNote.Parse(note).Text).Size) : (head.Checkpoint, head.Size);
    }

    // After a change of the log's key the old signature proves nothing to whoever has the new key.
    private (string Checkpoint, long Size)? Kept(string path, string content)
    {
        if (!File.Exists(path) || File.ReadAllText(path).Split('\n', 2) is not [var known, var checkpoint] || known != content)
        {
            return null;
        }

        try
        {
            var opened = Checkpoint.Open(checkpoint, NoteVerifier.Parse(core.Store.Signer.Vkey));
            var head = core.Store.Events.Head;
            return opened.Size <= head.Size && opened.Root.AsSpan().SequenceEqual(core.Store.Events.Tree.RootAt(opened.Size)) ? (checkpoint, opened.Size) : null;
        }
        catch (NoteException)
        {
            return null;
        }
    }
}
