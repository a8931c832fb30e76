using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>Who holds which ballot key of a pseudonymous round: committed to at the count, opened by order or after ten years (V-71).</summary>
public static class BallotKeyMapping
{
    /// <summary>The canonical mapping, sorted by ballot key.</summary>
    public static byte[] Canonical(Round round)
    {
        ArgumentNullException.ThrowIfNull(round);
        return CanonicalJson.Serialize(new JsonObject
        {
            ["type"] = "ballot-key-mapping",
            ["v"] = 1,
            ["caseId"] = round.Incident.Value,
            ["round"] = round.Number,
            ["members"] = new JsonArray([.. round.Voters.OrderBy(v => v.BallotKeyId, StringComparer.Ordinal)
                .Select(v => new JsonObject { ["ballotKeyId"] = v.BallotKeyId, ["memberId"] = v.Person.Value })]),
        });
    }

    /// <summary>Joins the commitment to the act that counts the round.</summary>
    internal static Refusal? Seal(Session session, RoundId id)
    {
        var round = session.Load(RoundJournal.Definition, RoundJournal.Stream(id))!;
        var salt = session.RandomBytes(Commitments.SaltSize);
        return RoundActs.Decide(session, id, round, new RoundCommand.SealMapping(
            Convert.ToHexStringLower(Commitments.Compute(Commitments.BallotKeyMapping, salt, Canonical(round))), Convert.ToHexStringLower(salt))
        {
            By = session.By.Id,
            At = session.At,
        });
    }
}

/// <summary>A request to the appeals chamber, and why.</summary>
public sealed record RequestMappingRequest(Text Reasons);

public static class RequestMapping
{
    /// <summary>Asks the appeals chamber to open the mapping of ballot keys to members. Integrity officer only.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<RequestMappingRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<MappingOrderId>();
        var incident = cases.Locate(roundId.Value);
        return cases.CreateAsync(
            ask.With(body), incident, id.Value, $"/v1/incidents/{incident}/chamber",
            (session, _) => new CaseCommand.RequestMapping(
                id, roundId, body.Value.Reasons,
                session.Load(RoundJournal.Definition, RoundJournal.Stream(roundId)) is { Mapping: not null } round && !round.IsMappingOpen(ask.At))
            {
                By = ask.By,
                At = ask.At,
            },
            cancel);
    }
}

/// <summary>Who held a ballot key.</summary>
public sealed record MappedKeyView(string BallotKeyId, PersonId Member);

/// <summary>An opened mapping. SHA-256 over "attribution-registry/ballot-key-mapping/v1", a zero byte, the salt and the canonical mapping is the commitment.</summary>
public sealed record MappingView(RoundId Round, string Commitment, string Salt, string Canonical, IReadOnlyList<MappedKeyView> Members);

public static class ReadMapping
{
    /// <summary>The mapping of a published pseudonymous round once the appeals chamber has ordered its opening, or ten years after the count (V-71).</summary>
    public static Results<Ok<MappingView>, ProblemHttpResult> Handle(RoundId roundId, CaseWrites cases, CaseReads reads, RegistryCore core, TimeProvider clock) =>
        reads.Load(cases.Locate(roundId.Value)) is ({ HasFinding: true }, _) &&
        core.Load(RoundJournal.Definition, RoundJournal.Stream(roundId)).State is { Mapping: { } mapping } round && round.IsMappingOpen(clock.GetUtcNow())
            ? TypedResults.Ok(new MappingView(
                round.Id, mapping.Commitment, mapping.Salt, System.Text.Encoding.UTF8.GetString(BallotKeyMapping.Canonical(round)),
                [.. round.Voters.OrderBy(v => v.BallotKeyId, StringComparer.Ordinal).Select(v => new MappedKeyView(v.BallotKeyId, v.Person))]))
            : Problems.NotFound();
}
