using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>A finding bundle, checked with nothing but itself and, if there is one, a key from elsewhere. No network, no clock.</summary>
internal static class BundleCheck
{
    /// <returns>What holds only with a reservation.</returns>
    /// <exception cref="CheckFailedException">The first check that fails.</exception>
    public static List<string> Run(byte[] zip, string? vkey)
    {
        var bundle = Bundle.Open(zip);
        var log = new BundleLog(bundle);
        var (finding, representation, record) = Named("bag", () => (bundle.Finding, bundle.Representation, bundle.Record));
        FindingCheck.Run(representation);
        Named("representation", () => RepresentationCheck.Fault(representation, finding, bundle.Files[BundleForm.FindingName]));
        Named("log", () => LogFault(log, vkey));
        Named("commitments", log.CommitmentFault);
        Named("chain", () => log.ChainFault(Text(finding["incident"]!, "id"), (long)record["logIndex"]!, Sha256Hex.Of(bundle.Files[BundleForm.FindingName])));
        RecordCheck.Run(representation, record, log);
        Named("logged", () => LoggedCheck.Fault(log, record));
        var payload = new PayloadCheck(bundle, log);
        Named("payload", payload.Fault);
        WordingCheck.Run(representation);
        List<string> left = [.. payload.NotHere];
        if (log.StillSealed > 0)
        {
            left.Add($"{log.StillSealed} entries of the case stay sealed");
        }

        if (vkey is null)
        {
            left.Add("the log's key was taken from the bundle itself; pin it with --vkey");
        }

        return left;
    }

    private static string? LogFault(BundleLog log, string? vkey)
    {
        try
        {
            return log.ProofFault(vkey);
        }
        catch (NoteException fault)
        {
            return fault.Message;
        }
    }
}
