using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Webhooks;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Webhooks;

/// <param name="Url">Where messages go: an https address on the public internet.</param>
public sealed record SubscribeRequest(string Url);

/// <summary>A subscription.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where messages go.</param>
/// <param name="State">pending until the receiver has repeated the challenge, then active; stopped once a message could not be delivered for 54 hours.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Secret">The key of the signatures, shown this once; null later.</param>
public sealed record WebhookView(WebhookId Id, string Url, string State, DateTimeOffset CreatedAt, string? Secret = null);

/// <param name="At">UTC.</param>
/// <param name="Kind">webhook.created, webhook.activated, webhook.stopped, webhook.restarted.</param>
/// <param name="Because">Why, or null.</param>
public sealed record WebhookEvent(DateTimeOffset At, string Kind, string? Because);

/// <param name="Id">The webhook-id of the message: the same in every attempt.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="DeliveredAt">When the receiver took it, or null.</param>
/// <param name="DueAt">When it is tried next; null when it was taken or given up.</param>
/// <param name="Outcome">What the last attempt came to.</param>
public sealed record WebhookDelivery(string Id, string Kind, DateTimeOffset MadeAt, int Attempts, DateTimeOffset? DeliveredAt, DateTimeOffset? DueAt, string? Outcome);

/// <param name="Webhook">The subscription.</param>
/// <param name="Events">What has become of it.</param>
/// <param name="Deliveries">The last fifty messages, newest first.</param>
public sealed record WebhookReport(WebhookView Webhook, IReadOnlyList<WebhookEvent> Events, IReadOnlyList<WebhookDelivery> Deliveries);

/// <summary>Subscriptions of people with an account to changes of findings. They are no official acts: they have rows and no leaf in the log.</summary>
public sealed class Webhooks(RegistryCore core, WebhookRows rows, WebhookCourier courier, RegistrySettings settings, TimeProvider clock)
{
    public const int MostOfOnePerson = 10;

    private const string AddSql = "INSERT INTO webhook (id, person, url, state, created_us) VALUES (@id, @person, @url, 'pending', @at) ON CONFLICT (person, url) DO NOTHING";

    private const string CountSql = "SELECT count(*) FROM webhook WHERE person = @person";

    private const string ListSql = "SELECT id AS Id, url AS Url, state AS State, created_us AS CreatedUs FROM webhook WHERE person = @person ORDER BY created_us, id";

    private const string EventsSql = "SELECT at_us AS AtUs, kind AS Kind, because AS Because FROM webhook_event WHERE webhook = @id ORDER BY at_us, kind LIMIT 200";

    private const string DeliveriesSql = """
        SELECT id AS Id, kind AS Kind, made_us AS MadeUs, attempts AS Attempts, delivered_us AS DeliveredUs, due_us AS DueUs, outcome AS Outcome
        FROM webhook_delivery
        WHERE webhook = @id
        ORDER BY made_us DESC, id DESC
        LIMIT 50
        """;

    private const string RemoveSql = "DELETE FROM webhook WHERE id = @id AND person = @person";

    private const string RestartSql = "UPDATE webhook SET state = 'pending' WHERE id = @id AND person = @person AND state = 'stopped'";

    internal async Task<Results<Created<WebhookView>, ProblemHttpResult>> SubscribeAsync(Caller caller, string url, CancellationToken cancel)
    {
        if (PublicInternet.FaultOf(url, settings.WebhooksMayCallLoopback) is { } fault)
        {
            return Refusal.Invalid("webhook-address", fault, "/url").ToProblem();
        }

        var (id, person, at) = (core.Entropy.NewId<WebhookId>(), caller.Id.Value, Instant.ToMicroseconds(clock.GetUtcNow()));
        Refusal? refusal = null;
        await core.Store.Writer.CommitAsync(new CommitRequest([], row =>
        {
            refusal = row.ExecuteScalar<long>(CountSql, new { person }) >= MostOfOnePerson ? Refusal.Conflict("webhook-limit", $"One person has at most {MostOfOnePerson} subscriptions.")
                : row.Execute(AddSql, new { id = id.Value, person, url, at }) == 0 ? Refusal.Conflict("webhook-exists", "You have a subscription with this address.", "/url")
                : null;
            if (refusal is null)
            {
                WebhookRows.Note(row, id.Value, at, "webhook.created");
                rows.QueueChallenge(row, id.Value, at);
            }
        }), cancel);
        if (refusal is not null)
        {
            return refusal.ToProblem();
        }

        courier.Wake();
        return TypedResults.Created(
            $"/v1/webhooks/{id}", new WebhookView(id, url, "pending", Instant.FromMicroseconds(at), WebhookSignature.Shown(rows.SecretOf(id.Value))));
    }

    internal IReadOnlyList<WebhookView> Of(Caller caller) =>
        [.. core.Store.Database.Read(c => c.Query<Row>(ListSql, new { person = caller.Id.Value }).AsList())
            .Select(r => new WebhookView(WebhookId.Of(r.Id), r.Url, r.State, Instant.FromMicroseconds(r.CreatedUs)))];

    internal WebhookReport? Find(Caller caller, WebhookId id) => Of(caller).FirstOrDefault(w => w.Id == id) is not { } found ? null
        : core.Store.Database.Read(c => new WebhookReport(
            found,
            [.. c.Query<EventRow>(EventsSql, new { id = id.Value }).Select(e => new WebhookEvent(Instant.FromMicroseconds(e.AtUs), e.Kind, e.Because))],
            [.. c.Query<DeliveryRow>(DeliveriesSql, new { id = id.Value }).Select(d => new WebhookDelivery(d.Id, d.Kind, Instant.FromMicroseconds(d.MadeUs), (int)d.Attempts, At(d.DeliveredUs), At(d.DueUs), d.Outcome))]));

    internal async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Caller caller, WebhookId id, CancellationToken cancel)
    {
        var removed = 0;
        await core.Store.Writer.CommitAsync(new CommitRequest([], row => removed = row.Execute(RemoveSql, new { id = id.Value, person = caller.Id.Value })), cancel);
        return removed == 0 ? Problems.NotFound() : TypedResults.NoContent();
    }

    internal async Task<Results<Ok<WebhookReport>, ProblemHttpResult>> RestartAsync(Caller caller, WebhookId id, CancellationToken cancel)
    {
        if (Find(caller, id) is null)
        {
            return Problems.NotFound();
        }

        var (restarted, at) = (0, Instant.ToMicroseconds(clock.GetUtcNow()));
        await core.Store.Writer.CommitAsync(new CommitRequest([], row =>
        {
            restarted = row.Execute(RestartSql, new { id = id.Value, person = caller.Id.Value });
            if (restarted == 1)
            {
                WebhookRows.Note(row, id.Value, at, "webhook.restarted");
                rows.QueueChallenge(row, id.Value, at);
            }
        }), cancel);
        if (restarted == 0)
        {
            return Refusal.Conflict("webhook-not-stopped", "Only a stopped subscription is started again.").ToProblem();
        }

        courier.Wake();
        return TypedResults.Ok(Find(caller, id)!);
    }

    private static DateTimeOffset? At(long? microseconds) => microseconds is { } at ? Instant.FromMicroseconds(at) : null;

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Url { get; init; } = "";

        public string State { get; init; } = "";

        public long CreatedUs { get; init; }
    }

    private sealed class EventRow
    {
        public long AtUs { get; init; }

        public string Kind { get; init; } = "";

        public string? Because { get; init; }
    }

    private sealed class DeliveryRow
    {
        public string Id { get; init; } = "";

        public string Kind { get; init; } = "";

        public long MadeUs { get; init; }

        public long Attempts { get; init; }

        public long? DeliveredUs { get; init; }

        public long? DueUs { get; init; }

        public string? Outcome { get; init; }
    }
}

public static class Subscribe
{
    /// <summary>
    /// Subscribes an address of one's own to changes of findings (Standard Webhooks). The receiver is first asked for a challenge, which it repeats
    /// as JSON; then each change is sent once, signed, and tried again for 54 hours. The secret is shown this once.
    /// </summary>
    public static Task<Results<Created<WebhookView>, ProblemHttpResult>> HandleAsync(Body<SubscribeRequest> body, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        webhooks.SubscribeAsync(caller, body.Value.Url, cancel);
}

public static class ReadWebhooks
{
    /// <summary>One's own subscriptions.</summary>
    public static Ok<IReadOnlyList<WebhookView>> List(Caller caller, Webhooks webhooks) => TypedResults.Ok(webhooks.Of(caller));

    /// <summary>One of one's own subscriptions, what has become of it, and its last messages.</summary>
    public static Results<Ok<WebhookReport>, ProblemHttpResult> Get(WebhookId webhookId, Caller caller, Webhooks webhooks) =>
        webhooks.Find(caller, webhookId) is { } found ? TypedResults.Ok(found) : Problems.NotFound();
}

public static class EndWebhook
{
    /// <summary>Ends a subscription; what was not delivered is not delivered any more.</summary>
    public static Task<Results<NoContent, ProblemHttpResult>> HandleAsync(WebhookId webhookId, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        webhooks.RemoveAsync(caller, webhookId, cancel);
}

public static class RestartWebhook
{
    /// <summary>Starts a stopped subscription again, with a new challenge. What happened meanwhile stands in the list of changes.</summary>
    public static Task<Results<Ok<WebhookReport>, ProblemHttpResult>> HandleAsync(WebhookId webhookId, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        webhooks.RestartAsync(caller, webhookId, cancel);
}

public static class WebhookEndpoints
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddProblems(
            new("webhook-address", 422, "Address not taken", "Messages go to an https address on the public internet, without user name and fragment.", "Correct the address."),
            new("webhook-exists", 409, "Subscription exists", "You have a subscription with this address.", "Use it, or end it first."),
            new("webhook-limit", 409, "Too many subscriptions", "One person has at most ten subscriptions.", "End one first."),
            new("webhook-not-stopped", 409, "Not stopped", "The subscription is active, or waits for its challenge.", "Nothing is to be done."));
        services.AddSingleton<WebhookRows>();
        services.AddSingleton<Findings.IDerivedFromFindings>(s => s.GetRequiredService<WebhookRows>());
        services.AddSingleton<WebhookCourier>();
        services.AddHostedService(s => s.GetRequiredService<WebhookCourier>());
        services.AddSingleton<Webhooks>();
        return services;
    }

    public static void MapWebhooks(this IEndpointRouteBuilder v1)
    {
        var webhooks = v1.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapGet("/", ReadWebhooks.List).WithName("ListWebhooks");
        webhooks.MapPost("/", Subscribe.HandleAsync).WithName("Subscribe").Refuses(409, 422);
        webhooks.MapGet("/{webhookId}", ReadWebhooks.Get).WithName("GetWebhook").Refuses(404);
        webhooks.MapDelete("/{webhookId}", EndWebhook.HandleAsync).WithName("EndWebhook").Refuses(404);
        webhooks.MapPost("/{webhookId}/restart", RestartWebhook.HandleAsync).WithName("RestartWebhook").Refuses(404, 409);
    }
}
