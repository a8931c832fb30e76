using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>
/// Who signed a published version, from the address: the registry says which entry bound the key and which opened that, and both are proved from the
/// log's own tiles. A bundle carries all of it and is checked by itself.
/// </summary>
internal static class AuthorCheck
{
    /// <returns>What holds, as a remark.</returns>
    /// <exception cref="LogFaultException">The signature, or the binding of its key, does not hold.</exception>
    public static async Task<string> RunAsync(RegistryClient client, string incident, long index, JsonObject entry, Checkpoint head, CancellationToken cancel)
    {
        if (AuthorSignature.In(entry) is not var (key, signature))
        {
            return $"entry {index}, which publishes this version, carries no signature of its author";
        }

        if (await KeysAsync(client, incident, cancel) is not { } keys)
        {
            return "what signed the version was not checked: no list of the case's keys here";
        }

        var named = keys.OfType<JsonObject>().FirstOrDefault(each => (string?)each["key"] == key) ?? throw new LogFaultException($"entry {index} is signed with {key}, which the case does not know");
        var (at, openedBy) = (named["index"]!.GetValue<long>(), named["openedBy"]?.GetValue<long>());
        if (at >= index)
        {
            throw new LogFaultException($"entry {index} is signed with {key}, which entry {at} bound later");
        }

        var bound = await BindingAsync(client, at, openedBy, head, cancel);
        var spki = B64Url.Decode((string?)bound["body"]?["spki"] ?? "");
        if ((string?)bound["type"] != CaseKeys.BoundType || (string?)bound["subject"] != (string?)entry["subject"] || (string?)bound["actor"] != (string?)entry["actor"] ||
            BallotSeal.KeyId(spki) != key)
        {
            throw new LogFaultException($"entry {at} does not bind {key} to the author of entry {index}");
        }

        return AuthorSignature.Verify(spki, AuthorSignature.MessageOf(entry), signature)
            ? $"entry {index} is signed by its author"
            : throw new LogFaultException($"entry {index} does not carry a signature of {key} over what it says");
    }

    private static async Task<JsonObject> BindingAsync(RegistryClient client, long at, long? openedBy, Checkpoint head, CancellationToken cancel)
    {
        var leaf = await EntryAsync(client, at, head, cancel);
        if (openedBy is not { } by)
        {
            return Parse(leaf);
        }

        var body = Parse(await EntryAsync(client, by, head, cancel))["body"]!.AsObject();
        var opened = body["event"]!.AsObject();
        return (long)body["index"]! == at && LogEntry.Unseals(leaf, B64Url.Decode((string)body["salt"]!), CanonicalJson.Serialize(opened))
            ? opened
            : throw new LogFaultException($"entry {by} does not open entry {at}");
    }

    private static Task<byte[]> EntryAsync(RegistryClient client, long index, Checkpoint head, CancellationToken cancel) => index >= 0 && index < head.Size
        ? LogAuditCommand.EntryAsync(client, index, head, cancel)
        : throw new LogFaultException($"the signed log has {head.Size} entries, and none at {index}");

    // A mirror of files has none: then the bundle is the place to look.
    private static async Task<JsonArray?> KeysAsync(RegistryClient client, string incident, CancellationToken cancel)
    {
        try
        {
            return (await client.GetObjectAsync($"/v1/incidents/{Uri.EscapeDataString(incident)}/keys", cancel))["keys"] as JsonArray;
        }
        catch (RegistryRefusedException refused) when (refused.Status == 404)
        {
            return null;
        }
    }

    private static JsonObject Parse(byte[] entry) => JsonNode.Parse(entry)!.AsObject();
}
