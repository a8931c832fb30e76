using System.Buffers.Binary;

namespace AttributionRegistry.Log;

/// <summary>
/// A witness's word that a checkpoint is the largest consistent tree it has seen as of a time (C2SP cosignature/v1, key type 0x04).
/// The Ed25519 form does not bind the witness's name: one key, one witness.
/// </summary>
public static class CosignatureV1
{
    private const int PayloadSize = sizeof(long) + 64;

    /// <summary>The bytes a witness signs.</summary>
    public static byte[] Message(string checkpointBody, long unixSeconds) =>
        NoteText.Utf8.GetBytes($"cosignature/v1\ntime {unixSeconds}\n{checkpointBody}");

    /// <summary>The signature line, with its line feed, to append to the checkpoint.</summary>
    public static string Sign(NoteSigner witness, string checkpointBody, long unixSeconds)
    {
        if (witness.Type != NoteKeyType.CosignatureV1)
        {
            throw new ArgumentException($"The key of {witness.Name} is a log's key; a witness needs one of its own.", nameof(witness));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(unixSeconds);
        var payload = new byte[PayloadSize];
        BinaryPrimitives.WriteInt64BigEndian(payload, unixSeconds);
        witness.Sign(Message(checkpointBody, unixSeconds)).CopyTo(payload, sizeof(long));
        return witness.Line(payload);
    }

    /// <summary>The latest time (Unix seconds) at which this witness vouches for the note's text.</summary>
    /// <exception cref="NoteException">The witness has not signed, or a signature in its name is wrong.</exception>
    public static long Verify(SignedNote note, NoteVerifier witness)
    {
        if (witness.Type != NoteKeyType.CosignatureV1)
        {
            throw new NoteException($"The key of {witness.Name} is not a witness's key.");
        }

        return note.Verify(witness).Max(s => TryTime(s.Payload, out var time) ? time : 0);
    }

    /// <summary>The time inside a payload; false when it is not that of a cosignature.</summary>
    public static bool TryTime(ReadOnlySpan<byte> payload, out long unixSeconds)
    {
        unixSeconds = payload.Length == PayloadSize ? BinaryPrimitives.ReadInt64BigEndian(payload) : -1;
        return unixSeconds >= 0;
    }
}
