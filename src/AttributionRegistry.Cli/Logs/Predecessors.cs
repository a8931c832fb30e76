using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>A log that goes on from a closed one, against that one.</summary>
internal static class Predecessors
{
    /// <summary>Walks the closed log to the very head that the new one names, and asks that it ends there and names no other successor.</summary>
    /// <param name="source">The closed log.</param>
    /// <param name="origin">The new log.</param>
    /// <param name="key">A key of the new log that signs now.</param>
    /// <param name="keyEntries">The new log's entries about its keys.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The verdict as a sentence.</returns>
    /// <exception cref="LogAuditException">The first thing that does not hold; in the closed log it has the closed log's entry.</exception>
    public static async Task<string> RequireAsync(ILogSource source, string origin, NoteVerifier key, IReadOnlyList<(long Index, byte[] Entry)> keyEntries, CancellationToken cancel)
    {
        try
        {
            var own = keyEntries.Aggregate(LogKeyHistory.Begin(FirstKey(key, keyEntries)), (history, each) => history.With(each.Index, each.Entry));
            if (own.Predecessor is not { } named)
            {
                throw new LogAuditException(LogChecks.Closed, null, $"{origin} names no predecessor in its first entry");
            }

            named.RequireOther(origin);
            var pinned = await source.KeyAsync(named.Key.Vkey, cancel);
            var newest = await source.CheckpointAsync(pinned, cancel);
            var auditor = new LogAuditor();
            await new LogWalk(source).RunAsync(auditor, newest.Head, cancel);
            _ = await pinned.StillAsync(source, newest, auditor.KeyEntries, cancel);
            var closure = named.RequireClosedAt(newest.Head, auditor.KeyEntries);
            closure.RequireSuccessor(origin, own.Keys[0].Key.Vkey);
            return $"goes on from {named.Head.Origin}, {named.Head.Size} entries, closed by its last one ({closure.Reason})"
                + (closure.SuccessorOrigin is null ? "; it names no successor, so that only this log says so" : " and naming this log");
        }
        catch (NoteException fault)
        {
            throw new LogAuditException(LogChecks.Closed, null, fault.Message);
        }
    }

    // No entry names the first key before a second one signs beside it.
    private static string FirstKey(NoteVerifier signing, IReadOnlyList<(long Index, byte[] Entry)> keyEntries) =>
        keyEntries.Select(each => LogKeyEntry.Read(each.Entry)).OfType<LogKeyEntry.Introduced>().FirstOrDefault()?.Beside.Vkey ?? signing.Vkey;
}
