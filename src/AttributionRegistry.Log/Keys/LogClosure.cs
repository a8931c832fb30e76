namespace AttributionRegistry.Log;

/// <summary>The end of a log: its last entry, which may name the log that goes on.</summary>
/// <param name="Entry">The entry that closed it.</param>
/// <param name="Reason">The code of the reason.</param>
/// <param name="SuccessorOrigin">The name of the log that goes on; null where none was named.</param>
/// <param name="SuccessorVkey">The first key of that log; named together with its origin.</param>
public sealed record LogClosure(long Entry, string Reason, string? SuccessorOrigin, string? SuccessorVkey)
{
    /// <summary>What closed the log that these entries about its keys are of; null where it is open.</summary>
    /// <exception cref="NoteException">An entry is malformed.</exception>
    public static LogClosure? In(IEnumerable<(long Index, byte[] Entry)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Select(each => LogKeyEntry.Read(each.Entry) is LogKeyEntry.Closed closed ? closed.At(each.Index) : null).FirstOrDefault(closure => closure is not null);
    }

    /// <summary>A sentence for people, in answers and reports.</summary>
    public string Said => $"Entry {Entry} closed this log ({Reason}). "
        + (SuccessorOrigin is null ? "It names no successor." : $"It goes on as {SuccessorOrigin}, whose first key is {SuccessorVkey}.");

    /// <summary>Whether a log may follow this one: where a successor is named, it is that one and no other.</summary>
    /// <exception cref="NoteException">Another is named.</exception>
    public void RequireSuccessor(string origin, string firstVkey)
    {
        if (SuccessorOrigin is not null && (SuccessorOrigin != origin || SuccessorVkey != firstVkey))
        {
            throw new NoteException($"The closed log names {SuccessorOrigin} with the key {SuccessorVkey} as its successor, not {origin} with the key {firstVkey}.");
        }
    }
}

/// <summary>A closed log as the log that goes on from it names it: a key of it and its last signed head.</summary>
/// <param name="Key">A key that signed the head.</param>
/// <param name="Note">The signed checkpoint.</param>
/// <param name="Head">What it says.</param>
public sealed record LogPredecessor(NoteVerifier Key, string Note, Checkpoint Head)
{
    /// <summary>Reads the file that an operator keeps of the closed log: its vkey in the first line, then the signed checkpoint as it was served.</summary>
    /// <exception cref="NoteException">Malformed, or not signed by that key.</exception>
    public static LogPredecessor Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var end = file.IndexOf('\n', StringComparison.Ordinal);
        return end > 0
            ? Of(file[..end].TrimEnd('\r'), file[(end + 1)..])
            : throw new NoteException("The first line must be the vkey of the closed log, and its last signed checkpoint the rest.");
    }

    /// <summary>Refuses what names the log itself: a new log has a new name, or nobody could tell the two apart.</summary>
    /// <exception cref="NoteException">It is the same name.</exception>
    public void RequireOther(string origin)
    {
        if (Head.Origin == origin)
        {
            throw new NoteException($"The log {origin} cannot go on from itself: a new log has a new origin.");
        }
    }

    /// <summary>Whether this is the head that is named, whoever signed it.</summary>
    public bool IsAt(Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.Origin == Head.Origin && head.Size == Head.Size && head.Root.AsSpan().SequenceEqual(Head.Root);
    }

    /// <summary>Whether a log, read to its end, is the one that is named: at the very head, and closed by its last entry.</summary>
    /// <param name="head">Its newest head.</param>
    /// <param name="keyEntries">Its entries about its keys.</param>
    /// <exception cref="NoteException">It has another head, or was not closed there.</exception>
    public LogClosure RequireClosedAt(Checkpoint head, IEnumerable<(long Index, byte[] Entry)> keyEntries)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (!IsAt(head))
        {
            throw new NoteException(
                $"The predecessor is {head.Origin} with {head.Size} entries and root {Convert.ToBase64String(head.Root)}; "
                + $"named is {Head.Origin} with {Head.Size} entries and root {Convert.ToBase64String(Head.Root)}.");
        }

        return LogClosure.In(keyEntries) is { } closure && closure.Entry == head.Size - 1
            ? closure
            : throw new NoteException($"The predecessor {head.Origin} does not end with an entry {LogKeyHistory.ClosedType}: it is still open.");
    }

    internal static LogPredecessor Of(string origin, string vkey, string note)
    {
        var named = Of(vkey, note);
        return named.Head.Origin == origin ? named : throw new NoteException($"The checkpoint is of {named.Head.Origin}, named is {origin}.");
    }

    private static LogPredecessor Of(string vkey, string note)
    {
        var key = LogKeyEntry.Verifier(vkey);
        return new LogPredecessor(key, note, Checkpoint.Open(note, key));
    }
}
