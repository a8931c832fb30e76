namespace AttributionRegistry.Log;

/// <summary>A signed note, checkpoint, key or proof that is malformed or does not verify. Nothing of it may be used.</summary>
public sealed class NoteException(string message) : Exception(message);
