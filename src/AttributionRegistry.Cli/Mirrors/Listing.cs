using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>A list of the registry, all pages in one.</summary>
internal static class Listing
{
    public static async Task<List<JsonObject>> AllAsync(RegistryClient client, string path, CancellationToken cancel)
    {
        var all = new List<JsonObject>();
        for (string? next = null; ;)
        {
            // The first page without a query: so a mirror can be made of a mirror, which has only that one.
            var page = await client.GetObjectAsync($"{path}{(next is null ? "" : $"?after={Uri.EscapeDataString(next)}")}", cancel);
            all.AddRange((page["items"] as JsonArray ?? []).OfType<JsonObject>());
            var after = (string?)page["next"];
            if (after is null || after == next)
            {
                return all;
            }

            next = after;
        }
    }

    /// <summary>The answer for the whole list.</summary>
    public static byte[] Page(IEnumerable<JsonObject> items) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["items"] = new JsonArray([.. items.Select(each => each.DeepClone())]), ["next"] = null });
}
