using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>The signature of the acting person in an entry: <c>{"key": id, "sig": 64 bytes in base64url}</c>, ES256 over <see cref="LogEntry.AuthorMessage"/>.</summary>
public static class AuthorSignature
{
    public const int Size = 64;

    internal const int SigText = 86;

    /// <summary>The author of an entry as it stands in it.</summary>
    public static JsonObject Of(string key, ReadOnlySpan<byte> signature) => new() { ["key"] = key, ["sig"] = B64Url.Encode(signature) };

    /// <summary>Signs a message as a client does.</summary>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> message) => BallotSeal.SignEs256(key, message);

    /// <summary>Whether the key signed the message. False, never an exception, for malformed keys and signatures.</summary>
    public static bool Verify(ReadOnlySpan<byte> spki, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => BallotSeal.VerifyEs256(spki, message, signature);

    /// <summary>What a message says that an author is asked to sign; null for what is no such message, in its one form.</summary>
    public static JsonObject? Read(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOf((byte)'{');
        try
        {
            return start >= 0 && JsonNode.Parse(message[start..]) is JsonObject entry && message.SequenceEqual(MessageOf(entry)) ? entry : null;
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException or CanonicalJsonException)
        {
            return null;
        }
    }

    /// <summary>Who signed a readable entry; null where nobody did.</summary>
    /// <exception cref="FormatException">Its author is not {key, sig}.</exception>
    public static (string Key, byte[] Signature)? In(JsonObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!entry.TryGetPropertyValue("author", out var author))
        {
            return null;
        }

        return author is JsonObject { Count: 2 } both && (string?)both["key"] is { Length: > 0 } key && B64Url.TryDecode((string?)both["sig"] ?? "", out var signature) && signature.Length == Size
            ? (key, signature)
            : throw new FormatException("its author is not {key, sig}");
    }

    /// <summary>What the author of a readable entry signed.</summary>
    public static byte[] MessageOf(JsonObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return LogEntry.AuthorMessage((string?)entry["actor"], entry["body"]!, (string)entry["subject"]!, (string)entry["type"]!, (int)entry["v"]!);
    }
}
