using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Actors;

/// <summary>Actors: their events' names, and the names they are found by.</summary>
public static class ActorJournal
{
    private const string InsertSql = "INSERT INTO actor (id, kind, name, state, version) VALUES (@id, @kind, @name, @state, 1)";

    private const string VersionSql = "UPDATE actor SET version = @version WHERE id = @id";

    // Another spelling by the same source ("APT 28" after "APT28") folds to the same row: it is found already.
    private const string NameSql = """
        INSERT INTO actor_name (folded, actor, name, coined_by, relation) VALUES (@folded, @actor, @name, @coinedBy, @relation)
        ON CONFLICT (folded, actor, coined_by) DO NOTHING
        """;

    public static Journal<Actor, ActorEvent> Definition { get; } = new(
        "actor",
        new Dictionary<string, Type>
        {
            ["actor.described"] = typeof(ActorEvent.Described),
            ["actor.alias-added"] = typeof(ActorEvent.AliasAdded),
            ["actor.nexus-added"] = typeof(ActorEvent.NexusAdded),
        },
        ActorDecider.Evolve,
        isSealed: _ => false,
        Rows);

    public static string Stream(ActorId actor) => actor.Value;

    /// <summary>A name as it is compared: compatibility-normalised, lower case, letters and digits only ("APT-28" is "apt 28").</summary>
    public static string Fold(string name) =>
        string.Concat(name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit));

    private static void Rows(RowContext<Actor, ActorEvent> context)
    {
        var id = context.After.Id.Value;
        switch (context.Event)
        {
            case ActorEvent.Described e:
                context.Rows.Execute(InsertSql, new { id, kind = e.Kind.ToString(), name = e.Name, state = e.State });
                context.Rows.Execute(NameSql, new { folded = Fold(e.Name), actor = id, name = e.Name, coinedBy = "", relation = nameof(AliasRelation.Exact) });
                break;
            case ActorEvent.AliasAdded { Alias: var a }:
                context.Rows.Execute(NameSql, new { folded = Fold(a.Name), actor = id, name = a.Name, coinedBy = a.CoinedBy, relation = a.Relation.ToString() });
                context.Rows.Execute(VersionSql, new { id, version = context.Leaf.Version });
                break;
            default:
                context.Rows.Execute(VersionSql, new { id, version = context.Leaf.Version });
                break;
        }
    }
}
