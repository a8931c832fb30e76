using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Http;

/// <summary>Acts that their author signs: a draft first, then the same request with the signatures.</summary>
public sealed partial class RegistryClient
{
    private const int MostDrafts = 4;

    /// <summary>POST, signed. Where the record moves on between draft and act, the new draft is signed.</summary>
    /// <param name="types">The entries that the act must make; null where any are right.</param>
    /// <exception cref="DraftRefusedException">The draft is not one to sign.</exception>
    public async Task<JsonObject> PostSignedAsync(string path, JsonObject? body, ActSigner signer, IReadOnlyList<string>? types, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var key = Convert.ToHexStringLower(_entropy(16));
        for (var attempt = 1; ; attempt++)
        {
            var drafted = await SendAsync("?1", null);
            if (drafted["draft"] is not JsonValue draft)
            {
                return drafted; // An earlier attempt under this key had been carried out.
            }

            try
            {
                return await SendAsync($"\"{(string?)draft}\"", signer.Sign(drafted, types));
            }
            catch (RegistryRefusedException refusal) when (refusal.Code is "draft-outdated" or "draft-expired" && attempt < MostDrafts)
            {
                // Somebody else acted meanwhile.
            }
        }

        async Task<JsonObject> SendAsync(string draft, string? signature) => ParseObject(
            await this.SendAsync(HttpMethod.Post, path, () => Json(body), message => Prepare(message.Headers, draft, signature), cancel), path);

        void Prepare(HttpRequestHeaders headers, string draft, string? signature)
        {
            headers.Add("Idempotency-Key", key);
            headers.TryAddWithoutValidation("Registry-Draft", draft);
            if (signature is not null)
            {
                headers.TryAddWithoutValidation("Registry-Signature", signature);
            }
        }
    }
}
