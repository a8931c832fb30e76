using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Setup;

/// <summary>
/// The one-use token of a fresh instance: printed at its start, good for 30 minutes, kept only as a digest, gone once used.
/// While somebody has an account there is none.
/// </summary>
public sealed class SetupToken(TimeProvider clock)
{
    public static TimeSpan Life { get; } = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private byte[]? _digest;
    private DateTimeOffset _until;

    /// <summary>Makes a new token; the old one is void.</summary>
    public string Make(Entropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        var token = B64Url.Encode(entropy.Bytes(32));
        lock (_lock)
        {
            (_digest, _until) = (SHA256.HashData(Encoding.UTF8.GetBytes(token)), clock.GetUtcNow() + Life);
        }

        return token;
    }

    /// <summary>Uses the token up, if it is the right one and in time.</summary>
    public bool Use(string token)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        lock (_lock)
        {
            if (_digest is null || clock.GetUtcNow() >= _until || !CryptographicOperations.FixedTimeEquals(_digest, digest))
            {
                return false;
            }

            _digest = null;
            return true;
        }
    }
}
