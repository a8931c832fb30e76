using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>
/// Whether a version is called official as it must be: by the policy that its entry in the log names, which is the one in the bundle, and by
/// whatever policy the reader has from elsewhere.
/// </summary>
internal sealed class BundleWitnesses(Bundle bundle, JsonObject representation, JsonObject record)
{
    private bool _demanded;
    private bool _named;

    /// <summary>What a reader without a policy of their own must know. After <see cref="Fault"/>.</summary>
    public string Reservation => (_demanded, (bool)representation["official"]!, _named) switch
    {
        (true, true, true) => "who must witness is what the log named when it published this version, the operator's choice; pin it with --policy",
        (true, true, false) => "who must witness was taken from the bundle itself; pin it with --policy",
        (true, false, _) => "no quorum of witnesses has covered it: it is not official; pin who must witness with --policy",
        _ => "its policy demands no witness, so that it is official is the operator's own word; pin who must witness with --policy",
    };

    public string? Fault(TlogPolicy? pinned)
    {
        try
        {
            var (note, text) = (bundle.Text(BundleForm.CheckpointName), bundle.Text(BundleForm.PolicyName));
            var own = TlogPolicy.Parse(text);
            if (own.ToString() != text || own.Logs.All(each => each.Key.Vkey != bundle.Text(BundleForm.VkeyName).TrimEnd('\n')))
            {
                return "the policy is not one of this log";
            }

            if (pinned is { Logs.Count: 0 })
            {
                return "the policy of the reader names no log, so it says nothing of this one";
            }

            // Entries from before they named a policy say nothing; then only the reader's own policy can tell.
            if (!bundle.Files.TryGetValue(BundleForm.EntryName((long)record["logIndex"]!), out var entry))
            {
                return $"entry {record["logIndex"]}, which publishes it, was left out";
            }

            var named = (string?)JsonNode.Parse(entry)!["body"]!["witnessPolicy"];
            (_demanded, _named) = (own.DemandsWitnesses, named is not null);
            if (named is not null && named != own.Binding)
            {
                return "the policy is not the one that the log names for this version";
            }

            var (official, size) = ((bool)representation["official"]!, (long?)representation["witnessedSize"]);
            return ((official ? own.Evaluate(note).Missing : null) ?? pinned?.Evaluate(note).Missing) is { } missing ? missing
                : own.DemandsWitnesses ? official == (size is not null) && size is null or > 0 ? null : "it is called official without a witnessed size"
                : !official ? "it is called unofficial, and nobody need witness it"
                : named is not null && size is not null ? "it is said to be witnessed, and nobody need witness it"
                : null;
        }
        catch (Exception fault) when (fault is NoteException or TlogPolicyException)
        {
            return fault.Message;
        }
    }
}
