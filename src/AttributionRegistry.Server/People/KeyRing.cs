using System.Collections.Concurrent;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Dapper;

namespace AttributionRegistry.Server.People;

/// <summary>API keys by digest. What is kept in memory is dropped whenever any account changes, before the change is answered.</summary>
public sealed class KeyRing(RegistryCore core) : IApiKeyLookup
{
    private const int MostKept = 50_000;

    private const string FindSql = """
        SELECT person.id AS Person, person.roles AS Roles, api_key.id AS KeyId, api_key.expires_us AS ExpiresUs
        FROM api_key
        JOIN person ON person.id = api_key.person
        WHERE api_key.sha256 = @sha256 AND api_key.revoked_us IS NULL AND person.suspended = 0
        """;

    private readonly ConcurrentDictionary<string, AuthenticatedPerson> _kept = new();
    private long _generation;

    public ValueTask<AuthenticatedPerson?> FindAsync(string keySha256, CancellationToken cancel)
    {
        if (_kept.TryGetValue(keySha256, out var known))
        {
            return ValueTask.FromResult<AuthenticatedPerson?>(known);
        }

        var generation = Interlocked.Read(ref _generation);
        var row = core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(FindSql, new { sha256 = keySha256 }));
        if (row is null)
        {
            return ValueTask.FromResult<AuthenticatedPerson?>(null);
        }

        var person = new AuthenticatedPerson(
            PersonId.Of(row.Person), row.Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Role>).ToHashSet(),
            KeyId.Of(row.KeyId), Instant.FromMicroseconds(row.ExpiresUs));

        // Kept only if no account changed between the read and now.
        if (generation == Interlocked.Read(ref _generation) && _kept.Count < MostKept)
        {
            _kept[keySha256] = person;
            if (generation != Interlocked.Read(ref _generation))
            {
                _kept.TryRemove(keySha256, out _);
            }
        }

        return ValueTask.FromResult<AuthenticatedPerson?>(person);
    }

    /// <summary>Forgets everything; called when an account has changed.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _generation);
        _kept.Clear();
    }

    private sealed class Row
    {
        public string Person { get; init; } = "";

        public string Roles { get; init; } = "";

        public string KeyId { get; init; } = "";

        public long ExpiresUs { get; init; }
    }
}
