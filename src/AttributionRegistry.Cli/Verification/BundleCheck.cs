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
        Named("witnesses", () => WitnessFault(bundle, representation, policy));
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

        if (policy is null && TlogPolicy.Parse(bundle.Text(BundleForm.PolicyName)).DemandsWitnesses)
        {
            left.Add((bool)representation["official"]!
                ? "who must witness was taken from the bundle itself; pin it with --policy"
                : "no quorum of witnesses has covered it: it is not official");
        }

        return (left, log.Authors.Signed == 0 ? "" : $"signed by their authors: {log.Authors.Signed} of {log.Authors.Readable} entries of the case");
    }

    // Official is what the quorum has covered; a reader's own policy must be met whatever the bundle says of itself.
    private static string? WitnessFault(Bundle bundle, System.Text.Json.Nodes.JsonObject representation, TlogPolicy? pinned)
    {
        try
        {
            var (note, text) = (bundle.Text(BundleForm.CheckpointName), bundle.Text(BundleForm.PolicyName));
            var own = TlogPolicy.Parse(text);
            if (own.ToString() != text || own.Logs.All(each => each.Key.Vkey != bundle.Text(BundleForm.VkeyName).TrimEnd('\n')))
            {
                return "the policy is not one of this log";
            }

            var official = (bool)representation["official"]!;
            if (((official ? own.Evaluate(note).Missing : null) ?? pinned?.Evaluate(note).Missing) is { } missing)
            {
                return missing;
            }

            var size = (long?)representation["witnessedSize"];
            return own.DemandsWitnesses ? official == (size is not null) && size is null or > 0 ? null : "it is called official without a witnessed size"
                : official ? null : "it is called unofficial, and nobody need witness it";
        }
        catch (Exception fault) when (fault is NoteException or TlogPolicyException)
        {
            return fault.Message;
        }
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
