namespace AttributionRegistry.Storage;

/// <summary>
/// An event's values as the database has them: under a key of their own, which the record's key seals; or, once an order of erasure has
/// destroyed that key, redacted, under the record's key.
/// </summary>
/// <param name="Sealed">The values as recorded.</param>
/// <param name="Key">What opens them; null where it was destroyed, or where the event is older than keys of events.</param>
/// <param name="Redacted">What is left of them after an erasure.</param>
internal sealed record EventBody(string Sealed, string? Key, string? Redacted)
{
    internal const string Columns = "event.body, event_key.sealed, redacted_event.body";

    internal const string Joins = "LEFT JOIN event_key ON event_key.idx = event.idx LEFT JOIN redacted_event ON redacted_event.idx = event.idx";

    /// <summary>Seals the values of a new event.</summary>
    public static EventBody Seal(string body, RowCipher record, string stream, long version, Func<int, byte[]> entropy)
    {
        var key = entropy(KeyWrap.KeyBytes);
        using var own = new RowCipher(key);
        return new EventBody(own.Seal(body, Places.Event(stream, version), entropy), record.Seal(key, Places.EventKey(stream, version), entropy), null);
    }

    /// <exception cref="StoreRefusedException">A value was altered or stood in another row.</exception>
    public string Open(RowCipher record, string stream, long version)
    {
        if (Redacted is not null)
        {
            return record.OpenText(Redacted, Places.Redacted(stream, version));
        }

        if (Key is null)
        {
            return record.OpenText(Sealed, Places.Event(stream, version));
        }

        using var own = new RowCipher(record.Open(Key, Places.EventKey(stream, version)));
        return own.OpenText(Sealed, Places.Event(stream, version));
    }
}

/// <summary>Destroys what opens one field of one event, by a logged order.</summary>
/// <param name="Stream">The record.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Index">The event's leaf.</param>
/// <param name="Field">The committed field.</param>
/// <param name="Body">The event's values without what is erased.</param>
public sealed record Redaction(string Stream, long Version, long Index, string Field, string Body)
{
    private const string OrderSql = "INSERT INTO erasure (idx, name, ordered_by_idx) VALUES (@index, @field, @orderedBy)";
    private const string OpeningSql = "DELETE FROM opening WHERE idx = @index AND name = @field";
    private const string KeySql = "DELETE FROM event_key WHERE idx = @index";
    private const string RedactSql = "INSERT INTO redacted_event (idx, body) VALUES (@index, @body) ON CONFLICT (idx) DO UPDATE SET body = excluded.body";

    /// <summary>The rows of the order, in its own commit. What it does cannot be undone.</summary>
    /// <param name="rows">The commit of the order.</param>
    /// <param name="keys">Seals what is left.</param>
    /// <param name="orderedBy">The leaf of the order.</param>
    public void Write(RowWriter rows, DataKeys keys, long orderedBy)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(keys);
        using var record = keys.CipherOf(Stream);
        rows.Execute(OrderSql, new { index = Index, field = Field, orderedBy });
        if (rows.Execute(OpeningSql, new { index = Index, field = Field }) != 1)
        {
            throw new StoreRefusedException($"Entry {Index} has no opening of '{Field}'.");
        }

        rows.Execute(KeySql, new { index = Index });
        rows.Execute(RedactSql, new { index = Index, body = record.Seal(Body, Places.Redacted(Stream, Version), keys.Entropy) });
    }
}
