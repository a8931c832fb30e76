using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Cases;

/// <summary>Somebody with an account who plays in an exercise. What is asked of the server once is kept.</summary>
/// <param name="name">As in the account; panel members carry a name of the roster.</param>
/// <param name="roles">Instance roles, camelCase.</param>
/// <param name="client">The API with this person's key.</param>
/// <param name="signingKey">The long-term key (P-256), for members of panels.</param>
/// <param name="escrowKey">The escrow key (P-256), for scrutineers.</param>
/// <param name="signingKeyFile">Where the long-term key is kept; keys of cases are kept beside it. Null keeps them in memory.</param>
public sealed class Player(
    string name, IReadOnlyList<string> roles, RegistryClient client, ECDsa? signingKey = null, ECDiffieHellman? escrowKey = null, string? signingKeyFile = null) : IDisposable
{
    private readonly Dictionary<string, ActSigner> _signers = new(StringComparer.Ordinal);

    private string? _id;
    private string? _signingKeyId;

    public string Name { get; } = name;

    public IReadOnlyList<string> Roles { get; } = roles;

    public RegistryClient Client { get; } = client;

    public ECDsa? SigningKey { get; } = signingKey;

    public ECDiffieHellman? EscrowKey { get; } = escrowKey;

    public string? SigningKeyFile { get; } = signingKeyFile;

    /// <summary>The roster's entry under this name, or null.</summary>
    public RosterMember? Member { get; } = Roster.ByName(name);

    /// <summary>The person's id in the registry.</summary>
    public async Task<string> IdAsync(CancellationToken cancel) =>
        _id ??= (string?)(await Client.GetObjectAsync("/v1/me", cancel))["id"] ?? throw new RegistryUnreachableException("/v1/me names no id.");

    /// <summary>The id of the registered signing key; registers it when the account does not have it.</summary>
    public async Task<string> SigningKeyIdAsync(CancellationToken cancel) => _signingKeyId ??= await RegisteredAsync(
        "signing-keys", SigningKey ?? throw new ExerciseException($"{Name} has no signing key file; the panel's members need one each."), cancel);

    /// <summary>Who signs for this person in a case: a key that is made and bound at the first act. Null without a long-term key, and where they have no part.</summary>
    public async Task<ActSigner?> SignerAsync(string incident, CancellationToken cancel)
    {
        if (SigningKey is null)
        {
            return null;
        }

        if (_signers.TryGetValue(incident, out var known))
        {
            return known;
        }

        var origin = (await Client.GetTextAsync("/log/vkey", cancel)).Split('+')[0];
        var signer = await CaseKeyFiles.SignerAsync(this, incident, origin, cancel);
        return signer is null ? null : _signers[incident] = signer;
    }

    /// <summary>Registers the escrow key when the account does not have it.</summary>
    public Task RegisterEscrowKeyAsync(CancellationToken cancel) => RegisteredAsync(
        "escrow-keys", EscrowKey ?? throw new ExerciseException($"{Name} has no escrow key file; scrutineers need one each."), cancel);

    private async Task<string> RegisteredAsync(string kind, ECAlgorithm key, CancellationToken cancel)
    {
        var spki = B64Url.Encode(key.ExportSubjectPublicKeyInfo());
        var path = $"/v1/people/{await IdAsync(cancel)}/{kind}";
        var known = await Client.GetAsync(path, cancel) is JsonArray list ? list : [];
        var there = known.OfType<JsonObject>().FirstOrDefault(each => (string?)each["spki"] == spki && each["retiredAt"] is null);
        return there is not null
            ? (string)there["id"]!
            : (string)(await Client.PostAsync(path, new JsonObject { ["spki"] = spki }, cancel))["id"]!;
    }

    public void Dispose()
    {
        foreach (var signer in _signers.Values)
        {
            signer.Dispose();
        }

        Client.Dispose();
        SigningKey?.Dispose();
        EscrowKey?.Dispose();
    }
}

/// <summary>Everybody who plays. One person plays one part in a case, as the separation of duties wants it.</summary>
public sealed class Cast(IReadOnlyList<Player> players) : IDisposable
{
    public IReadOnlyList<Player> Players { get; } = players;

    public IReadOnlyList<Player> With(string role) => [.. Players.Where(each => each.Roles.Contains(role))];

    /// <summary>The first with this role who is not among the taken.</summary>
    public Player One(string role, params ReadOnlySpan<Player> taken)
    {
        foreach (var player in Players)
        {
            if (player.Roles.Contains(role) && !taken.Contains(player))
            {
                return player;
            }
        }

        throw new ExerciseException($"The credentials name too few people with the role {role}; an exercise needs {taken.Length + 1}.");
    }

    public void Dispose()
    {
        foreach (var player in Players)
        {
            player.Dispose();
        }
    }
}

/// <summary>The exercise cannot go on, for a reason on this side.</summary>
public sealed class ExerciseException(string message) : Exception(message);
