using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Actors;

/// <summary>Reads of actors. Everybody may read them.</summary>
public static class ReadActors
{
    private const string PageSql = """
        SELECT id AS Id, kind AS Kind, name AS Name, state AS State
        FROM actor
        WHERE (name, id) > (@afterName, @afterId)
        ORDER BY name, id
        LIMIT @limit
        """;

    private const string ResolveSql = """
        SELECT actor.id AS Id, actor.name AS Name, actor_name.name AS MatchedName, actor_name.coined_by AS CoinedBy, actor_name.relation AS Relation
        FROM actor_name
        JOIN actor ON actor.id = actor_name.actor
        WHERE actor_name.folded = @folded
        ORDER BY actor.name, actor.id, actor_name.coined_by
        """;

    /// <summary>Actors by name.</summary>
    public static Ok<Page<ActorSummary>> List(PageQuery page, RegistryCore core, HttpContext http)
    {
        var (afterName, afterId) = page.AfterKeys<string, string>() ?? ("", "");
        return TypedResults.Ok(page.Cut(http, Rows(core, afterName, afterId, page.Fetch), a => Cursor.Of(a.Name, a.Id.Value)));
    }

    /// <summary>The first actors by name.</summary>
    internal static List<ActorSummary> First(RegistryCore core, int limit) => Rows(core, "", "", limit);

    private static List<ActorSummary> Rows(RegistryCore core, string afterName, string afterId, int limit) =>
    [
        .. core.Store.Database.Read(c => c.Query<Row>(PageSql, new { afterName, afterId, limit }))
            .Select(r => new ActorSummary(ActorId.Of(r.Id), Enum.Parse<ActorKind>(r.Kind), r.Name, r.State)),
    ];

    /// <summary>One actor, with all its names and ties.</summary>
    public static Results<Ok<ActorView>, StatusCodeHttpResult, ProblemHttpResult> Get(ActorId actorId, RegistryCore core, HttpContext http)
    {
        if (core.Load(ActorJournal.Definition, ActorJournal.Stream(actorId)) is not (var version, { } actor))
        {
            return Problems.NotFound();
        }

        return Precondition.NotModified(http, Precondition.ETag(version))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(ActorView.Of(actor));
    }

    /// <summary>
    /// Whom a name may mean. The answer is always a list of candidates with who coined the name and how far it covers the actor,
    /// never one pick; a name that nobody uses has an empty list. Case, spaces and punctuation do not count.
    /// </summary>
    public static Ok<ActorResolution> Resolve(string name, RegistryCore core) => TypedResults.Ok(new ActorResolution(name, CandidatesFor(core, name)));

    /// <summary>Every actor that somebody calls so.</summary>
    internal static List<ActorCandidate> CandidatesFor(RegistryCore core, string name)
    {
        var folded = ActorJournal.Fold(name);
        return folded.Length == 0
            ? []
            : [.. core.Store.Database.Read(c => c.Query<Row>(ResolveSql, new { folded }))
                .Select(r => new ActorCandidate(ActorId.Of(r.Id), r.Name, r.MatchedName, r.CoinedBy, Enum.Parse<AliasRelation>(r.Relation)))];
    }

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Kind { get; init; } = "";

        public string Name { get; init; } = "";

        public string? State { get; init; }

        public string MatchedName { get; init; } = "";

        public string CoinedBy { get; init; } = "";

        public string Relation { get; init; } = "";
    }
}
