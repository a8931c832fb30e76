using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>
/// The signer's memory of the last head it signed, kept with the keys and so not restored with the database:
/// a backup that is older than what was signed must not grow into a second log under the same name.
/// </summary>
/// <remarks>
/// Two slots are written in turn and each carries its digest, so a write cut short leaves the other slot whole. A file with the smaller slots
/// of earlier versions, too small for long names and several signatures, is written anew when it is opened.
/// </remarks>
public sealed class SignerState : IDisposable
{
    internal const string FileName = "signer.state";
    private const int SlotBytes = 16_384;
    private const int FormerSlotBytes = 4096;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly SignedHead? _last;
    private readonly bool _unreadable;
    private int _nextSlot;

    private SignerState(string path, SafeFileHandle file, SignedHead? last, int nextSlot, bool unreadable) =>
        (_path, _file, _last, _nextSlot, _unreadable) = (path, file, last, nextSlot, unreadable);

    /// <summary>The newest head that it remembers, or null.</summary>
    internal SignedHead? Last => _last;

    public static SignerState Open(string keysFolder)
    {
        Directory.CreateDirectory(keysFolder);
        var path = Path.Combine(keysFolder, FileName);
        if (!File.Exists(path))
        {
            // Crash before this is durable: no file, and the next start begins a new one from the database's head.
            SecretFile.Replace(path, new byte[2 * SlotBytes]);
        }
        else if (new FileInfo(path).Length == 2 * FormerSlotBytes)
        {
            Enlarge(path);
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var (last, slot, blank) = Read(file, SlotBytes);
        return new SignerState(path, file, last, nextSlot: 1 - slot, unreadable: last is null && !blank);
    }

    /// <summary>Whether signing this tree further would contradict what was signed before; the reason, or null.</summary>
    public string? Contradicts(MerkleTree tree)
    {
        if (_unreadable)
        {
            return $"{_path} is damaged, so it cannot be told whether this database is older than what was signed. "
                + "Compare the log with a mirror's; if it is not older, remove the file and restart.";
        }

        if (_last is null)
        {
            return null;
        }

        if (_last.Size > tree.Size)
        {
            return $"{_path} says that a log of size {_last.Size} was signed, the database holds {tree.Size}: it is an older backup. "
                + "Recover the missing entries from a mirror (recover --from MIRROR), or restore a newer backup; growing this one would fork the log.";
        }

        var root = tree.RootAt(_last.Size);
        return root.AsSpan().SequenceEqual(_last.Root)
            ? null
            : $"{_path} says that root {Convert.ToHexStringLower(_last.Root)} was signed at size {_last.Size}, "
                + $"the database has {Convert.ToHexStringLower(root)} there: it is another log. Restore the right database.";
    }

    /// <summary>Remembers a head. Not flushed: a power cut may leave an older head here, never a newer one than the database's.</summary>
    public void Remember(SignedHead head)
    {
        RandomAccess.Write(_file, Write(head), (long)_nextSlot * SlotBytes);
        _nextSlot = 1 - _nextSlot;
    }

    public void Dispose() => _file.Dispose();

    private static (SignedHead? Last, int Slot, bool Blank) Read(SafeFileHandle file, int slotBytes)
    {
        var bytes = new byte[2 * slotBytes];
        var read = RandomAccess.Read(file, bytes, 0);
        var (first, second) = (Parse(bytes.AsSpan(0, slotBytes)), Parse(bytes.AsSpan(slotBytes)));
        var blank = read == bytes.Length && !bytes.AsSpan().ContainsAnyExcept((byte)0);
        return (first?.Size ?? -1) >= (second?.Size ?? -1) ? (first, 0, blank) : (second, 1, blank);
    }

    // A damaged file of the former size stays as it is: what it fails to say must not be turned into "nothing was signed".
    private static void Enlarge(string path)
    {
        SignedHead? last;
        bool blank;
        using (var former = File.OpenHandle(path))
        {
            (last, _, blank) = Read(former, FormerSlotBytes);
        }

        if (last is not null || blank)
        {
            // Crash here: the former file, and the next start does this again; a file under the temporary name is replaced.
            SecretFile.Replace(path, [.. last is null ? new byte[SlotBytes] : Write(last), .. new byte[SlotBytes]]);
        }
    }

    private static byte[] Write(SignedHead head)
    {
        var json = JsonSerializer.Serialize(new Slot(head.Size, Convert.ToHexStringLower(head.Root), head.Checkpoint));
        var text = Encoding.UTF8.GetBytes($"{Sha256Hex.Of(json)} {json}\n");
        if (text.Length > SlotBytes)
        {
            throw new InvalidOperationException($"A checkpoint of {text.Length} bytes does not fit into {FileName}.");
        }

        var slot = new byte[SlotBytes];
        slot.AsSpan().Fill((byte)'\n');
        text.CopyTo(slot, 0);
        return slot;
    }

    private static SignedHead? Parse(ReadOnlySpan<byte> slot)
    {
        var text = Encoding.UTF8.GetString(slot).TrimEnd('\n', '\0');
        if (text.Length < 66 || text[64] != ' ' || Sha256Hex.Of(text[65..]) != text[..64])
        {
            return null;
        }

        var parsed = JsonSerializer.Deserialize<Slot>(text[65..]);
        return parsed is null ? null : new SignedHead(parsed.Size, Convert.FromHexString(parsed.Root), parsed.Checkpoint);
    }

    private sealed record Slot(long Size, string Root, string Checkpoint);
}
