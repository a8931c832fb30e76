using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;
using Dapper;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Whether a version of a finding is official: it is once a checkpoint that covers its leaf has the quorum of witnesses, by the policy that was
/// in force when it was published and that its entry names. That comes after publication and without anybody acting, so it is put into the
/// stored representation when that is first served, outside the digested part.
/// </summary>
public sealed class OfficialMark(RegistryCore core, WitnessBook witnesses)
{
    internal const string Prefix = "/v1/findings/";

    /// <summary>What a reader of a version sees that no quorum of witnesses has covered yet.</summary>
    internal const string NotYet = "This version is published but not official yet: its entry in the log still waits for the quorum of witnesses.";

    private const string LeafSql = "SELECT idx FROM finding_version WHERE number = @number AND version = @version";

    private const string PolicySql = "SELECT bytes FROM document WHERE path = @path";

    private readonly ConcurrentDictionary<long, string> _bindings = new(); // what entries say never changes; empty where one says nothing

    /// <summary>The policy of today: a version that is published now is held to it for good.</summary>
    public TlogPolicy InForce => witnesses.Policy;

    /// <summary>How often witnesses have been heard: as long as it stays, so does every mark.</summary>
    public long Heard => witnesses.Heard;

    /// <summary>Under which name a policy is kept for the versions that were published under it.</summary>
    public static string PathOf(string binding) => $"witness-policy:{binding}";

    /// <summary>The policy that a version is judged by, for the keys that sign the log now.</summary>
    /// <param name="leaf">The version's entry.</param>
    public TlogPolicy PolicyOf(long leaf)
    {
        var today = witnesses.Policy;
        return BindingOf(leaf) switch
        {
            "" => today, // Written before entries named a policy.
            TlogPolicy.None => today.DemandsWitnesses ? TlogPolicy.WithoutWitnesses([.. today.Logs.Select(l => l.Key)]) : today,
            var binding when binding == today.Binding => today,
            var binding => TlogPolicy.Parse(Encoding.UTF8.GetString(Kept(binding))).For([.. today.Logs.Select(l => l.Key)]),
        };
    }

    /// <summary>Whether a version is official, and the size of the first witnessed checkpoint that covers it.</summary>
    public (bool Official, long? WitnessedSize) Of(string number, int version) =>
        Of(core.Store.Database.Read(c => c.ExecuteScalar<long?>(LeafSql, new { number, version })));

    /// <summary>As above, by the version's entry; null where its entry is not known.</summary>
    public (bool Official, long? WitnessedSize) Of(long? leaf)
    {
        if (leaf is not { } index)
        {
            return (!witnesses.Policy.DemandsWitnesses, null);
        }

        var policy = PolicyOf(index);
        // Without a policy of its own it keeps whatever met the quorum of its time.
        var cover = BindingOf(index).Length == 0 ? witnesses.FirstQuorum(index) : witnesses.FirstCover(policy, index);
        return (!policy.DemandsWitnesses || cover is not null, cover);
    }

    internal PublishedDocument Put(byte[] stored, string mediaType)
    {
        var representation = JsonNode.Parse(stored)!.AsObject();
        // Read before the store is: a quorum that arrives in between makes this document due again, not stale.
        var heard = Heard;
        var (official, cover) = Of(representation["number"]!.GetValue<string>(), representation["version"]!.GetValue<int>());
        if (!official)
        {
            representation["banner"] = representation["banner"]?.GetValue<string>() is { Length: > 0 } banner ? $"{banner} {NotYet}" : NotYet;
        }

        representation["official"] = official;
        representation["witnessedSize"] = cover;
        var bytes = Encoding.UTF8.GetBytes(representation.ToJsonString(ApiJson.Options));
        return new PublishedDocument(bytes, mediaType, Precondition.ETag(Sha256Hex.Of(bytes))) { UnofficialAt = official ? null : heard };
    }

    private string BindingOf(long leaf) => _bindings.GetOrAdd(
        leaf, index => (string?)JsonNode.Parse(core.Store.Events.ReadLeaf(index)!.Entry)!["body"]?["witnessPolicy"] ?? "");

    private byte[] Kept(string binding) => core.Store.Database.Read(c => c.QuerySingleOrDefault<byte[]>(PolicySql, new { path = PathOf(binding) }))
        ?? throw new InvalidOperationException($"The witness policy {binding}, written when a version was published, is missing from the documents; restore the database.");
}
