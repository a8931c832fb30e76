using AttributionRegistry.Domain;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Registry;

/// <summary>
/// The answer to every accepted write: what it was done to, its version now, and the receipt that proves the act in the log.
/// </summary>
/// <param name="Id">The record that was made or changed.</param>
/// <param name="Etag">The entity tag of the record's case, round or account after the act, for If-Match.</param>
/// <param name="Receipt">Proof of the act: leaf, inclusion proof, signed checkpoint.</param>
/// <param name="Pending">Set when the act waits for a second, different person; nothing has taken effect yet.</param>
public sealed record Written(string Id, string Etag, Receipt Receipt, PendingNote? Pending = null);

/// <summary>An act that needs a second person: which, and who may confirm it.</summary>
/// <param name="Act">The act.</param>
/// <param name="Needs">Who may confirm it.</param>
/// <param name="Destroys">The items whose bytes an erasure would destroy; null for other acts.</param>
/// <param name="Keeps">Redactions and extracts of these that would keep their bytes; null for other acts.</param>
public sealed record PendingNote(string Act, string Needs, IReadOnlyList<EvidenceId>? Destroys = null, IReadOnlyList<EvidenceId>? Keeps = null);
