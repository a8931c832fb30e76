using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.People;

/// <summary>Commands to an account, run and answered. Whatever changes an account acts on the next request.</summary>
public sealed class PersonWrites(Writes writes, KeyRing keys)
{
    public Task<Results<Created<Written>, ProblemHttpResult>> CreateAsync(
        Ask ask, PersonId person, string id, string location, PersonCommand command, CancellationToken cancel) =>
        writes.CreateAsync(ask, ActOn(ask, person, id, command, ifMatch: false), location, cancel);

    public Task<Results<Ok<Written>, ProblemHttpResult>> ChangeAsync(
        Ask ask, PersonId person, string id, PersonCommand command, CancellationToken cancel, bool ifMatch = false) =>
        writes.ChangeAsync(ask, ActOn(ask, person, id, command, ifMatch), cancel);

    private Act ActOn(Ask ask, PersonId person, string id, PersonCommand command, bool ifMatch)
    {
        var stream = PersonJournal.Stream(person);
        return new Act(
            session =>
            {
                var state = session.Load(PersonJournal.Definition, stream);
                if (ifMatch && state is not null)
                {
                    session.RequireMatch(ask.Http!, stream);
                }

                session.AfterCommit(keys.Forget);
                return session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(state, command));
            },
            id, stream);
    }
}
