using System.Text.Json.Nodes;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>What opens one commitment of a drafted entry: with it the author sees that the entry says what they asked for.</summary>
/// <param name="Name">The member of the entry's body.</param>
/// <param name="Salt">Base64url.</param>
/// <param name="Value">What is committed to.</param>
public sealed record DraftedField(string Name, string Salt, JsonNode? Value);

/// <summary>An entry that the act would make and its author may sign.</summary>
/// <param name="Subject">The record that it is about.</param>
/// <param name="Type">What happens.</param>
/// <param name="Message">What is signed (ES256): the DSSE encoding of the entry, base64url.</param>
/// <param name="Openings">What opens its commitments.</param>
public sealed record DraftedEntry(string Subject, string Type, string Message, IReadOnlyList<DraftedField> Openings);

/// <summary>An act as it would be recorded; nothing has been written.</summary>
/// <param name="Draft">Goes into Registry-Draft of the signed request, in quotes.</param>
/// <param name="Expires">Until when.</param>
/// <param name="Entries">What there is to sign, in the order of the signatures.</param>
public sealed record DraftedAct(string Draft, DateTimeOffset Expires, IReadOnlyList<DraftedEntry> Entries)
{
    public const string MediaType = "application/vnd.attribution-registry.draft+json";
}

/// <summary>Ends a request that asked for a draft: it is decided, and nothing more is done. Caught once, in <see cref="DraftProtocol"/>.</summary>
internal sealed class ActDraftedException(DraftedAct draft) : Exception("The act was drafted.")
{
    public DraftedAct Draft { get; } = draft;
}
