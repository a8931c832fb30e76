using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;

namespace AttributionRegistry.Server.Evidence;

/// <summary>Names another node of the graph.</summary>
public sealed record ProvReference([property: JsonPropertyName("@id")] string Id);

/// <summary>One node: an entity (an item), an activity (what made a copy) or an agent (who ran it, by pseudonym).</summary>
public sealed record ProvNode
{
    [JsonPropertyName("@id")]
    public required string Id { get; init; }

    [JsonPropertyName("@type")]
    public required string Type { get; init; }

    [JsonPropertyName("prov:wasDerivedFrom"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProvReference>? WasDerivedFrom { get; init; }

    [JsonPropertyName("prov:wasGeneratedBy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProvReference>? WasGeneratedBy { get; init; }

    [JsonPropertyName("prov:used"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProvReference? Used { get; init; }

    [JsonPropertyName("prov:wasAssociatedWith"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProvReference? WasAssociatedWith { get; init; }

    [JsonPropertyName("prov:wasAttributedTo"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProvReference? WasAttributedTo { get; init; }

    [JsonPropertyName("prov:startedAtTime"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StartedAtTime { get; init; }

    [JsonPropertyName("prov:endedAtTime"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EndedAtTime { get; init; }

    [JsonPropertyName("ar:title"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    [JsonPropertyName("ar:relation"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Derivation? Relation { get; init; }

    [JsonPropertyName("ar:tool"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tool { get; init; }

    [JsonPropertyName("ar:toolVersion"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ToolVersion { get; init; }

    [JsonPropertyName("ar:operator"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Operator { get; init; }

    [JsonPropertyName("ar:parameters"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ToolParameter>? Parameters { get; init; }

    /// <summary>SHA-256 of the bytes, hex.</summary>
    [JsonPropertyName("ar:sha256"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sha256 { get; init; }

    /// <summary>The salt, hex, that opens the commitment with the digest.</summary>
    [JsonPropertyName("ar:salt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Salt { get; init; }

    /// <summary>Salted commitment to the digest, base64url, as the log and the frozen evidence set have it.</summary>
    [JsonPropertyName("ar:commitment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Commitment { get; init; }
}

/// <summary>Where an item comes from and what was made of it, in the terms of W3C PROV as JSON-LD.</summary>
public sealed record ProvenanceGraph
{
    public const string MediaType = "application/ld+json";

    [JsonPropertyName("@context")]
    public ImmutableSortedDictionary<string, string> Context { get; } = ImmutableSortedDictionary<string, string>.Empty
        .Add("ar", "urn:attribution-registry:").Add("prov", "http://www.w3.org/ns/prov#");

    [JsonPropertyName("@graph")]
    public required IReadOnlyList<ProvNode> Graph { get; init; }

    /// <summary>
    /// The graph around an item as far as the reader may see it, or null. Whoever works on the case sees all relatives; others see those
    /// that are disclosed to them, and of a hidden original its id and the commitment to its bytes.
    /// </summary>
    public static ProvenanceGraph? Of(Case state, EvidenceItem start, Caller? reader, Func<PersonId, string> pseudonym)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(start);
        bool Visible(EvidenceItem item) => EvidenceView.For(state, item, reader) is { Title: not null };
        if (!Visible(start))
        {
            return null;
        }

        var inside = reader is not null && state.MayRead(reader);
        var (nodes, queue, seen) = (new List<ProvNode>(), new Queue<EvidenceItem>([start]), new HashSet<EvidenceId> { start.Id });
        while (queue.TryDequeue(out var item))
        {
            var relatives = item.From.Select(f => state.Find(f.Original)!).Concat(state.Evidence.Where(e => e.From.Any(f => f.Original == item.Id) && Visible(e)));
            nodes.AddRange(Visible(item) ? Shown(item, inside, pseudonym) : [Hidden(item)]);
            foreach (var relative in Visible(item) ? relatives : [])
            {
                if (seen.Add(relative.Id))
                {
                    queue.Enqueue(relative);
                }
            }
        }

        return new ProvenanceGraph { Graph = [.. nodes.DistinctBy(n => n.Id)] };
    }

    private static ProvNode Hidden(EvidenceItem item) => new() { Id = IdOf(item.Id), Type = "prov:Entity", Commitment = EvidenceRoot.Commitment(item) };

    private static IEnumerable<ProvNode> Shown(EvidenceItem item, bool inside, Func<PersonId, string> pseudonym)
    {
        var agent = $"urn:attribution-registry:{pseudonym(item.SubmittedBy)}";
        var held = item.Standing != EvidenceStanding.Erased; // The log keeps the commitment; an erased digest opens nothing any more.
        yield return Hidden(item) with
        {
            Title = item.Described.Title,
            Sha256 = item.Payload?.Sha256,
            Salt = held ? item.Payload?.Salt : null,
            WasDerivedFrom = item.From.IsEmpty ? null : [.. item.From.Select(f => new ProvReference(IdOf(f.Original)))],
            WasGeneratedBy = item.From.IsEmpty ? null : [.. item.From.Select((_, i) => new ProvReference(ActivityOf(item, i)))],
            WasAttributedTo = new ProvReference(agent),
        };
        yield return new ProvNode { Id = agent, Type = "prov:Agent" };
        for (var i = 0; i < item.From.Length; i++)
        {
            var made = item.Described.Parents[i].Activity;
            yield return new ProvNode
            {
                Id = ActivityOf(item, i),
                Type = "prov:Activity",
                Used = new ProvReference(IdOf(item.From[i].Original)),
                WasAssociatedWith = new ProvReference(agent),
                Relation = item.From[i].How,
                Tool = made?.Tool,
                ToolVersion = made?.ToolVersion,
                StartedAtTime = made?.StartedAt,
                EndedAtTime = made?.EndedAt,
                Operator = inside ? made?.Operator : null,
                Parameters = inside ? made?.Parameters : null,
            };
        }
    }

    private static string IdOf(EvidenceId item) => $"/v1/evidence/{item}";

    private static string ActivityOf(EvidenceItem item, int number) => $"{IdOf(item.Id)}#activity-{number + 1}";
}
