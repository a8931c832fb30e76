using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>An event of an act that its author may sign.</summary>
/// <param name="Stream">The record that it is about.</param>
/// <param name="With">With which keys.</param>
/// <param name="Event">The event.</param>
/// <param name="Sign">Puts the signature into it.</param>
internal sealed record SignableEntry(string Stream, SigningKeys With, NewEvent Event, Action<JsonObject> Sign)
{
    public byte[] Message() => LogEntry.AuthorMessage(Event.Actor, Event.PublicBody, Stream, Event.Type, Event.SchemaVersion);

    public DraftedEntry Shown(byte[] message) => new(
        Stream, Event.Type, B64Url.Encode(message), [.. Event.Openings.Select(o => new DraftedField(o.Name, B64Url.Encode(o.Salt), JsonNode.Parse(o.ValueJson)))]);
}
