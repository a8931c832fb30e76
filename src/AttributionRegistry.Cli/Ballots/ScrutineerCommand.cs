using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary><c>attribution scrutineer key|release</c>: a scrutineer's side of the escrow (V-56). The key stays on this machine.</summary>
public static class ScrutineerCommand
{
    /// <summary>Makes an escrow key; registers it in the caller's account where a server is given.</summary>
    public static async Task<int> KeyAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "out"]);
        read.None();
        var into = read.Required("out");
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var spki = key.ExportSubjectPublicKeyInfo();
        PrivateFile.Write(into, key.ExportPkcs8PrivateKeyPem() + "\n");
        if (read.Option("server") is not null)
        {
            using var client = await Connections.CallerAsync(read, entropy, cancel);
            var me = (string?)(await client.GetObjectAsync("/v1/me", cancel))["id"] ?? throw new RegistryUnreachableException("/v1/me names no id.");
            await client.PostAsync($"/v1/people/{me}/escrow-keys", new JsonObject { ["spki"] = B64Url.Encode(spki) }, cancel);
        }

        await output.WriteLineAsync($"{BallotEscrow.KeyId(spki)} {B64Url.Encode(spki)}");
        return ExitCode.Holds;
    }

    /// <summary>Opens one's shares of the ballots that nobody opened, and releases them.</summary>
    public static async Task<int> ReleaseAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "round", "key"]);
        read.None();
        var (round, file) = (read.Required("round"), read.Required("key"));
        using var key = PrivateFile.ReadEscrowKey(file);
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var (released, unusable) = await ReleaseAsync(client, round, key, cancel);
        await output.WriteLineAsync($"{released} shares released");
        foreach (var ballot in unusable)
        {
            await output.WriteLineAsync($"{ballot}: the box holds no share for this key");
        }

        return unusable.Count == 0 ? ExitCode.Holds : ExitCode.DoesNotHold;
    }

    /// <summary>Releases what this key can open.</summary>
    /// <returns>How many shares were released, and the ballots whose box does not open with this key.</returns>
    internal static async Task<(int Released, IReadOnlyList<string> Unusable)> ReleaseAsync(
        RegistryClient client, string round, ECDiffieHellman key, CancellationToken cancel)
    {
        var path = $"/v1/rounds/{Uri.EscapeDataString(round)}";
        var escrow = await client.GetObjectAsync($"{path}/escrow", cancel);
        var keyId = BallotEscrow.KeyId(key.ExportSubjectPublicKeyInfo());
        if ((string?)escrow["keyId"] != keyId)
        {
            throw new FormatException($"The round boxed its shares to the key {escrow["keyId"]}; this key is {keyId}.");
        }

        var (shares, unusable) = (new JsonArray(), new List<string>());
        foreach (var ballot in escrow["pending"]!.AsArray().Where(b => (bool?)b!["released"] != true))
        {
            var id = (string)ballot!["ballotKeyId"]!;
            if (Share(ballot, keyId, key) is { } share)
            {
                shares.Add(new JsonObject { ["ballotKeyId"] = id, ["share"] = B64Url.Encode(share) });
            }
            else
            {
                unusable.Add(id);
            }
        }

        if (shares.Count > 0)
        {
            await client.PostAsync($"{path}/shares", new JsonObject { ["shares"] = shares }, cancel);
        }

        return (shares.Count, unusable);
    }

    private static byte[]? Share(JsonNode ballot, string keyId, ECDiffieHellman key) => BallotEscrow.OpenShare(
        Convert.FromHexString((string)ballot["commitment"]!), keyId, B64Url.Decode((string)ballot["share"]!["ephemeral"]!),
        B64Url.Decode((string)ballot["share"]!["box"]!), key);
}
