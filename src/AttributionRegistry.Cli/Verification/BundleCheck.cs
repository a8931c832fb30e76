using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>A finding bundle, checked with nothing but itself and what the reader has from elsewhere: a key, a policy. No network, no clock.</summary>
internal static class BundleCheck
{
    /// <returns>What holds only with a reservation; and what is to be said beside it.</returns>
    /// <exception cref="CheckFailedException">The first check that fails.</exception>
    public static (List<string> Reservations, string Said) Run(byte[] zip, string? vkey, TlogPolicy? policy)
    {
        var bundle = Bundle.Open(zip);
        var log = new BundleLog(bundle);
        var (finding, representation, record) = Named("bag", () => (bundle.Finding, bundle.Representation, bundle.Record));
        FindingCheck.Run(representation);
        Named("representation", () => RepresentationCheck.Fault(representation, finding, bundle.Files[BundleForm.FindingName]));
        Named("log", () => LogFault(log, vkey));
        var witnesses = new BundleWitnesses(bundle, representation, record);
        Named("witnesses", () => witnesses.Fault(policy));
        Named("commitments", log.CommitmentFault);
        Named("chain", () => log.ChainFault(Text(finding["incident"]!, "id"), (long)record["logIndex"]!, Sha256Hex.Of(bundle.Files[BundleForm.FindingName])));
        Named("authors", log.AuthorFault);
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

        if (policy is null)
        {
            left.Add(witnesses.Reservation);
        }

        left.Add($"that it is {WordsOf(Text(representation, "status"))} is the bundle's own word; ask the registry or a mirror for today's status");
        return (left, $"signed by their authors: {log.Authors.Signed} of {log.Authors.Readable} entries of the case");
    }

    // underReconsideration reads as a sentence goes.
    private static string WordsOf(string status) => string.Concat(status.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));

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
