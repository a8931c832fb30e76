using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Incidents;

/// <summary>
/// The assessment in its canonical form: what freezing takes the digest of. It names no person, and its order does not depend
/// on the order in which things were entered, so that the same assessment has the same bytes.
/// </summary>
public static class AssessmentDocument
{
    public const string Type = "assessment";

    /// <summary>SHA-256 of the canonical document, lower-case hex.</summary>
    public static string Digest(Case state, Text summary) => Sha256Hex.Of(CanonicalJson.Serialize(Of(state, summary)));

    /// <summary>The document of the assessment as it stands.</summary>
    public static JsonObject Of(Case state, Text summary)
    {
        ArgumentNullException.ThrowIfNull(state);
        var input = MatrixOf.Case(state);
        var result = Matrix.Evaluate(input);
        return new JsonObject
        {
            ["type"] = Type,
            ["v"] = 1,
            ["incident"] = state.Id.Value,
            ["summary"] = Json(summary),
            ["hypotheses"] = List(state.Hypotheses.OrderBy(h => h.Id.Value, StringComparer.Ordinal), h => new JsonObject { ["id"] = h.Id.Value, ["content"] = Json(h.Content) }),
            ["evidence"] = List(
                input.Items.OrderBy(i => i.Id.Value, StringComparer.Ordinal),
                i => new JsonObject { ["id"] = i.Id.Value, ["source"] = Json(i.Source), ["information"] = Json(i.Information), ["spoofability"] = Json(i.Spoofability) }),
            ["cells"] = List(
                input.Cells.OrderBy(c => c.Hypothesis.Value, StringComparer.Ordinal).ThenBy(c => c.Item.Value, StringComparer.Ordinal),
                c => new JsonObject
                {
                    ["hypothesis"] = c.Hypothesis.Value,
                    ["evidence"] = c.Item.Value,
                    ["rating"] = Json(c.Rating),
                    ["reason"] = state.Cells[new CellKey(c.Hypothesis, c.Item)].Reason,
                }),
            ["assumptions"] = List(state.Assumptions, Json),
            ["gaps"] = List(state.Gaps, Json),
            ["memo"] = Json(state.ContraryMemo?.Body),
            ["rule"] = result.RuleId,
            ["ranking"] = List(result.Ranking, Json),
        };
    }

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> entry) => [.. items.Select(entry)];

    private static JsonNode? Json<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Options);
}
