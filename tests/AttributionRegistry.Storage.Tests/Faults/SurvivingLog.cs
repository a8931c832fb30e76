using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests.Faults;

/// <summary>What does not hold after a fault.</summary>
public sealed class NotSurvivedException(string what) : Exception(what);

/// <summary>
/// One log and everything that was ever said about it: acknowledged acts, and every head that was served, lay on the disk or was in the signer's
/// memory. After each fault all of it must still be true at once.
/// </summary>
public sealed partial class SurvivingLog(string folder)
{
    private readonly Dictionary<long, string> _heads = [];
    private readonly Dictionary<long, (string Hash, string Evidence)> _acknowledged = [];

    public string Folder => folder;

    public int Acknowledged => _acknowledged.Count;

    public int Heads => _heads.Count;

    private string SignerState => Path.Combine(folder, "keys", "signer.state");

    /// <summary>Takes down what a process said before its end. The last line may be cut short: it had not finished saying it.</summary>
    public void Note(IEnumerable<string> lines)
    {
        foreach (var parts in lines.Select(line => line.Split(' ')).Where(parts => parts is ["ack", _, { Length: 64 }, _, _, "."]))
        {
            var index = long.Parse(parts[1], CultureInfo.InvariantCulture);
            Require(_acknowledged.TryAdd(index, (parts[2], parts[4])), $"leaf {index} was acknowledged twice");
            Note(Encoding.UTF8.GetString(Convert.FromBase64String(parts[3])));
        }
    }

    /// <summary>Starts the store as a server would, and holds it to all that is known; then goes on with one act.</summary>
    public async Task RequireAsync()
    {
        NoteSignerState();
        using (var store = Stores.Open(folder))
        {
            Require(store.Writer.Health.Accepting, $"the store does not go on: {store.Writer.Health.Reason}");
            Note(store.Events.Head.Checkpoint);
            NoteSignerState();
            await EvidenceHoldsAsync(store);
            var goesOn = await store.Writer.CommitAsync(Stores.Append("after", store.Events.Last("after")?.Version ?? 0));
            var done = (CommitResult.Committed)goesOn;
            Require(_acknowledged.TryAdd(done.Leaves[0].Index, (Convert.ToHexStringLower(done.Leaves[0].LeafHash), "-")), "the log has gone back");
            Note(done.Head.Checkpoint);
            Audit(store.Events.ReadEntries(0, int.MaxValue), store.Events.Head);
        }

        using var inspection = StoreInspection.Open(Path.Combine(folder, "data"), Path.Combine(folder, "keys"));
        Hold(inspection.SchemaHolds(), inspection.DatabaseHolds(), inspection.LogHolds(), inspection.KeysHold());
        Hold(inspection.EventsOpen(static (_, _) => { }), inspection.OpeningsHold());
        using var record = new RecordInspection(inspection.Database, inspection.Keys!);
        Hold(record.EntriesHold(), record.RowsAgree());
    }

    private async Task EvidenceHoldsAsync(RegistryStore store)
    {
        foreach (var parts in _acknowledged.Values.Where(each => each.Evidence != "-").Select(each => each.Evidence.Split(':')))
        {
            await using var file = await store.Evidence.OpenVerifiedAsync(parts[0], Convert.FromHexString(parts[1]), 20_000, parts[2], CancellationToken.None);
            Require(file is not null, $"the evidence {parts[0]} of an acknowledged act is gone");
        }
    }

    // As a stranger who has kept every checkpoint there ever was.
    private void Audit(IReadOnlyList<StoredLeaf> entries, SignedHead head)
    {
        var auditor = new LogAuditor();
        foreach (var leaf in entries)
        {
            auditor.Append(leaf.Entry);
            Require(!_heads.TryGetValue(auditor.Size, out var root) || root == Convert.ToHexStringLower(auditor.Root()), $"another root was signed at size {auditor.Size}: a fork");
            Require(
                !_acknowledged.TryGetValue(leaf.Index, out var known) || known.Hash == Convert.ToHexStringLower(leaf.LeafHash), $"leaf {leaf.Index} is not the one that was acknowledged");
        }

        Require(_acknowledged.Keys.Max() < auditor.Size && _heads.Keys.Max() <= auditor.Size, $"the log has {auditor.Size} entries, and more were acknowledged or signed");
        auditor.RequireHead(Checkpoint.Open(head.Checkpoint, Key()));
    }

    private void Note(string checkpoint)
    {
        var head = Checkpoint.Open(checkpoint, Key());
        Note(head.Size, Convert.ToHexStringLower(head.Root));
    }

    private void Note(long size, string root) =>
        Require(_heads.TryAdd(size, root) || _heads[size] == root, $"two roots of size {size} were signed: {_heads[size]} and {root}");

    private void NoteSignerState()
    {
        if (File.Exists(SignerState))
        {
            foreach (Match slot in SlotPattern().Matches(Encoding.UTF8.GetString(File.ReadAllBytes(SignerState))))
            {
                Note(long.Parse(slot.Groups[1].Value, CultureInfo.InvariantCulture), slot.Groups[2].Value);
            }
        }
    }

    private NoteVerifier Key()
    {
        using var signer = new NoteSigner(Stores.Origin, File.ReadAllBytes(Path.Combine(folder, "keys", "log.key")));
        return NoteVerifier.Parse(signer.Vkey);
    }

    private static void Hold(params Inspected[] lines)
    {
        foreach (var line in lines)
        {
            Require(line.Holds, $"{line.Name}: {string.Join("; ", line.Faults)}");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new NotSurvivedException(what);
        }
    }

    [GeneratedRegex("\"Size\":([0-9]+),\"Root\":\"([0-9a-f]{64})\"")]
    private static partial Regex SlotPattern();
}
