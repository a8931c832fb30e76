using AttributionRegistry.Domain;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Evidence;

/// <summary>What reading stored bytes again has found.</summary>
public enum PayloadState
{
    Whole,
    Damaged,
    Missing,

    /// <summary>The disk or the case's record failed; whether the bytes are whole cannot be told.</summary>
    Unreadable,
}

/// <summary>An item whose bytes were not found whole.</summary>
public sealed record BadPayload(EvidenceId Evidence, IncidentId Incident, PayloadState State, DateTimeOffset At);

/// <summary>How the bytes of all items stand.</summary>
/// <param name="Since">Every payload was read again since then; null while one never was.</param>
public sealed record PayloadCounts(long Payloads, long Unchecked, long Whole, long Bad, DateTimeOffset? Since);

/// <summary>When the bytes of each item were last read again, and what was found. Rows without events: they say nothing about a case.</summary>
public sealed class PayloadChecks(RegistryCore core)
{
    private const string NextSql = """
        SELECT payload.evidence
        FROM payload
        LEFT JOIN payload_check ON payload_check.evidence = payload.evidence
        WHERE payload_check.at_us IS NULL OR payload_check.at_us <= @before
        ORDER BY coalesce(payload_check.at_us, -1), payload.evidence
        LIMIT 1
        """;

    // Nothing is written for an item that was erased meanwhile.
    private const string RecordSql = """
        INSERT INTO payload_check (evidence, at_us, result)
        SELECT evidence, @at, @result FROM payload WHERE evidence = @evidence
        ON CONFLICT (evidence) DO UPDATE SET at_us = excluded.at_us, result = excluded.result
        """;

    private const string CountsSql = """
        SELECT count(*) AS Payloads,
               coalesce(sum(payload_check.at_us IS NULL), 0) AS Unchecked,
               coalesce(sum(payload_check.result = 'whole'), 0) AS Whole,
               coalesce(sum(payload_check.result <> 'whole'), 0) AS Bad,
               min(payload_check.at_us) AS Oldest
        FROM payload
        LEFT JOIN payload_check ON payload_check.evidence = payload.evidence
        """;

    private const string BadSql = """
        SELECT payload.evidence AS Evidence, payload.incident AS Incident, payload_check.result AS Result, payload_check.at_us AS At
        FROM payload_check
        JOIN payload ON payload.evidence = payload_check.evidence
        WHERE payload_check.result <> 'whole'
        ORDER BY payload.evidence
        """;

    /// <summary>The item whose bytes have waited longest, if that is since before the instant; those never read come first.</summary>
    public EvidenceId? NextDue(DateTimeOffset before) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(NextSql, new { before = Instant.ToMicroseconds(before) })) is { } id ? EvidenceId.Of(id) : null;

    public Task RecordAsync(EvidenceId evidence, PayloadState state, DateTimeOffset at, CancellationToken cancel) =>
        core.Store.Writer.CommitAsync(new CommitRequest([], Recording(evidence, state, at)), cancel);

    /// <summary>The same as part of another act.</summary>
    public Action<RowWriter> Recording(EvidenceId evidence, PayloadState state, DateTimeOffset at)
    {
        var row = new { evidence = evidence.Value, at = Instant.ToMicroseconds(at), result = Word(state) };
        return rows => rows.Execute(RecordSql, row);
    }

    public PayloadCounts Counts()
    {
        var row = core.Store.Database.Read(c => c.QuerySingle<CountsRow>(CountsSql));
        return new PayloadCounts(
            row.Payloads, row.Unchecked, row.Whole, row.Bad, row is { Unchecked: 0, Oldest: { } oldest } ? Instant.FromMicroseconds(oldest) : null);
    }

    public IReadOnlyList<BadPayload> Bad() =>
        [.. core.Store.Database.Read(c => c.Query<BadRow>(BadSql).AsList()).Select(r => new BadPayload(
            EvidenceId.Of(r.Evidence), IncidentId.Of(r.Incident), Enum.Parse<PayloadState>(r.Result, ignoreCase: true), Instant.FromMicroseconds(r.At)))];

    private static string Word(PayloadState state) => state switch
    {
        PayloadState.Whole => "whole",
        PayloadState.Damaged => "damaged",
        PayloadState.Missing => "missing",
        PayloadState.Unreadable => "unreadable",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No word for this state."),
    };

    private sealed class CountsRow
    {
        public long Payloads { get; init; }

        public long Unchecked { get; init; }

        public long Whole { get; init; }

        public long Bad { get; init; }

        public long? Oldest { get; init; }
    }

    private sealed class BadRow
    {
        public string Evidence { get; init; } = "";

        public string Incident { get; init; } = "";

        public string Result { get; init; } = "";

        public long At { get; init; }
    }
}
