using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Tests.Running;

/// <summary>What a stranger would say of a registry's log who has nothing but its public bytes and its key.</summary>
internal static class AsAStranger
{
    /// <exception cref="LogAuditException">The first thing that does not hold.</exception>
    public static LogAuditor Audit(RegistryCore core)
    {
        var (events, auditor) = (core.Store.Events, new LogAuditor());
        var head = Checkpoint.Open(events.Head.Checkpoint, NoteVerifier.Parse(core.Store.Signer.Vkey));
        while (auditor.Size < head.Size)
        {
            var path = TilePath.Entries(auditor.Size / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, head.Size - auditor.Size));
            var bundle = AuditedBundle.Read(path, EntryBundle.Write(events.ReadEntries(path.First, path.Width).Select(leaf => leaf.Entry)));
            foreach (var full in auditor.Append(bundle))
            {
                if (!full.Hashes.Span.SequenceEqual(Tiles.Hashes(events.Tree, full.Path, head.Size)))
                {
                    throw new LogAuditException(LogChecks.Tile, null, $"{full.Path} is not what the entries give");
                }
            }
        }

        auditor.RequireHead(head);
        return auditor;
    }
}
