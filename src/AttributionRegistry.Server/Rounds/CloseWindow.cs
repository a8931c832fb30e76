using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

public static class CloseWindow
{
    private static readonly Refusal ChairOrRegistrar = Refusal.Forbidden("role-required", "This needs the role chair or registrar in this case.");

    /// <summary>Ends the running window now. Only in an exercise; real windows run their course (V-47).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, NoBody body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            acts.On(roundId, roundId.Value, (session, state, round) =>
                state.Is(ask.By, Role.Chair) || state.Is(ask.By, Role.Registrar)
                    ? RoundActs.Decide(session, roundId, round, new RoundCommand.CloseWindow(session.Policy.Exercise) { By = ask.By.Id, At = ask.At })
                    : ChairOrRegistrar),
            cancel);
}
