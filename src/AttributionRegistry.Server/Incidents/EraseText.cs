using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <param name="Field">The committed field, by its name in the entry's body.</param>
/// <param name="LegalBasis">The rule that demands it.</param>
/// <param name="Reason">Why, without repeating what is to be erased.</param>
public sealed record TextErasureRequest(string Field, string LegalBasis, string Reason);

/// <summary>Erases what a field of an event said: its opening and the event's key go, leaf, proofs and the order stay.</summary>
public sealed class EraseText(CaseWrites cases, RegistryCore core, PublishedDocuments documents, PublishedVersions versions, FindingRecords records)
{
    /// <summary>What stands where a text was.</summary>
    public const string Placeholder = "[erased by order]";

    private const int ShortestQuoted = 4;

    private static readonly Refusal NotErasable = Refusal.Conflict(
        "not-erasable", "Only text that stands committed in the entry can be erased; ids, codes and instants hold the record together.", "/field");

    /// <summary>
    /// Orders what one field of a log entry of the case said destroyed: the first person proposes (202), a second, different one confirms
    /// (200). The leaf, its proofs and the order stay; the field's salt, its value and the key of the event do not. Registrar, custodian or
    /// integrity officer. What a published finding quotes is refused.
    /// </summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, long index, Body<TextErasureRequest> body, Ask ask, EraseText erasing, CancellationToken cancel) =>
        erasing.RunAsync(incidentId, index, body.Value, ask.With(body), cancel);

    private Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> RunAsync(
        IncidentId incident, long index, TextErasureRequest request, Ask ask, CancellationToken cancel) =>
        cases.ProposeAsync(
            ask, incident, incident.Value, "registrar, custodian or integrity officer, another person",
            (session, state) =>
            {
                var command = new CaseCommand.EraseText(index, request.Field, request.LegalBasis, request.Reason) { By = ask.By, At = ask.At };
                if (state.RolesOf(ask.By).Overlaps(command.Duty.By) && state.ErasedTexts.All(e => e.Leaf != index || e.Field != request.Field))
                {
                    Prepare(session, state, command);
                }

                return command;
            },
            cancel);

    // The first person's act changes nothing yet, but learns what would be refused.
    private void Prepare(Session session, Case state, CaseCommand.EraseText command)
    {
        var redaction = Redacted(state, command.Leaf, command.Field);
        if (command.Confirms(state))
        {
            session.AlsoWrite(rows => redaction.Write(rows, core.Store.Keys, rows.Leaves[0].Index));
            session.AfterCommit(core.ForgetStates);
            session.AfterCommit(versions.Forget);
        }
    }

    private Redaction Redacted(Case state, long index, string field)
    {
        var stream = CaseJournal.Stream(state.Id);
        var events = core.Store.Events.ReadStream(stream);
        var stored = events.FirstOrDefault(e => e.Index == index) ?? throw Refused(CaseWrites.NoSuchThing);
        if (core.Store.Events.Openings(index).All(o => o.Name != field) || stored.Type == CaseJournal.FindingVersion)
        {
            throw Refused(NotErasable);
        }

        if (!core.Store.Events.HasOwnKey(index))
        {
            throw Refused(Refusal.Conflict("not-erasable", "This event was recorded before events had keys of their own; what it says goes only with the key of the whole case.", "/field"));
        }

        var body = JsonNode.Parse(stored.Body)!;
        var value = body["event"]![field];
        var said = Strings(value).ToList();
        body["event"]![field] = Without(value);
        var redacted = stored with { Body = body.ToJsonString(ApiJson.Options) };
        if (said.Count == 0 || !StillFolds(events, redacted))
        {
            throw Refused(NotErasable);
        }

        return Quoting(state, said) is { } version
            ? throw Refused(Refusal.Conflict(
                "text-is-published", $"Version {version} of {state.FindingNumber} says it too, and what was published stays: withdraw or correct it, and erase what it does not quote.", "/field"))
            : new Redaction(stream, stored.Version, index, field, redacted.Body);
    }

    private int? Quoting(Case state, List<string> said)
    {
        foreach (var version in state.Versions)
        {
            if (documents.Find(PublishedDocuments.CanonicalPath(state.FindingNumber!, version.Version)) is { } published && Says(JsonNode.Parse(published.Bytes), said))
            {
                return version.Version;
            }

            // The public record too: the finding names its digest.
            if (versions.Find(state.FindingNumber!, version.Version) is { } found && Says(JsonSerializer.SerializeToNode(records.Of(found), ApiJson.Options), said))
            {
                return version.Version;
            }
        }

        return null;
    }

    private static bool Says(JsonNode? document, List<string> said)
    {
        var texts = Strings(document).ToList();
        return said.Any(s => texts.Any(t => s.Length >= ShortestQuoted ? t.Contains(s, StringComparison.Ordinal) : t == s));
    }

    private static bool StillFolds(IReadOnlyList<StoredEvent> events, StoredEvent redacted)
    {
        try
        {
            Case? state = null;
            foreach (var each in events)
            {
                var (@event, recorded) = CaseJournal.Definition.Read(each.Index == redacted.Index ? redacted : each);
                state = CaseJournal.Definition.Evolve(state, @event, recorded);
            }

            return true;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.Where(m => m.Key != "lang").SelectMany(m => Strings(m.Value)),
        JsonArray items => items.SelectMany(Strings),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };

    private static JsonNode? Without(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Key == "lang" ? m.Value?.DeepClone() : Without(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Without)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Placeholder),
        _ => node?.DeepClone(),
    };

    private static RequestRefusedException Refused(Refusal refusal) => new(refusal.ToProblem());
}
