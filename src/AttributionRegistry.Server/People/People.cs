using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.People;

public static class ReadMe
{
    /// <summary>Who the caller is, as the registry sees them.</summary>
    public static Results<Ok<PersonView>, ProblemHttpResult> Handle(Caller caller, RegistryCore core) =>
        core.Load(PersonJournal.Definition, PersonJournal.Stream(caller.Id)).State is { } person
            ? TypedResults.Ok(PersonView.Of(person))
            : Problems.NotFound();
}

public static class ListPeople
{
    private const string PageSql = """
        SELECT id
        FROM person
        WHERE @after IS NULL OR id > @after
        ORDER BY id
        LIMIT @fetch
        """;

    /// <summary>The people with an account, in the order in which they were made. Operators and registrars only.</summary>
    public static Ok<Page<PersonView>> Handle(PageQuery page, HttpContext http, RegistryCore core)
    {
        var ids = core.Store.Database.Read(c => c.Query<string>(PageSql, new { after = page.AfterKey<string>(), fetch = page.Fetch }).AsList());
        var people = ids.Select(id => core.Load(PersonJournal.Definition, id).State!).Select(PersonView.Of).ToList();
        return TypedResults.Ok(page.Cut(http, people, p => Cursor.Of(p.Id.Value)));
    }
}

public static class ReadPerson
{
    /// <summary>One person. Operators and registrars see everybody, others only themselves.</summary>
    public static Results<Ok<PersonView>, StatusCodeHttpResult, ProblemHttpResult> Handle(PersonId personId, Caller caller, HttpContext http, RegistryCore core)
    {
        if ((personId != caller.Id && !caller.Is(Role.Operator) && !caller.Is(Role.Registrar)) ||
            core.Load(PersonJournal.Definition, PersonJournal.Stream(personId)) is not (var version, { } person))
        {
            return Problems.NotFound();
        }

        return Precondition.NotModified(http, Precondition.ETag(version))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(PersonView.Of(person));
    }
}

/// <param name="Name">A name for display; the log only commits to it.</param>
/// <param name="Roles">Roles in the instance. Some exclude each other.</param>
public sealed record CreatePersonRequest(string Name, IReadOnlyList<Role> Roles);

public static class CreatePerson
{
    /// <summary>Makes an account. It has no key yet; issue one next.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        Body<CreatePersonRequest> body, Ask ask, PersonWrites people, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<PersonId>();
        return people.CreateAsync(
            ask.With(body), id, id.Value, $"/v1/people/{id}",
            new PersonCommand.Create(id, body.Value.Name, [.. body.Value.Roles]) { By = ask.By, At = ask.At }, cancel);
    }
}

/// <param name="Roles">All roles the person has from now on.</param>
public sealed record SetRolesRequest(IReadOnlyList<Role> Roles);

public static class SetRoles
{
    /// <summary>Sets a person's roles in the instance. Acts on their next request.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<SetRolesRequest> body, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(
            ask.With(body), personId, personId.Value,
            new PersonCommand.SetRoles([.. body.Value.Roles]) { By = ask.By, At = ask.At }, cancel, ifMatch: true);
}

/// <param name="Reason">Why; kept with the account, committed to in the log.</param>
public sealed record ReasonRequest(string Reason);

public static class SuspendPerson
{
    /// <summary>Suspends an account: its keys stop working with the next request.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<ReasonRequest> body, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(ask.With(body), personId, personId.Value, new PersonCommand.Suspend(body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}

public static class ReinstatePerson
{
    /// <summary>Lifts a suspension. Keys that have not expired work again.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        PersonId personId, Body<ReasonRequest> body, Ask ask, PersonWrites people, CancellationToken cancel) =>
        people.ChangeAsync(ask.With(body), personId, personId.Value, new PersonCommand.Reinstate(body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}
