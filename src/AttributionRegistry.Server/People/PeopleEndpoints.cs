using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry.Signing;

namespace AttributionRegistry.Server.People;

public static class PeopleEndpoints
{
    public static void MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/me", ReadMe.Handle).WithName("ReadMe").WithTags("People").Refuses(404);
        var people = routes.MapGroup("/people").WithTags("People");
        people.MapGet("/", ListPeople.Handle).WithName("ListPeople").RequiresRole(Role.Operator, Role.Registrar).Refuses(403);
        people.MapPost("/", CreatePerson.HandleAsync).WithName("CreatePerson").Idempotent().Refuses(403, 409, 422);
        people.MapGet("/{personId}", ReadPerson.Handle).WithName("ReadPerson").Conditional().Refuses(404);
        people.MapPut("/{personId}/roles", SetRoles.HandleAsync).WithName("SetRoles").RequiresIfMatch().Refuses(403, 404, 409);
        people.MapPost("/{personId}/suspension", SuspendPerson.HandleAsync).WithName("SuspendPerson").Idempotent().Refuses(403, 404, 409, 422);
        people.MapPost("/{personId}/reinstatement", ReinstatePerson.HandleAsync).WithName("ReinstatePerson").Idempotent().Refuses(403, 404, 409, 422);
        people.MapGet("/{personId}/keys", ListKeys.Handle).WithName("ListKeys").Refuses(404);
        people.MapPost("/{personId}/keys", IssueKey.HandleAsync).WithName("IssueKey").NotSignable().Idempotent().Refuses(404, 409, 422);
        people.MapDelete("/{personId}/keys/{keyId}", RevokeKey.HandleAsync).WithName("RevokeKey").Refuses(404, 409);
        people.MapGet("/{personId}/signing-keys", ListSigningKeys.Handle).WithName("ListSigningKeys").Refuses(404);
        people.MapPost("/{personId}/signing-keys", AddSigningKey.HandleAsync).WithName("AddSigningKey").Idempotent().Refuses(403, 404, 409, 422);
        people.MapDelete("/{personId}/signing-keys/{keyId}", RetireSigningKey.HandleAsync).WithName("RetireSigningKey").Refuses(404, 409);
        people.MapGet("/{personId}/escrow-keys", ListEscrowKeys.Handle).WithName("ListEscrowKeys").Refuses(404);
        people.MapPost("/{personId}/escrow-keys", AddEscrowKey.HandleAsync).WithName("AddEscrowKey").Idempotent().Refuses(403, 404, 409, 422);
        people.MapDelete("/{personId}/escrow-keys/{keyId}", RetireEscrowKey.HandleAsync).WithName("RetireEscrowKey").Refuses(404, 409);
    }
}
