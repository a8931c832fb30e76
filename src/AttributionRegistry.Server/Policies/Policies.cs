using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Policies;

public static class ReadPolicy
{
    /// <summary>The policy of this instance: what proposals for such a body differ on, and what this one chose.</summary>
    public static Results<Ok<Policy>, StatusCodeHttpResult> Handle(HttpContext http, RegistryCore core)
    {
        var (version, policy) = core.Load(PolicyJournal.Definition, PolicyJournal.Stream);
        return Precondition.Read(http, policy!, Precondition.ETag(version));
    }
}

/// <param name="Policy">The whole new policy; its version is the one that was read.</param>
/// <param name="Reason">Why it changes.</param>
public sealed record ChangePolicyRequest(Policy Policy, string Reason);

public static class ChangePolicy
{
    /// <summary>Changes the policy, by operator, with a reason. Whether the instance is an exercise cannot be changed.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        Body<ChangePolicyRequest> body, Ask ask, Writes writes, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            new Act(
                session =>
                {
                    var state = session.Load(PolicyJournal.Definition, PolicyJournal.Stream);
                    session.RequireMatch(ask.Http!, PolicyJournal.Stream);
                    return session.Append(
                        PolicyJournal.Definition, PolicyJournal.Stream,
                        PolicyDecider.Decide(state, new PolicyCommand.Change(ask.By, body.Value.Policy, body.Value.Reason) { At = ask.At }));
                },
                PolicyJournal.Stream, PolicyJournal.Stream),
            cancel);

    public static void MapPolicy(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/policy", ReadPolicy.Handle).WithName("ReadPolicy").WithTags("Policy").PublicRead().Conditional();
        routes.MapPut("/policy", HandleAsync).WithName("ChangePolicy").WithTags("Policy").RequiresIfMatch().Refuses(403, 409, 422);
    }
}
