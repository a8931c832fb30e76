using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>
/// Who may see a round, and what of it. Entity tags are made from what is shown: the version of the record would tell how many
/// members have handed in their ballots (V-58).
/// </summary>
public sealed class RoundReads(RegistryCore core, CaseReads cases, CaseWrites locator)
{
    private static readonly HashSet<Role> Officers = [Role.Registrar, Role.Chair, Role.Auditor, Role.IntegrityOfficer];

    /// <summary>Members who vote in it, and the officers who watch over it. Nobody who was recused.</summary>
    public static bool Sees(Case state, Round round, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(caller);
        return !state.Recused.Contains(caller.Id) && (round.VoterOf(caller.Id) is not null || state.RolesOf(caller).Overlaps(Officers));
    }

    /// <summary>The round and its case, if the caller may see the round; else null.</summary>
    public (Case Case, Round Round)? ForViewer(RoundId id, Caller caller) =>
        Find(id) is { } found && Sees(found.Case, found.Round, caller) ? found : null;

    /// <summary>The round and its case for those who read the case; else null.</summary>
    public (Case Case, Round Round)? ForCaseReader(RoundId id, Caller caller) =>
        Find(id) is { } found && found.Case.MayRead(caller) ? found : null;

    /// <summary>What viewers of a round are shown once a window has closed: before that they are refused, and everybody else always (404).</summary>
    public Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> Once<T>(
        HttpContext http, RoundId id, Caller caller, Func<Round, Refusal?> refusal, Func<Round, T> show)
        where T : class
    {
        if (ForViewer(id, caller) is not var (_, round))
        {
            return Problems.NotFound();
        }

        return refusal(round) is { } tooEarly ? tooEarly.ToProblem() : Answer(http, show(round));
    }

    /// <summary>The rounds of a case that the caller may see; null when that is none because the caller may not.</summary>
    public IReadOnlyList<Round>? OfCase(IncidentId incident, Caller caller)
    {
        if (cases.ForReader(incident, caller) is not var (state, _))
        {
            return null;
        }

        var seen = state.Rounds.Select(r => RoundOf(r.Id)!).Where(r => Sees(state, r, caller)).ToList();
        return seen.Count > 0 || state.RolesOf(caller).Overlaps(Officers) || state.Is(caller, Role.PanelMember) ? seen : null;
    }

    /// <summary>200 with an entity tag of what is shown, or 304.</summary>
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> Answer<T>(HttpContext http, T value)
        where T : class =>
        Precondition.NotModified(http, TagOf(value)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(value);

    /// <summary>The entity tag of what a caller is shown.</summary>
    public static string TagOf<T>(T value) => Precondition.ETag(Sha256Hex.Of(JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options)));

    /// <summary>The round and its case, whoever asks: what may be seen of it is for the caller of this to say.</summary>
    internal (Case Case, Round Round)? Find(RoundId id) =>
        locator.Locate(id.Value) is { } incident && cases.Load(incident) is var (state, _) && RoundOf(id) is { } round ? (state, round) : null;

    private Round? RoundOf(RoundId id) => core.Load(RoundJournal.Definition, RoundJournal.Stream(id)).State;
}
