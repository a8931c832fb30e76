using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Domain;

/// <summary>An id that says what it names: a prefix, an underscore, and the 32 hex digits of a UUIDv7.</summary>
public interface ITypedId<TSelf>
    where TSelf : struct, ITypedId<TSelf>
{
    static abstract string Prefix { get; }

    string Value { get; }

    static abstract TSelf Of(string value);
}

/// <summary>Making and reading typed ids. The UUID comes in from outside.</summary>
public static class TypedId
{
    private const int HexDigits = 32;

    public static TId From<TId>(Guid uuid)
        where TId : struct, ITypedId<TId> => TId.Of($"{TId.Prefix}_{uuid:n}");

    public static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, ITypedId<TId>
    {
        id = default;
        if (text is null || text.Length != TId.Prefix.Length + 1 + HexDigits || text[TId.Prefix.Length] != '_' ||
            !text.StartsWith(TId.Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(TId.Prefix.Length + 1))
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
            {
                return false;
            }
        }

        id = TId.Of(text);
        return true;
    }
}

/// <summary>Lower-case hex SHA-256, as the record writes every digest.</summary>
public static class Sha256Hex
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static bool IsWellFormed(string? text) =>
        text is { Length: 64 } && text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;
}
