using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Webhooks;

/// <summary>A delivery that is due.</summary>
internal sealed class DueDelivery
{
    public string Id { get; init; } = "";

    public string Webhook { get; init; } = "";

    public string Url { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Body { get; init; } = "";

    public long Attempts { get; init; }
}

/// <summary>The rows of subscriptions, and the outbox: what is to be told stands in the transaction of what it tells.</summary>
public sealed class WebhookRows(RegistryCore core, RegistrySettings settings) : IDerivedFromFindings
{
    public const string Challenge = "webhook.challenge";

    private const string QueueSql = """
        INSERT INTO webhook_delivery (id, webhook, kind, body, made_us, attempts, due_us)
        SELECT 'msg_' || id || '_' || @index, id, @kind, @body, @at, 0, @at FROM webhook WHERE state = 'active'
        ON CONFLICT (id) DO NOTHING
        """;

    private const string ChallengeSql = """
        INSERT INTO webhook_delivery (id, webhook, kind, body, made_us, attempts, due_us) VALUES (@id, @webhook, @kind, @body, @at, 0, @at)
        """;

    private const string EventSql = "INSERT INTO webhook_event (webhook, at_us, kind, because) VALUES (@webhook, @at, @kind, @because)";

    // Whoever is suspended is told nothing; what waits for them waits.
    private const string DueSql = """
        SELECT webhook_delivery.id AS Id, webhook.id AS Webhook, webhook.url AS Url, webhook_delivery.kind AS Kind, webhook_delivery.body AS Body, webhook_delivery.attempts AS Attempts
        FROM webhook_delivery
        JOIN webhook ON webhook.id = webhook_delivery.webhook
        JOIN person ON person.id = webhook.person
        WHERE webhook_delivery.due_us <= @now AND webhook.state <> 'stopped' AND person.suspended = 0
        ORDER BY webhook_delivery.due_us, webhook_delivery.id
        LIMIT @limit
        """;

    private const string NextDueSql = """
        SELECT min(webhook_delivery.due_us)
        FROM webhook_delivery
        JOIN webhook ON webhook.id = webhook_delivery.webhook
        JOIN person ON person.id = webhook.person
        WHERE webhook_delivery.due_us IS NOT NULL AND webhook.state <> 'stopped' AND person.suspended = 0
        """;

    private const string DoneSql = """
        UPDATE webhook_delivery SET attempts = attempts + 1, due_us = NULL, delivered_us = @at, outcome = @outcome WHERE id = @id AND due_us IS NOT NULL
        """;

    private const string FailedSql = "UPDATE webhook_delivery SET attempts = attempts + 1, due_us = @due, outcome = @outcome WHERE id = @id AND due_us IS NOT NULL";

    private const string ActivateSql = "UPDATE webhook SET state = 'active' WHERE id = @webhook AND state = 'pending'";

    private const string StopSql = "UPDATE webhook SET state = 'stopped' WHERE id = @webhook AND state <> 'stopped'";

    private const string DropSql = "UPDATE webhook_delivery SET due_us = NULL WHERE webhook = @webhook AND due_us IS NOT NULL";

    private const string ForgetSql = "DELETE FROM webhook_delivery WHERE due_us IS NULL AND made_us < @before";

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    public string Form => "webhooks 1";

    /// <summary>The key under which a subscription's messages are signed; it is derived, and stored nowhere.</summary>
    internal byte[] SecretOf(string webhook) => core.Secret($"webhook:{webhook}");

    internal string ChallengeOf(string webhook) => B64Url.Encode(core.Secret($"webhook-challenge:{webhook}").AsSpan(0, 16));

    public void Write(RowWriter rows, PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(change);
        if (!change.Again)
        {
            rows.Execute(QueueSql, new
            {
                index = change.LogIndex,
                kind = change.Kind,
                at = change.AtMicroseconds,
                body = Message(change.Kind, change.AtMicroseconds, new
                {
                    number = change.Number,
                    version = change.Version.Version,
                    status = change.Status,
                    digest = change.Version.Digest,
                    exercise = change.Finding.Exercise,
                    logIndex = change.LogIndex,
                    url = $"{settings.PublicUrl}/v1/findings/{change.Number}",
                }),
            });
        }
    }

    /// <summary>Asks the receiver whether it wants to be one.</summary>
    internal void QueueChallenge(RowWriter rows, string webhook, long at) => rows.Execute(ChallengeSql, new
    {
        id = $"msg_{webhook}_c{at}",
        webhook,
        kind = Challenge,
        at,
        body = Message(Challenge, at, new { challenge = ChallengeOf(webhook) }),
    });

    internal static void Note(RowWriter rows, string webhook, long at, string kind, string? because = null) => rows.Execute(EventSql, new { webhook, at, kind, because });

    internal IReadOnlyList<DueDelivery> Due(long now, int limit) => core.Store.Database.Read(c => c.Query<DueDelivery>(DueSql, new { now, limit }).AsList());

    internal long? NextDue() => core.Store.Database.Read(c => c.ExecuteScalar<long?>(NextDueSql));

    internal static void Delivered(RowWriter rows, DueDelivery delivery, long at, string outcome)
    {
        rows.Execute(DoneSql, new { id = delivery.Id, at, outcome });
        if (delivery.Kind == Challenge && rows.Execute(ActivateSql, new { webhook = delivery.Webhook }) == 1)
        {
            Note(rows, delivery.Webhook, at, "webhook.activated");
        }

        rows.Execute(ForgetSql, new { before = at - (long)KeptFor.TotalMicroseconds });
    }

    /// <summary>Puts the next attempt off, or stops the subscription when it was the last.</summary>
    internal static bool Failed(RowWriter rows, DueDelivery delivery, long at, string outcome)
    {
        if (Domain.Webhooks.RetryPlan.After((int)delivery.Attempts + 1) is { } wait)
        {
            rows.Execute(FailedSql, new { id = delivery.Id, due = at + (long)wait.TotalMicroseconds, outcome });
            return false;
        }

        rows.Execute(FailedSql, new { id = delivery.Id, due = (long?)null, outcome });
        rows.Execute(DropSql, new { webhook = delivery.Webhook });
        if (rows.Execute(StopSql, new { webhook = delivery.Webhook }) == 1)
        {
            Note(rows, delivery.Webhook, at, "webhook.stopped", $"{delivery.Kind} could not be delivered for {Domain.Webhooks.RetryPlan.Total.TotalHours:0} hours: {outcome}");
        }

        return true;
    }

    private static string Message(string kind, long at, object data) => System.Text.Json.JsonSerializer.Serialize(
        new { type = kind, timestamp = Instant.FromMicroseconds(at), data }, ApiJson.Options);
}
