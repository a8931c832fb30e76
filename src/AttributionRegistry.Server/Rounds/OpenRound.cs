using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>A round to open.</summary>
/// <param name="Binding">Whether it decides (V-46) or only informs (V-44).</param>
/// <param name="Questions">One to four (V-20); the hypotheses are ids of the case.</param>
/// <param name="Scrutineers">Five people with an escrow key and no duty in the case, in the order of the shares: required at the levels of the policy (V-56).</param>
/// <param name="ContraryArgument">The strongest argument against what the panel leans to: needed when a binding round follows an indicative one (V-45).</param>
public sealed record OpenRoundRequest(
    bool Binding, ImmutableArray<Question> Questions, Text? ContraryArgument = null, IReadOnlyList<PersonId>? Scrutineers = null);

public static class OpenRound
{
    /// <summary>Opens a round: questions, evidence, rules, voters and windows are fixed from here (V-22).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<OpenRoundRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<RoundId>();
        return writes.CreateAsync(
            ask.With(body),
            new Act(session => Open(session, incidentId, id, body.Value), id.Value, RoundJournal.Stream(id))
            {
                ETag = session => RoundReads.TagOf(RoundView.Of(Loaded(session, id)!, ask.By.Id)),
            },
            $"/v1/rounds/{id}", cancel);
    }

    private static Refusal? Open(Session session, IncidentId incident, RoundId id, OpenRoundRequest request)
    {
        if (session.Load(CaseJournal.Definition, CaseJournal.Stream(incident)) is not { } before)
        {
            return CaseWrites.NoSuchThing;
        }

        var (rules, evidenceRoot) = (RuleSet.Default, EvidenceRoot.Of(before));
        var evidence = before.Counting.Select(e => e.Id).OrderBy(e => e.Value, StringComparer.Ordinal);
        var rulesHash = RoundRecord.HashOf(rules);
        var scrutineers = (request.Scrutineers ?? []).Select(p => (Person: p, Account: session.Load(PersonJournal.Definition, PersonJournal.Stream(p)))).ToList();
        var refusal = CaseWrites.Append(session, incident, _ => new CaseCommand.OpenRound(
            id, request.Binding, request.Questions, evidenceRoot, rulesHash, rules)
        {
            ContraryArgument = request.ContraryArgument,
            Scrutineers =
            [
                .. scrutineers.Select(s => new ScrutineerCandidate(s.Person, s.Account is { Suspended: null } ? s.Account.Roles : null, s.Account?.LiveEscrowKey is not null)),
            ],
            By = session.By,
            At = session.At,
        });
        if (refusal is not null)
        {
            return refusal;
        }

        var state = session.Load(CaseJournal.Definition, CaseJournal.Stream(incident))!;
        var panel = state.Panel!;
        var commitCloses = session.At.AddSeconds(session.Policy.CommitWindowSeconds);
        var opened = new RoundEvent.Opened(
            id, incident, state.CurrentRound!.Number, request.Binding, panel.Size, panel.Mode,
            [.. panel.Sitting.Select(s => new Voter(s.Person, s.Region, s.Key!.Id, s.Key.Spki))],
            request.Questions, [.. evidence], evidenceRoot, rules, rulesHash,
            session.At, commitCloses, commitCloses, commitCloses.AddSeconds(session.Policy.RevealWindowSeconds))
        {
            ContraryArgument = request.ContraryArgument,
            Escrow = scrutineers.Count == 0 ? null : new RoundEscrow(
                [.. scrutineers.Select(s => ScrutineerOf(s.Person, s.Account!.LiveEscrowKey!))], session.Policy.EscrowWindowSeconds),
        };
        return session.Append(
            RoundJournal.Definition, RoundJournal.Stream(id), RoundDecider.Decide(null, new RoundCommand.Open(opened) { By = session.By.Id, At = session.At }));
    }

    private static Scrutineer ScrutineerOf(PersonId person, EscrowKey key) => new(person, BallotEscrow.KeyId(B64Url.Decode(key.Spki)), key.Spki);

    private static Round? Loaded(Session session, RoundId id) => session.Load(RoundJournal.Definition, RoundJournal.Stream(id));
}
