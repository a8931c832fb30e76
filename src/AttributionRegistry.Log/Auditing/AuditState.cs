using System.Text.Json;

namespace AttributionRegistry.Log;

/// <summary>What an auditor knows, as JSON. Numbers of one thing stand in one array, so that many subjects stay small.</summary>
internal static class AuditState
{
    private const int Version = 2;

    public static byte[] Write(TileEdge edge, long lastAt, ClosedSeals seals, SubjectChains chains, IEnumerable<(long Index, byte[] Entry)> keys, AuthorKeys authors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("size", edge.Size);
            json.WriteNumber("lastAt", lastAt);
            json.WriteStartArray("edge");
            foreach (var partial in edge.Partials())
            {
                json.WriteBase64StringValue(partial);
            }

            json.WriteEndArray();
            json.WriteStartArray("seals");
            foreach (var (leaf, seal) in seals.All)
            {
                json.WriteStartArray();
                json.WriteBase64StringValue(leaf.ToBytes());
                json.WriteNumberValue(seal.Index);
                json.WriteNumberValue(seal.NotBefore);
                json.WriteNumberValue(seal.NotAfter);
                json.WriteStringValue(seal.ClaimedBy);
                json.WriteNumberValue(seal.ClaimedSeq);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartObject("subjects");
            foreach (var (subject, runs) in chains.All)
            {
                json.WriteStartArray(subject);
                runs.ForEach(run => Write(json, run));
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteStartArray("keys");
            foreach (var (index, entry) in keys)
            {
                json.WriteStartArray();
                json.WriteNumberValue(index);
                json.WriteBase64StringValue(entry);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteNumber("readable", authors.Readable);
            json.WriteNumber("signed", authors.Signed);
            json.WriteStartArray("authors");
            foreach (var ((subject, key), bound) in authors.All)
            {
                json.WriteStartArray();
                json.WriteStringValue(subject);
                json.WriteStringValue(key);
                json.WriteStringValue(bound.Actor);
                json.WriteBase64StringValue(bound.Spki);
                json.WriteNumberValue(bound.Index);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static (TileEdge Edge, long LastAt, List<(LeafKey, ClosedSeals.Seal)> Seals, List<(string, List<SubjectChains.Run>)> Chains, List<(long, byte[])> Keys,
        (long Readable, long Signed, List<(string, string, AuthorKeys.Bound)> Keys) Authors) Read(ReadOnlySpan<byte> saved)
    {
        try
        {
            using var document = JsonDocument.Parse(saved.ToArray());
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() != Version)
            {
                throw new FormatException("The state of the audit is of another version of this program.");
            }

            var partials = root.GetProperty("edge").EnumerateArray().Select(each => each.GetBytesFromBase64()).ToList();
            var edge = TileEdge.Restore(root.GetProperty("size").GetInt64(), partials) ?? throw new FormatException("The state of the audit holds no edge of its size.");
            var seals = root.GetProperty("seals").EnumerateArray().Select(each => (Leaf(each[0]), new ClosedSeals.Seal
            {
                Index = each[1].GetInt64(),
                NotBefore = each[2].GetInt64(),
                NotAfter = each[3].GetInt64(),
                ClaimedBy = each[4].GetString(),
                ClaimedSeq = each[5].GetInt64(),
            })).ToList();
            var chains = root.GetProperty("subjects").EnumerateObject()
                .Select(each => (each.Name, each.Value.EnumerateArray().Select(Run).ToList())).ToList();
            var keys = root.GetProperty("keys").EnumerateArray().Select(each => (each[0].GetInt64(), each[1].GetBytesFromBase64())).ToList();
            var authors = root.GetProperty("authors").EnumerateArray().Select(each => (
                each[0].GetString()!, each[1].GetString()!, new AuthorKeys.Bound(each[2].GetString()!, each[3].GetBytesFromBase64(), each[4].GetInt64()))).ToList();
            return (edge, root.GetProperty("lastAt").GetInt64(), seals, chains, keys,
                (root.GetProperty("readable").GetInt64(), root.GetProperty("signed").GetInt64(), authors));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or ArgumentException)
        {
            throw new FormatException($"This is no state of an audit: {fault.Message}", fault);
        }
    }

    private static void Write(Utf8JsonWriter json, SubjectChains.Run run)
    {
        json.WriteStartArray();
        json.WriteNumberValue(run.FirstSeq);
        json.WriteNumberValue(run.FirstIndex);
        json.WriteBase64StringValue(run.FirstPrev.ToBytes());
        json.WriteNumberValue(run.LastSeq);
        json.WriteNumberValue(run.LastIndex);
        json.WriteBase64StringValue(run.LastLeaf.ToBytes());
        json.WriteEndArray();
    }

    private static SubjectChains.Run Run(JsonElement json) =>
        new(json[0].GetInt64(), json[1].GetInt64(), Leaf(json[2]), json[3].GetInt64(), json[4].GetInt64(), Leaf(json[5]));

    private static LeafKey Leaf(JsonElement json) => json.GetBytesFromBase64() is { Length: Rfc6962.HashSize } hash
        ? LeafKey.Of(hash)
        : throw new FormatException("A hash in the state of the audit has another size.");
}
