using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.People;

/// <summary>An API key as kept: never the secret, only its SHA-256.</summary>
public sealed record ApiKeyRecord(KeyId Id, string Label, string Sha256, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt = null);

/// <summary>A long-term signing key: P-256 SubjectPublicKeyInfo in base64url (ES256).</summary>
public sealed record SigningKey(KeyId Id, string Spki, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt = null);

/// <summary>A key to which shares of ballots in escrow are boxed: P-256, base64url. It never signs.</summary>
public sealed record EscrowKey(KeyId Id, string Spki, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt = null);

/// <summary>A person with an account: instance roles, API keys, signing keys.</summary>
public sealed record Person
{
    public required PersonId Id { get; init; }

    public required string Name { get; init; }

    public ImmutableSortedSet<Role> Roles { get; init; } = [];

    public string? Suspended { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public ImmutableList<ApiKeyRecord> Keys { get; init; } = [];

    public ImmutableList<SigningKey> SigningKeys { get; init; } = [];

    public ImmutableList<EscrowKey> EscrowKeys { get; init; } = [];

    /// <summary>The key that a new round boxes shares to: the last one that is not retired.</summary>
    public EscrowKey? LiveEscrowKey => EscrowKeys.FindLast(k => k.RetiredAt is null);
}

/// <summary>A command to one person's account. Closed.</summary>
public abstract record PersonCommand
{
    private PersonCommand()
    {
    }

    /// <summary>Who gives the command; null only for the one-use setup of a fresh instance.</summary>
    public required Caller? By { get; init; }

    public required DateTimeOffset At { get; init; }

    public sealed record Create(PersonId Id, string Name, ImmutableArray<Role> Roles) : PersonCommand;

    public sealed record SetRoles(ImmutableArray<Role> Roles) : PersonCommand;

    public sealed record Suspend(string Reason) : PersonCommand;

    public sealed record Reinstate(string Reason) : PersonCommand;

    public sealed record IssueKey(KeyId Id, string Label, string Sha256, DateTimeOffset ExpiresAt) : PersonCommand;

    public sealed record RevokeKey(KeyId Id) : PersonCommand;

    public sealed record AddSigningKey(KeyId Id, string Spki, bool IsP256) : PersonCommand;

    public sealed record RetireSigningKey(KeyId Id) : PersonCommand;

    public sealed record AddEscrowKey(KeyId Id, string Spki, bool IsP256) : PersonCommand;

    public sealed record RetireEscrowKey(KeyId Id) : PersonCommand;
}

/// <summary>A fact of one account. Closed.</summary>
public abstract record PersonEvent
{
    private PersonEvent()
    {
    }

    public sealed record Created(PersonId Person, string Name, ImmutableArray<Role> Roles) : PersonEvent;

    public sealed record RolesSet(ImmutableArray<Role> Roles) : PersonEvent;

    public sealed record Suspended(string Reason) : PersonEvent;

    public sealed record Reinstated(string Reason) : PersonEvent;

    public sealed record KeyIssued(KeyId Key, string Label, string Sha256, DateTimeOffset ExpiresAt) : PersonEvent;

    public sealed record KeyRevoked(KeyId Key) : PersonEvent;

    public sealed record SigningKeyAdded(KeyId Key, [property: Open] string Spki) : PersonEvent;

    public sealed record SigningKeyRetired(KeyId Key) : PersonEvent;

    public sealed record EscrowKeyAdded(KeyId Key, [property: Open] string Spki) : PersonEvent;

    public sealed record EscrowKeyRetired(KeyId Key) : PersonEvent;
}

/// <summary>The rules of accounts: who may make them, which roles exclude each other, how long keys live.</summary>
public static class PersonDecider
{
    public static TimeSpan LongestKeyLife { get; } = TimeSpan.FromDays(90);

    public static Decision<PersonEvent> Decide(Person? state, PersonCommand command) => (state, command) switch
    {
        (null, PersonCommand.Create { Name: var name }) when string.IsNullOrWhiteSpace(name) => Refusal.Invalid("name-missing", "A person has a name.", "/name"),
        (null, PersonCommand.Create c) when c.By is { } by && !by.Is(Role.Operator) => OperatorOnly,
        (null, PersonCommand.Create c) when Unseparable(c.Roles) is { } clash => Refusal.Conflict("duties-not-separable", clash, "/roles"),
        (null, PersonCommand.Create c) => new PersonEvent.Created(c.Id, c.Name, [.. c.Roles.Distinct().Order()]),
        (null, _) => NoSuchPerson,
        (_, PersonCommand.Create) => Refusal.Conflict("person-exists", "This person has an account."),
        ({ } s, PersonCommand.IssueKey { By: null } c) => Issue(s, c),
        (_, { By: null }) => OperatorOnly,
        ({ } s, { By: { } by }) when by.Id != s.Id && !by.Is(Role.Operator) => NoSuchPerson,
        (_, PersonCommand.SetRoles { By: var by }) when !by!.Is(Role.Operator) => OperatorOnly,
        ({ } s, PersonCommand.SetRoles { By: var by }) when by!.Id == s.Id => Refusal.Forbidden("own-roles", "Nobody changes their own roles."),
        (_, PersonCommand.SetRoles c) when Unseparable(c.Roles) is { } clash => Refusal.Conflict("duties-not-separable", clash, "/roles"),
        (_, PersonCommand.SetRoles c) => new PersonEvent.RolesSet([.. c.Roles.Distinct().Order()]),
        (_, PersonCommand.Suspend { By: var by }) when !by!.Is(Role.Operator) => OperatorOnly,
        ({ Suspended: not null }, PersonCommand.Suspend) => Refusal.Conflict("person-suspended", "This account is suspended."),
        ({ } s, PersonCommand.Suspend { By: var by }) when by!.Id == s.Id => Refusal.Forbidden("own-account", "Nobody suspends their own account."),
        (_, PersonCommand.Suspend c) when string.IsNullOrWhiteSpace(c.Reason) => ReasonMissing,
        (_, PersonCommand.Suspend c) => new PersonEvent.Suspended(c.Reason),
        (_, PersonCommand.Reinstate { By: var by }) when !by!.Is(Role.Operator) => OperatorOnly,
        ({ Suspended: null }, PersonCommand.Reinstate) => Refusal.Conflict("person-not-suspended", "This account is not suspended."),
        (_, PersonCommand.Reinstate c) when string.IsNullOrWhiteSpace(c.Reason) => ReasonMissing,
        (_, PersonCommand.Reinstate c) => new PersonEvent.Reinstated(c.Reason),
        ({ } s, PersonCommand.IssueKey c) => Issue(s, c),
        ({ } s, PersonCommand.RevokeKey c) => s.Keys.Find(k => k.Id == c.Id) switch
        {
            null => NoSuchPerson,
            { RevokedAt: not null } => Refusal.Conflict("key-revoked", "This key is revoked."),
            _ => new PersonEvent.KeyRevoked(c.Id),
        },
        ({ } s, PersonCommand.AddSigningKey { By: var by }) when by!.Id != s.Id => Refusal.Forbidden("own-keys-only", "A person registers their own signing keys; nobody else does."),
        (_, PersonCommand.AddSigningKey { IsP256: false }) => Refusal.Invalid("signing-key-invalid", "A signing key is a P-256 SubjectPublicKeyInfo in base64url (ES256).", "/spki"),
        ({ } s, PersonCommand.AddSigningKey c) when s.SigningKeys.Any(k => k.Spki == c.Spki) || s.EscrowKeys.Any(k => k.Spki == c.Spki) => Refusal.Conflict("signing-key-exists", "This key is registered.", "/spki"),
        (_, PersonCommand.AddSigningKey c) => new PersonEvent.SigningKeyAdded(c.Id, c.Spki),
        ({ } s, PersonCommand.RetireSigningKey c) => s.SigningKeys.Find(k => k.Id == c.Id) switch
        {
            null => NoSuchPerson,
            { RetiredAt: not null } => Refusal.Conflict("key-retired", "This key is retired."),
            _ => new PersonEvent.SigningKeyRetired(c.Id),
        },
        ({ } s, PersonCommand.AddEscrowKey { By: var by }) when by!.Id != s.Id => Refusal.Forbidden("own-keys-only", "A person registers their own keys; nobody else does."),
        (_, PersonCommand.AddEscrowKey { IsP256: false }) => Refusal.Invalid("escrow-key-invalid", "An escrow key is a P-256 SubjectPublicKeyInfo in base64url.", "/spki"),
        ({ } s, PersonCommand.AddEscrowKey c) when s.SigningKeys.Any(k => k.Spki == c.Spki) || s.EscrowKeys.Any(k => k.Spki == c.Spki) =>
            Refusal.Conflict("escrow-key-exists", "This key is registered; an escrow key is never a signing key.", "/spki"),
        (_, PersonCommand.AddEscrowKey c) => new PersonEvent.EscrowKeyAdded(c.Id, c.Spki),
        ({ } s, PersonCommand.RetireEscrowKey c) => s.EscrowKeys.Find(k => k.Id == c.Id) switch
        {
            null => NoSuchPerson,
            { RetiredAt: not null } => Refusal.Conflict("key-retired", "This key is retired."),
            _ => new PersonEvent.EscrowKeyRetired(c.Id),
        },
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    public static Person Evolve(Person? state, PersonEvent @event, Recorded recorded) => @event switch
    {
        PersonEvent.Created e => new Person { Id = e.Person, Name = e.Name, Roles = [.. e.Roles], CreatedAt = recorded.At },
        PersonEvent.RolesSet e => state! with { Roles = [.. e.Roles] },
        PersonEvent.Suspended e => state! with { Suspended = e.Reason },
        PersonEvent.Reinstated => state! with { Suspended = null },
        PersonEvent.KeyIssued e => state! with { Keys = state.Keys.Add(new ApiKeyRecord(e.Key, e.Label, e.Sha256, recorded.At, e.ExpiresAt)) },
        PersonEvent.KeyRevoked e => state! with { Keys = [.. state.Keys.Select(k => k.Id == e.Key ? k with { RevokedAt = recorded.At } : k)] },
        PersonEvent.SigningKeyAdded e => state! with { SigningKeys = state.SigningKeys.Add(new SigningKey(e.Key, e.Spki, recorded.At)) },
        PersonEvent.SigningKeyRetired e => state! with { SigningKeys = [.. state.SigningKeys.Select(k => k.Id == e.Key ? k with { RetiredAt = recorded.At } : k)] },
        PersonEvent.EscrowKeyAdded e => state! with { EscrowKeys = state.EscrowKeys.Add(new EscrowKey(e.Key, e.Spki, recorded.At)) },
        PersonEvent.EscrowKeyRetired e => state! with { EscrowKeys = [.. state.EscrowKeys.Select(k => k.Id == e.Key ? k with { RetiredAt = recorded.At } : k)] },
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };

    private static Decision<PersonEvent> Issue(Person state, PersonCommand.IssueKey c) =>
        state.Suspended is not null ? Refusal.Conflict("person-suspended", "A suspended account gets no keys.")
        : string.IsNullOrWhiteSpace(c.Label) ? Refusal.Invalid("label-missing", "A key has a label.", "/label")
        : c.ExpiresAt <= c.At || c.ExpiresAt - c.At > LongestKeyLife
            ? Refusal.Invalid("key-life", $"A key lives at most {LongestKeyLife.TotalDays:0} days.", "/days")
            : new PersonEvent.KeyIssued(c.Id, c.Label, c.Sha256, c.ExpiresAt);

    /// <summary>Duties that one person may not unite at all.</summary>
    private static string? Unseparable(ImmutableArray<Role> roles)
    {
        var set = roles.ToHashSet();
        if (set.Contains(Role.Chair))
        {
            return "The chair is not granted: the panel's draw makes it.";
        }

        foreach (var alone in new[] { Role.Operator, Role.Auditor, Role.Registrar, Role.IntegrityOfficer, Role.NamedParty })
        {
            if (set.Contains(alone) && set.Count > 1)
            {
                return $"{char.ToLowerInvariant(alone.ToString()[0])}{alone.ToString()[1..]} goes together with no other role.";
            }
        }

        return set.Contains(Role.SelectionBoard) && set.Overlaps([Role.Analyst, Role.PanelMember, Role.LeadAssessor])
            ? "Whoever selects cases neither assesses nor decides them."
            : null;
    }

    private static Refusal OperatorOnly { get; } = Refusal.Forbidden("role-required", "This needs the role operator.");

    private static Refusal NoSuchPerson { get; } = Refusal.NotFound("not-found", "There is nothing here, or nothing that you may see.");

    private static Refusal ReasonMissing { get; } = Refusal.Invalid("reason-missing", "This needs a reason.", "/reason");
}
