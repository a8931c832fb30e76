using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.LogServing;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Witness;

/// <summary>How a witness stands.</summary>
public enum WitnessStanding
{
    /// <summary>It cosigned within the last hour.</summary>
    Ok,

    /// <summary>It did not.</summary>
    Late,

    /// <summary>It holds another tree than this log shows.</summary>
    Alarm,
}

/// <summary>A witness of this log.</summary>
/// <param name="Name">Its name in the policy.</param>
/// <param name="Key">Its verifier key.</param>
/// <param name="Url">Where it takes checkpoints and shows the newest it has cosigned; null when the policy names none.</param>
/// <param name="Size">The largest tree it has cosigned, or null.</param>
/// <param name="CosignedAt">When, by its own clock.</param>
/// <param name="AgeSeconds">How long ago that is.</param>
/// <param name="State">ok, late (nothing within the last hour) or alarm (it holds another tree).</param>
/// <param name="Reason">What stands between it and a fresh cosignature, or null.</param>
public sealed record WitnessView(
    string Name, string Key, string? Url, long? Size, DateTimeOffset? CosignedAt, long? AgeSeconds, WitnessStanding State, string? Reason);

/// <summary>Who watches this log.</summary>
/// <param name="Quorum">The quorum of the policy at /log/policy, or none.</param>
/// <param name="Size">The entries of the log.</param>
/// <param name="WitnessedSize">The size of the newest checkpoint with the quorum; null while there is none, or none is demanded.</param>
/// <param name="Witnesses">In the order of the policy.</param>
public sealed record WitnessesView(string Quorum, long Size, long? WitnessedSize, IReadOnlyList<WitnessView> Witnesses);

public static class WitnessEndpoints
{
    /// <summary>A cosignature older than this is late: a log that is hidden from its witnesses must not pass for a quiet one.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    public static IServiceCollection AddWitnesses(this IServiceCollection services)
    {
        services.AddSingleton<WitnessBook>();
        services.AddSingleton<WitnessClient>();
        services.AddHostedService(s => s.GetRequiredService<WitnessClient>());
        return services.AddHealthNotices(s => Views(s.GetRequiredService<WitnessBook>(), s.GetRequiredService<WitnessClient>(), s.GetRequiredService<TimeProvider>())
            .Where(w => w.State != WitnessStanding.Ok).Select(w => $"witness {w.Name}: {(w.State == WitnessStanding.Alarm ? "alarm" : "late")}"));
    }

    public static void MapWitnessedLog(this IEndpointRouteBuilder routes)
    {
        var log = routes.MapGroup("/log").WithTags("Log").PublicRead();
        log.MapGet("/checkpoint/witnessed", ReadWitnessedCheckpoint).WithName("ReadWitnessedCheckpoint").Conditional().Refuses(404);
        log.MapGet("/policy", ReadLogPolicy).WithName("ReadLogPolicy");
    }

    public static void MapWitnesses(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/log/witnesses", ReadWitnesses).WithName("ReadWitnesses").WithTags("Log").PublicRead();

    /// <summary>The newest checkpoint that the quorum of witnesses has cosigned, with their cosignatures (C2SP tlog-cosignature). Older than the newest while witnesses are out of reach.</summary>
    public static Results<ContentHttpResult, StatusCodeHttpResult, ProblemHttpResult> ReadWitnessedCheckpoint(HttpContext http, WitnessBook book)
    {
        if (book.Witnessed() is not { } note)
        {
            return Problems.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"No checkpoint has the quorum {book.Policy.Quorum} yet; /v1/log/witnesses says why.");
        }

        return LogEndpoints.Note(http, note).Result switch
        {
            ContentHttpResult content => content,
            var unchanged => (StatusCodeHttpResult)unchanged,
        };
    }

    /// <summary>The policy by which checkpoints of this log are to be judged (C2SP tlog-policy): its key, its witnesses, their quorum. Pin it; it changes only when the operator changes it.</summary>
    public static ContentHttpResult ReadLogPolicy(HttpContext http, WitnessBook book)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Content(book.Policy.ToString(), "text/plain", Encoding.UTF8);
    }

    /// <summary>The witnesses of this log: what each cosigned last, when, and whether that is fresh.</summary>
    public static Ok<WitnessesView> ReadWitnesses(HttpContext http, WitnessBook book, WitnessClient client, RegistryCore core, TimeProvider clock)
    {
        http.Response.Headers.CacheControl = "public, max-age=2";
        var witnessed = book.Policy.DemandsWitnesses && book.Witnessed() is { } note ? Checkpoint.ParseBody(SignedNote.Parse(note).Text).Size : (long?)null;
        return TypedResults.Ok(new WitnessesView(book.Policy.Quorum, core.Store.Events.Head.Size, witnessed, [.. Views(book, client, clock)]));
    }

    private static IEnumerable<WitnessView> Views(WitnessBook book, WitnessClient client, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return book.Policy.Witnesses.Select(witness =>
        {
            var (newest, trouble) = (book.Newest(witness), client.TroubleWith(witness.Name));
            var at = newest is null ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(newest.UnixSeconds);
            var age = at is null ? (TimeSpan?)null : now < at ? TimeSpan.Zero : now - at;
            var state = trouble is { IsAlarm: true } ? WitnessStanding.Alarm : age is { } since && since <= Fresh ? WitnessStanding.Ok : WitnessStanding.Late;
            return new WitnessView(
                witness.Name, witness.Key.Vkey, witness.Url, newest?.Size, at, age is { } old ? (long)old.TotalSeconds : null, state,
                trouble?.Reason ?? (state == WitnessStanding.Late ? newest is null ? "It has cosigned nothing yet." : "Its last cosignature is older than an hour." : null));
        });
    }
}
