using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The key of one person in one case: made once, kept beside the long-term key that vouches for it, and bound in the case.</summary>
internal static class CaseKeyFiles
{
    /// <summary>Finds or makes the key, and binds it where it is not bound.</summary>
    /// <param name="player">Whose key; with a long-term key.</param>
    /// <param name="incident">The case.</param>
    /// <param name="origin">The name of the log.</param>
    /// <param name="cancel">Stops between two requests.</param>
    /// <returns>Null where the caller has nothing to do in the case, and so nothing to sign.</returns>
    public static async Task<ActSigner?> SignerAsync(Player player, string incident, string origin, CancellationToken cancel)
    {
        var key = Load(player.SigningKeyFile is { } file ? $"{file}.{incident}.pem" : null);
        try
        {
            var signer = new ActSigner(incident, key);
            var known = (await player.Client.GetObjectAsync($"/v1/incidents/{incident}/keys", cancel))["keys"]!.AsArray();
            if (known.All(each => (string?)each!["key"] != signer.KeyId))
            {
                var spki = key.ExportSubjectPublicKeyInfo();
                var statement = CaseKeys.Statement(origin, incident, await player.IdAsync(cancel), spki);
                await player.Client.PostAsync(
                    $"/v1/incidents/{incident}/keys",
                    new JsonObject
                    {
                        ["spki"] = B64Url.Encode(spki),
                        ["signature"] = B64Url.Encode(BallotSeal.SignEs256(player.SigningKey!, statement)),
                        ["signingKey"] = await player.SigningKeyIdAsync(cancel),
                    },
                    cancel);
            }

            return signer;
        }
        catch (RegistryRefusedException hidden) when (hidden.Status == 404)
        {
            key.Dispose();
            return null;
        }
    }

    private static ECDsa Load(string? file)
    {
        if (file is not null && File.Exists(file))
        {
            return PrivateFile.ReadKey(file);
        }

        var key = BallotSealer.NewKey();
        if (file is not null)
        {
            PrivateFile.Write(file, key.ExportPkcs8PrivateKeyPem() + "\n");
        }

        return key;
    }
}
