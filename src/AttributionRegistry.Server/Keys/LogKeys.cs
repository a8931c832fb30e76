using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Registry.Signing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Keys;

/// <summary>The keys that sign the log: one record of the instance, open in the log but for the reasons. The writer signs by what it says.</summary>
public static class LogKeyJournal
{
    public const string Stream = LogKeyHistory.Subject;

    public static Journal<LogKeyRecord, LogKeyEvent> Definition { get; } = new(
        "log-keys",
        new Dictionary<string, Type>
        {
            [LogKeyHistory.IntroducedType] = typeof(LogKeyEvent.Introduced),
            [LogKeyHistory.RetiredType] = typeof(LogKeyEvent.Retired),
        },
        LogKeyDecider.Evolve,
        isSealed: _ => false);
}

/// <summary>Whether a key of the log signs.</summary>
public enum LogKeyState
{
    /// <summary>Every new checkpoint carries its signature.</summary>
    Signing,

    /// <summary>No new checkpoint carries its signature.</summary>
    Retired,
}

/// <summary>One key of the log.</summary>
/// <param name="KeyId">8 hex digits.</param>
/// <param name="Vkey">The verifier key (C2SP signed-note).</param>
/// <param name="State">signing or retired.</param>
/// <param name="Since">When it began to sign; null for the key that the log began with.</param>
/// <param name="Until">When it was retired, or null.</param>
/// <param name="IntroducedBy">The log entry that introduced it; null for the key that the log began with.</param>
/// <param name="RetiredBy">The log entry that retired it, or null. It holds the retired key's own signed word, which names its successor.</param>
/// <param name="RetirableFrom">From when on it may be retired; null where it signs alone or signs no more.</param>
public sealed record LogKeyView(
    string KeyId, string Vkey, LogKeyState State, DateTimeOffset? Since, DateTimeOffset? Until, long? IntroducedBy, long? RetiredBy, DateTimeOffset? RetirableFrom);

/// <summary>Every key that the log ever had.</summary>
/// <param name="Origin">The name of the log.</param>
/// <param name="Keys">Oldest first.</param>
public sealed record LogKeysView(string Origin, IReadOnlyList<LogKeyView> Keys);

public static class ReadLogKeys
{
    /// <summary>The keys that sign the log and those that did, with the entries of the log that say so. Pin the newest that signs.</summary>
    public static LogKeysView Handle(RegistryCore core, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=60";
        var periods = core.Store.LogKeys.History.Keys;
        var terms = core.Load(LogKeyJournal.Definition, LogKeyJournal.Stream).State?.Keys.ToDictionary(term => term.KeyId) ?? [];
        var signing = periods.Where(period => period.Retired is null).ToList();
        var from = signing.Count > 1 ? signing.Max(period => terms[period.KeyId].Since) + LogKeyDecider.Overlap : null;
        return new LogKeysView(periods[0].Key.Name, [.. periods.Select(period =>
        {
            var term = terms.GetValueOrDefault(period.KeyId);
            return new LogKeyView(
                period.KeyId, period.Key.Vkey, period.Retired is null ? LogKeyState.Signing : LogKeyState.Retired, term?.Since, term?.Until,
                period.Introduced, period.Retired, period.Retired is null ? from : null);
        })]);
    }
}

/// <param name="Reason">Why the keys of the log change.</param>
public sealed record ChangeLogKeysRequest(string Reason);

public static class IntroduceLogKey
{
    /// <summary>
    /// Makes a new key of the log. From its entry on, every checkpoint carries the signatures of both keys, so that whoever knows only the old
    /// one goes on verifying; after 30 days the old one may be retired.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        Body<ChangeLogKeysRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var keys = core.Store.LogKeys;
        var next = keys.Prepare();
        return writes.CreateAsync(
            ask.With(body),
            new Act(
                session =>
                {
                    var command = new LogKeyCommand.Introduce(next.KeyId, next.Vkey) { By = ask.By, Reason = body.Value.Reason, First = LogKeyActs.FirstOf(core), At = ask.At };
                    if (session.Append(LogKeyJournal.Definition, LogKeyJournal.Stream, LogKeyDecider.Decide(
                        session.Load(LogKeyJournal.Definition, LogKeyJournal.Stream), command)) is { } refusal)
                    {
                        return refusal;
                    }

                    // Crash after this: a key file that no entry names. It may be taken away, and it does no harm where it is.
                    keys.Persist(next);
                    return null;
                },
                next.KeyId, LogKeyJournal.Stream),
            "/v1/log/keys", cancel);
    }
}

public static class RetireLogKey
{
    /// <summary>
    /// Ends the time of a key of the log: not before both have signed for 30 days, and never the last. Its entry holds the
    /// key's own signed word, which names its successor: so whoever pinned the old one is led to the new one by it, and by nobody else. The
    /// key's file may then be taken away.
    /// </summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        string keyId, Body<ChangeLogKeysRequest> body, Ask ask, Writes writes, RegistryCore core, PublishedDocuments documents, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            new Act(
                session =>
                {
                    // Published documents are signed anew, by a key that still signs.
                    session.AfterCommit(() => documents.ForgetUnder(""));
                    return session.Append(LogKeyJournal.Definition, LogKeyJournal.Stream, LogKeyDecider.Decide(
                        session.Load(LogKeyJournal.Definition, LogKeyJournal.Stream),
                        new LogKeyCommand.Retire(keyId, core.Store.LogKeys.Retirement(keyId, core.Store.Events.Head)) { By = ask.By, Reason = body.Value.Reason, First = LogKeyActs.FirstOf(core), At = ask.At }));
                },
                keyId, LogKeyJournal.Stream),
            cancel);
}

public static class LogKeyActs
{
    public static void MapLogKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/log/keys").WithTags("Log");
        keys.MapGet("/", ReadLogKeys.Handle).WithName("ReadLogKeys").PublicRead();
        keys.MapPost("/", IntroduceLogKey.HandleAsync).WithName("IntroduceLogKey").NotSignable().RequiresRole(Role.Operator).Refuses(403, 409, 422);
        keys.MapPost("/{keyId}/retirement", RetireLogKey.HandleAsync).WithName("RetireLogKey").NotSignable().RequiresRole(Role.Operator).Refuses(403, 404, 409, 422);
    }

    internal static LogKeyTerm FirstOf(RegistryCore core)
    {
        var first = core.Store.LogKeys.History.Keys[0];
        return new LogKeyTerm(first.KeyId, first.Key.Vkey, null, null);
    }
}
