namespace AttributionRegistry.Log;

/// <summary>The largest tree of a log that a witness has cosigned.</summary>
public sealed record WitnessedTree(long Size, byte[] Root)
{
    /// <summary>Where every log begins: what a witness holds of one that it has never cosigned.</summary>
    public static WitnessedTree Nothing => new(0, Rfc6962.EmptyRoot);
}

/// <summary>Why a witness does not cosign.</summary>
public enum WitnessRefusal
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Not a request, or an old size above the new one (400).</summary>
    Malformed,

    /// <summary>A log that this witness was not told of (404).</summary>
    UnknownLog,

    /// <summary>Not signed by a trusted key of the log, or a signature in its name is wrong (403).</summary>
    NotSigned,

    /// <summary>The tree does not grow from the one that was cosigned (422). The log may have forked: worth an alarm.</summary>
    Inconsistent,
}

/// <summary>
/// What a witness answers to add-checkpoint, as C2SP tlog-witness prescribes: a pure function of the keys it trusts, the tree it has
/// cosigned last, and the request. Whoever cosigns must replace the stored tree in the same transaction, before the answer leaves.
/// </summary>
public abstract record WitnessDecision
{
    private WitnessDecision()
    {
    }

    /// <summary>Cosign and remember. The note holds the log's own valid signatures; those of strangers are dropped.</summary>
    public sealed record Cosign(Checkpoint Checkpoint, SignedNote Note) : WitnessDecision;

    /// <summary>Another size was cosigned last (409): the log may go on from that one.</summary>
    public sealed record Conflict(long Size) : WitnessDecision;

    /// <summary>Never.</summary>
    public sealed record Refused(WitnessRefusal Why, string Reason) : WitnessDecision;

    /// <param name="logs">The keys of logs; the name of a key is its log's origin.</param>
    /// <param name="stored">The largest tree cosigned for the request's origin, or null.</param>
    /// <param name="request">What is asked.</param>
    public static WitnessDecision Decide(IReadOnlyList<NoteVerifier> logs, WitnessedTree? stored, AddCheckpointRequest request)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(request);
        var claimed = request.Claimed;
        List<NoteVerifier> keys = [.. logs.Where(k => k.Type == NoteKeyType.Ed25519 && k.Name == claimed.Origin)];
        if (keys.Count == 0)
        {
            return new Refused(WitnessRefusal.UnknownLog, "This witness was not told of a log of that origin.");
        }

        SignedNote note;
        try
        {
            note = request.Note.With(request.Note.Verify(keys));
        }
        catch (NoteException fault)
        {
            return new Refused(WitnessRefusal.NotSigned, fault.Message);
        }

        if (request.OldSize > claimed.Size)
        {
            return new Refused(WitnessRefusal.Malformed, $"The old size {request.OldSize} is above the size {claimed.Size} of the checkpoint.");
        }

        var last = stored ?? WitnessedTree.Nothing;
        if (request.OldSize != last.Size)
        {
            return new Conflict(last.Size);
        }

        return WhyInconsistent(last, claimed, request.Proof) is { } reason
            ? new Refused(WitnessRefusal.Inconsistent, reason)
            : new Cosign(claimed, note);
    }

    private static string? WhyInconsistent(WitnessedTree last, Checkpoint claimed, IReadOnlyList<byte[]> proof)
    {
        if (claimed.Size == 0 && !claimed.Root.AsSpan().SequenceEqual(Rfc6962.EmptyRoot))
        {
            return "A log of size 0 has the root of the empty tree.";
        }

        if (last.Size == 0)
        {
            // Every tree grows from the empty one: a proof of it says nothing, and RFC 6962 has none.
            return proof.Count == 0 ? null : "From size 0 there is nothing to prove; the proof must be empty.";
        }

        if (claimed.Size == last.Size && !claimed.Root.AsSpan().SequenceEqual(last.Root))
        {
            return $"Another tree of size {last.Size} was cosigned.";
        }

        return Rfc6962.VerifyConsistency(last.Size, claimed.Size, last.Root, claimed.Root, proof)
            ? null
            : $"The proof does not show that the tree of size {claimed.Size} grows from the cosigned one of size {last.Size}.";
    }
}
