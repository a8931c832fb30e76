using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.People;

/// <summary>Accounts: their events' names and their rows.</summary>
public static class PersonJournal
{
    private const string InsertSql = """
        INSERT INTO person (id, roles, suspended, created_us) VALUES (@id, @roles, 0, @at)
        """;

    private const string ChangeSql = "UPDATE person SET roles = @roles, suspended = @suspended WHERE id = @id";

    private const string KeySql = """
        INSERT INTO api_key (sha256, id, person, expires_us, revoked_us) VALUES (@sha256, @id, @person, @expires, NULL)
        """;

    private const string RevokeSql = "UPDATE api_key SET revoked_us = @at WHERE id = @id";

    public static Journal<Person, PersonEvent> Definition { get; } = new(
        "person",
        new Dictionary<string, Type>
        {
            ["person.created"] = typeof(PersonEvent.Created),
            ["person.roles-set"] = typeof(PersonEvent.RolesSet),
            ["person.suspended"] = typeof(PersonEvent.Suspended),
            ["person.reinstated"] = typeof(PersonEvent.Reinstated),
            ["key.issued"] = typeof(PersonEvent.KeyIssued),
            ["key.revoked"] = typeof(PersonEvent.KeyRevoked),
            ["key.introduced"] = typeof(PersonEvent.SigningKeyAdded),
            ["key.retired"] = typeof(PersonEvent.SigningKeyRetired),
            ["escrow-key.introduced"] = typeof(PersonEvent.EscrowKeyAdded),
            ["escrow-key.retired"] = typeof(PersonEvent.EscrowKeyRetired),
        },
        PersonDecider.Evolve,
        isSealed: _ => false,
        Rows)
    {
        SignedWith = SigningKeys.LongTerm,
    };

    public static string Stream(PersonId person) => person.Value;

    private static void Rows(RowContext<Person, PersonEvent> context)
    {
        var person = context.After;
        switch (context.Event)
        {
            case PersonEvent.Created:
                context.Rows.Execute(InsertSql, new { id = person.Id.Value, roles = Roles(person), at = context.Leaf.AtMicroseconds });
                break;
            case PersonEvent.KeyIssued e:
                context.Rows.Execute(KeySql, new { sha256 = e.Sha256, id = e.Key.Value, person = person.Id.Value, expires = Instant.ToMicroseconds(e.ExpiresAt) });
                break;
            case PersonEvent.KeyRevoked e:
                context.Rows.Execute(RevokeSql, new { id = e.Key.Value, at = context.Leaf.AtMicroseconds });
                break;
            default:
                context.Rows.Execute(ChangeSql, new { id = person.Id.Value, roles = Roles(person), suspended = person.Suspended is null ? 0 : 1 });
                break;
        }
    }

    private static string Roles(Person person) => string.Join(' ', person.Roles);
}
