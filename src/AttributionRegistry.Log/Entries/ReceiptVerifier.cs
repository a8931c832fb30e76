namespace AttributionRegistry.Log;

/// <summary>Valid, or the first check that failed, by name, with a sentence.</summary>
/// <param name="FailedCheck">Null when all held; else <c>receipt-format</c>, <c>checkpoint</c>, <c>inclusion</c> or <c>entry</c>.</param>
/// <param name="Message">What was found.</param>
/// <param name="Checkpoint">The head that the receipt was checked against; null when it did not open.</param>
public sealed record ReceiptVerdict(string? FailedCheck, string Message, Checkpoint? Checkpoint)
{
    public bool IsValid => FailedCheck is null;
}

/// <summary>Checks a receipt with nothing but the log's key; no network, no clock.</summary>
public static class ReceiptVerifier
{
    /// <summary>The checkpoint is this log's and covers the leaf.</summary>
    public static ReceiptVerdict Verify(Receipt receipt, NoteVerifier log)
    {
        var proof = new List<byte[]>();
        foreach (var text in receipt.InclusionProof)
        {
            if (!Base64Strict.TryHash(text, out var hash))
            {
                return new ReceiptVerdict("receipt-format", "A hash of the inclusion proof is not 32 bytes in base64.", null);
            }

            proof.Add(hash);
        }

        if (!B64Url.TryDecode(receipt.LeafHash, out var leafHash) || leafHash.Length != Rfc6962.HashSize)
        {
            return new ReceiptVerdict("receipt-format", "The leaf hash is not 32 bytes in base64url.", null);
        }

        Checkpoint checkpoint;
        try
        {
            checkpoint = Checkpoint.Open(receipt.Checkpoint, log);
        }
        catch (NoteException e)
        {
            return new ReceiptVerdict("checkpoint", e.Message, null);
        }

        return Rfc6962.VerifyInclusion(receipt.LeafIndex, checkpoint.Size, leafHash, proof, checkpoint.Root)
            ? new ReceiptVerdict(null, $"Entry {receipt.LeafIndex} stands in {checkpoint.Origin} at size {checkpoint.Size}.", checkpoint)
            : new ReceiptVerdict("inclusion", $"The proof does not lead from the leaf at {receipt.LeafIndex} to the root at size {checkpoint.Size}.", checkpoint);
    }

    /// <summary>As <see cref="Verify(Receipt, NoteVerifier)"/>, and the leaf is this entry.</summary>
    public static ReceiptVerdict Verify(Receipt receipt, NoteVerifier log, ReadOnlySpan<byte> entry)
    {
        var verdict = Verify(receipt, log);
        return verdict.IsValid && B64Url.Encode(Rfc6962.LeafHash(entry)) != receipt.LeafHash
            ? verdict with { FailedCheck = "entry", Message = "The receipt is for other bytes than this entry." }
            : verdict;
    }
}
