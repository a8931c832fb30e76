using System.Text.Json.Serialization;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AttributionRegistry.Server.Tests.Http;

public enum Strength
{
    Weak,
    VeryStrong,
}

public sealed record Part(string Name, int Weight);

public sealed record Sent(
    string Title, int Count, Strength Strength, IncidentId Incident, IReadOnlyList<Part> Parts,
    string? Note = null, EvidenceId? Evidence = null, Part? Main = null, IReadOnlyDictionary<string, int>? Scores = null, Shape? Shape = null, DateTimeOffset? At = null);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
public abstract record Shape
{
    private Shape()
    {
    }

    public sealed record Circle(int Radius) : Shape;

    public sealed record Square(int Side) : Shape;
}

public sealed record Echo(string Title, string Digest, Strength Strength, string? Note, Part? Main, IncidentId Incident, IReadOnlyDictionary<string, int>? Scores);

public sealed record Row(long At, string Id);

public sealed record Me(PersonId? Id, IReadOnlyList<Role> Roles);

internal static class Probes
{
    public static void MapProbes(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").WithTags("Probe");
        v1.MapPost("/bodies", Post).WithName("PostBody").Idempotent().Refuses(409, 422);
        v1.MapPost("/nothing", PostNothing).WithName("PostNothing").Idempotent();
        v1.MapGet("/search", Search).WithName("Search").PublicRead();
        v1.MapGet("/incidents/{id}", Read).WithName("ReadIncident").Conditional();
        v1.MapPatch("/incidents/{id}", Change).WithName("ChangeIncident").RequiresIfMatch();
        v1.MapGet("/rows", Rows).WithName("ListRows").PublicRead();
        v1.MapGet("/me", WhoAmI).WithName("Me");
        v1.MapGet("/greeting", Greet).WithName("Greet").PublicRead();
        v1.MapGet("/operators", WhoAmI).WithName("Operators").RequiresRole(Role.Operator);
        v1.MapGet("/broken", Broken).WithName("Broken");
        v1.MapGet("/refused/{kind}", Refuse).WithName("Refuse");
        v1.MapGet("/slow", SlowAsync).WithName("Slow").WithRequestTimeout(TimeSpan.FromMilliseconds(50));
        v1.MapGet("/careless", WhoAmI).WithName("Careless").AllowAnonymous();
        v1.MapGet("/form", Form).WithName("Form").PublicRead();
    }

    public static Results<Created<Echo>, ProblemHttpResult> Post(Body<Sent> body, HttpContext http)
    {
        _ = IdempotencyKey.From(http);
        var sent = body.Value;
        return TypedResults.Created("/v1/bodies/1", new Echo(sent.Title, body.Sha256, sent.Strength, sent.Note, sent.Main, sent.Incident, sent.Scores));
    }

    public static Ok<string> PostNothing(NoBody body) => TypedResults.Ok(body.Sha256);

    public static Ok<string> Search(int count, string? text = null, Strength? strength = null, IncidentId? incident = null, string[]? tags = null) =>
        TypedResults.Ok($"{count} {text} {strength} {incident} {string.Join('+', tags ?? [])}");

    public static Results<Ok<Row>, StatusCodeHttpResult> Read(IncidentId id, HttpContext http) =>
        Precondition.Read(http, new Row(1, id.Value), Precondition.ETag(7));

    public static Results<NoContent, ProblemHttpResult> Change(IncidentId id, Body<Part> body, HttpContext http) =>
        Precondition.Require(http, Precondition.ETag(7)) is { } problem ? problem : TypedResults.NoContent();

    public static Ok<Page<Row>> Rows(PageQuery page, HttpContext http, string? text = null)
    {
        var all = Enumerable.Range(1, 7).Select(i => new Row(i / 3, $"r{i} ü{text}"));
        var rows = page.AfterKeys<long, string>() is var (at, id)
            ? all.Where(row => row.At > at || (row.At == at && string.CompareOrdinal(row.Id, id) > 0))
            : all;
        return TypedResults.Ok(page.Cut(http, [.. rows.Take(page.Fetch)], row => Cursor.Of(row.At, row.Id)));
    }

    public static Ok<Me> WhoAmI(Caller caller) => TypedResults.Ok(new Me(caller.Id, [.. caller.Roles]));

    public static Ok<Me> Greet(Visitor visitor) => TypedResults.Ok(new Me(visitor.Caller?.Id, []));

    public static Ok Broken() => throw new InvalidOperationException("secret detail");

    public static ProblemHttpResult Refuse(string kind) =>
        new Refusal(Enum.Parse<RefusalKind>(kind), "too-late", "It is too late.", "/deadline").ToProblem();

    public static async Task<Ok> SlowAsync(CancellationToken cancel)
    {
        await Task.Delay(TimeSpan.FromMinutes(5), cancel);
        return TypedResults.Ok();
    }

    public static ContentHttpResult Form(HttpContext http) => TypedResults.Content(Accepting.Require(http, "application/json", "text/csv"));
}
