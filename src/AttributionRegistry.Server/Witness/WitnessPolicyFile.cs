using System.Text;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Witness;

/// <summary>The operator's policy file, read once at the start. Nobody else can make this server call an address.</summary>
internal static class WitnessPolicyFile
{
    private const long MostBytes = 256 * 1024;

    /// <summary>The policy for this log; without a file no witness is demanded.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read, names other logs only, or an address that must not be called.</exception>
    /// <param name="path">The file, or null.</param>
    /// <param name="log">The keys that sign this log now.</param>
    /// <param name="ever">All keys that ever did: a file that names a retired one is still about this log.</param>
    public static TlogPolicy Load(string? path, IReadOnlyList<NoteVerifier> log, IReadOnlyList<NoteVerifier> ever)
    {
        if (path is null)
        {
            return TlogPolicy.WithoutWitnesses(log);
        }

        try
        {
            var policy = TlogPolicy.Parse(Read(path));
            if (policy.Logs.Count > 0 && !policy.Logs.Any(l => ever.Any(ours => ours.Vkey == l.Key.Vkey)))
            {
                throw new FormatException($"it names logs, and this one ({log[0].Vkey}) is not among them.");
            }

            foreach (var witness in policy.Witnesses)
            {
                if (witness.Url is { } url && !MayBeCalled(url))
                {
                    throw new FormatException($"the address of {witness.Name} must be https, or http to this machine, without user, query or fragment.");
                }
            }

            return policy.For(log);
        }
        catch (Exception fault) when (fault is TlogPolicyException or FormatException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new InvalidOperationException($"Registry:WitnessPolicy, {path}: {fault.Message}", fault);
        }
    }

    // Checkpoints are public, but whoever can read or change the way could hold them back.
    internal static bool MayBeCalled(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) &&
        address is { UserInfo: "", Query: "", Fragment: "" };

    private static string Read(string path) => new FileInfo(path).Length <= MostBytes
        ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path))
        : throw new FormatException($"it has more than {MostBytes} bytes.");
}
