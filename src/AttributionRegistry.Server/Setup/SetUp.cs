using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Setup;

/// <param name="Token">The token that the server printed when it started.</param>
/// <param name="Name">The first operator's name.</param>
public sealed record SetUpRequest(string Token, string Name);

/// <summary>The first operator and their key.</summary>
/// <param name="Id">The person.</param>
/// <param name="ApiKey">The secret; shown here and never again.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="Receipt">Proof in the log.</param>
public sealed record SetUpDone(PersonId Id, string ApiKey, DateTimeOffset ExpiresAt, Receipt Receipt);

public static class SetUp
{
    /// <summary>Makes the first operator of a fresh instance, once, with the token printed at its start.</summary>
    public static async Task<Results<Created<SetUpDone>, ProblemHttpResult>> HandleAsync(
        Body<SetUpRequest> body, SetupToken token, RegistryCore core, KeyRing keys, TimeProvider clock, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(body.Value.Name))
        {
            return Refusal.Invalid("name-missing", "A person has a name.", "/name").ToProblem();
        }

        if (!token.Use(body.Value.Token))
        {
            return Problems.Of(
                StatusCodes.Status403Forbidden, "setup-token-invalid",
                "The setup token is wrong, used up, or older than 30 minutes. A fresh instance prints a new one when it starts.",
                new ProblemError("/token", "setup-token-invalid", "This is not the setup token."));
        }

        var person = core.Entropy.NewId<PersonId>();
        var (key, id, at) = (ApiKey.Create(core.Entropy.Bytes), core.Entropy.NewId<KeyId>(), Instant.Whole(clock.GetUtcNow()));
        var expires = at + PersonDecider.LongestKeyLife;
        var outcome = await core.RunAsync(
            new Caller(person, new HashSet<Role>()), at,
            session =>
            {
                session.AfterCommit(keys.Forget);
                return session.Append(PersonJournal.Definition, PersonJournal.Stream(person), PersonDecider.Decide(null, new PersonCommand.Create(person, body.Value.Name, [Role.Operator]) { By = null, At = at }))
                    ?? session.Append(PersonJournal.Definition, PersonJournal.Stream(person), PersonDecider.Decide(
                        session.Load(PersonJournal.Definition, PersonJournal.Stream(person)),
                        new PersonCommand.IssueKey(id, "setup", key.Sha256, expires) { By = null, At = at }));
            },
            null, cancel);
        return outcome switch
        {
            Outcome.Done done => TypedResults.Created($"/v1/people/{person}", new SetUpDone(person, key.Text, expires, done.Receipt)),
            Outcome.Refused(var refusal) => refusal.ToProblem(),
            _ => throw new InvalidOperationException("An outcome is done or refused."),
        };
    }

    public static void MapSetup(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/setup", HandleAsync).WithName("SetUp").WithTags("People").AllowAnonymous().Refuses(403, 422);
}
