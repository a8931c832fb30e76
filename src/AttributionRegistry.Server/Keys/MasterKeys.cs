using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Keys;

/// <summary>Changes of the master key: one record of the instance, open in the log but for the reasons.</summary>
public static class MasterKeyJournal
{
    public const string Stream = "keys";

    public static Journal<MasterKeyRecord, MasterKeyEvent> Definition { get; } = new(
        "keys",
        new Dictionary<string, Type> { ["key.master-rotated"] = typeof(MasterKeyEvent.Rotated) },
        MasterKeyDecider.Evolve,
        isSealed: _ => false);
}

/// <summary>How many data keys one master key wraps.</summary>
/// <param name="Master">Its id: the file is master-{id}.key in the keys folder.</param>
/// <param name="DataKeys">How many; a file whose id is not in this list is needed by older backups only.</param>
public sealed record MasterKeyUse(string Master, long DataKeys);

/// <summary>One change of the master key.</summary>
public sealed record MasterKeyChangeView(string From, string To, long DataKeys, DateTimeOffset At, string Reason);

/// <summary>Which master key is in force, and what each wraps.</summary>
/// <param name="Current">The id of the key that wraps new data keys.</param>
/// <param name="Wraps">What each master key wraps; more than the current one only if a rotation never took effect for some, which must not be.</param>
/// <param name="Changes">All changes, oldest first.</param>
public sealed record MasterKeyView(string Current, IReadOnlyList<MasterKeyUse> Wraps, IReadOnlyList<MasterKeyChangeView> Changes);

public static class ReadMasterKey
{
    /// <summary>The id of the master key in force, how many data keys each master key wraps, and every change. No key is ever shown.</summary>
    public static MasterKeyView Handle(RegistryCore core) => new(
        core.Store.Keys.Current,
        [.. core.Store.Keys.Wraps().Select(w => new MasterKeyUse(w.Master, w.DataKeys))],
        [.. (core.Load(MasterKeyJournal.Definition, MasterKeyJournal.Stream).State?.Changes ?? [])
            .Select(c => new MasterKeyChangeView(c.From, c.To, c.DataKeys, c.At, c.Reason))]);
}

/// <param name="Reason">Why the key is changed.</param>
public sealed record RotateMasterKeyRequest(string Reason);

public static class RotateMasterKey
{
    /// <summary>
    /// Makes a new master key and wraps every data key with it, in one step and while the registry works. The file of the old key stays:
    /// backups made before need it.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        Body<RotateMasterKeyRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var keys = core.Store.Keys;
        NewMasterKey? next = null;
        return writes.CreateAsync(
            ask.With(body),
            new Act(
                session =>
                {
                    next ??= keys.PrepareMaster();
                    var from = session.Load(MasterKeyJournal.Definition, MasterKeyJournal.Stream)?.Changes[^1].To ?? keys.Current;
                    var command = new MasterKeyCommand.Rotate(ask.By, from, next.Id, keys.Wraps().Sum(w => w.DataKeys), body.Value.Reason);
                    if (session.Append(MasterKeyJournal.Definition, MasterKeyJournal.Stream, MasterKeyDecider.Decide(
                        session.Load(MasterKeyJournal.Definition, MasterKeyJournal.Stream), command)) is { } refusal)
                    {
                        return refusal;
                    }

                    // Crash after this: a key file that wraps nothing. It may be taken away, and it does no harm where it is.
                    keys.Persist(next);
                    session.AlsoWrite(rows => keys.Rewrap(rows, next.Id));
                    return null;
                },
                MasterKeyJournal.Stream, MasterKeyJournal.Stream),
            "/v1/master-key", cancel);
    }

    public static void MapMasterKey(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/master-key").WithTags("Keys");
        keys.MapGet("/", ReadMasterKey.Handle).WithName("ReadMasterKey").RequiresRole(Role.Operator, Role.Auditor).Refuses(403);
        keys.MapPost("/rotations", HandleAsync).WithName("RotateMasterKey").NotSignable().RequiresRole(Role.Operator).Refuses(403, 422);
    }
}
