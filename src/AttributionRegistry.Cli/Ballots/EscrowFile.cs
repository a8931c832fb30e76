using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>An escrow as it travels: as a member of a request and of the public record.</summary>
internal static class EscrowFile
{
    /// <exception cref="FormatException">A member is missing or is no text.</exception>
    public static EscrowStatement Statement(JsonObject escrow) => new(
        Text(escrow, "commitment"), Text(escrow, "nonce"), Text(escrow, "ciphertextDigest"),
        [.. escrow["shares"]!.AsArray().Select(s => new EscrowShare(Text(s!, "keyId"), Text(s!, "ephemeral"), Text(s!, "box"), Text(s!, "digest")))]);

    /// <summary>What the ballot key signs; type and version are signed with it.</summary>
    public static byte[] ToSign(JsonObject escrow) => Statement(escrow).ToSign();

    private static string Text(JsonNode node, string name) => (string?)node[name] ?? throw new FormatException($"'{name}' is missing");
}
