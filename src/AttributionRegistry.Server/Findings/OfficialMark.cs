using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;
using Dapper;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Whether a version of a finding is official: it is once a checkpoint that covers its leaf has the quorum of witnesses. That comes after
/// publication and without anybody acting, so it is put into the stored representation when that is first served, outside the digested part.
/// </summary>
internal static class OfficialMark
{
    internal const string Prefix = "/v1/findings/";

    /// <summary>What a reader of a version sees that no quorum of witnesses has covered yet.</summary>
    internal const string NotYet = "This version is published but not official yet: its entry in the log still waits for the quorum of witnesses.";

    private const string CoverSql = """
        SELECT (SELECT min(size) FROM cosigned_checkpoint WHERE size > finding_version.idx AND quorum_us IS NOT NULL)
        FROM finding_version
        WHERE number = @number AND version = @version
        """;

    /// <summary>Whether a version is official, and the size of the first witnessed checkpoint that covers it.</summary>
    internal static (bool Official, long? WitnessedSize) Of(RegistryCore core, WitnessBook witnesses, string number, int version)
    {
        var cover = core.Store.Database.Read(c => c.ExecuteScalar<long?>(CoverSql, new { number, version }));
        return (!witnesses.Policy.DemandsWitnesses || cover is not null, cover);
    }

    internal static PublishedDocument Put(RegistryCore core, WitnessBook witnesses, byte[] stored, string mediaType)
    {
        var representation = JsonNode.Parse(stored)!.AsObject();
        // Read before the store is: a quorum that arrives in between makes this document due again, not stale.
        var seen = witnesses.WitnessedSize;
        var (official, cover) = Of(core, witnesses, representation["number"]!.GetValue<string>(), representation["version"]!.GetValue<int>());
        if (!official)
        {
            representation["banner"] = representation["banner"]?.GetValue<string>() is { Length: > 0 } banner ? $"{banner} {NotYet}" : NotYet;
        }

        representation["official"] = official;
        representation["witnessedSize"] = cover;
        var bytes = Encoding.UTF8.GetBytes(representation.ToJsonString(ApiJson.Options));
        return new PublishedDocument(bytes, mediaType, Precondition.ETag(Sha256Hex.Of(bytes))) { UnofficialAt = official ? null : seen };
    }
}
