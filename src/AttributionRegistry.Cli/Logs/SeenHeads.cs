using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Logs;

/// <summary>A head by its size, and when it was first seen by the reader's own clock.</summary>
internal sealed record SeenHead(long Size, DateTimeOffset At);

/// <summary>
/// The heads that a monitor saw, oldest first: what it knew for longer than witnesses may lag must be within what they cover. Of those only the
/// largest says anything, so there is one of them, and the later ones.
/// </summary>
internal sealed class SeenHeads
{
    private readonly IReadOnlyList<SeenHead> _heads;

    private SeenHeads(IReadOnlyList<SeenHead> heads) => _heads = heads;

    public static SeenHeads None { get; } = new([]);

    public SeenHead Newest => _heads[^1];

    /// <summary>The largest that was known at an instant; null where none was.</summary>
    public SeenHead? LastBefore(DateTimeOffset instant) => _heads.LastOrDefault(head => head.At < instant);

    /// <summary>With a head that is seen now, which may be the same as before.</summary>
    public SeenHeads With(long size, DateTimeOffset now, TimeSpan lag)
    {
        List<SeenHead> heads = _heads is [.., var last] && last.Size == size ? [.. _heads] : [.. _heads, new SeenHead(size, now)];
        return new SeenHeads(heads[Math.Max(0, heads.FindLastIndex(head => head.At < now - lag))..]);
    }

    /// <exception cref="FormatException">There is none, or one that is smaller than one before it.</exception>
    public static SeenHeads Read(JsonArray json)
    {
        List<SeenHead> heads = [.. json.Select(each => new SeenHead((long)each!["size"]!, each["at"]!.GetValue<DateTimeOffset>()))];
        return heads.Count > 0 && heads.Zip(heads.Skip(1)).All(pair => pair.First.Size < pair.Second.Size) ? new SeenHeads(heads) : throw new FormatException("The heads that were seen are not in order.");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var head in _heads)
        {
            json.WriteStartObject();
            json.WriteNumber("size", head.Size);
            json.WriteString("at", head.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
