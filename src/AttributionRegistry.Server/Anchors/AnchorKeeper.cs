using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Anchors;

/// <summary>The anchors of the log: one record of the instance, open in the log.</summary>
public static class AnchorJournal
{
    public const string Stream = "anchors";

    public static Journal<AnchorRecord, AnchorEvent> Definition { get; } = new(
        "anchors",
        new Dictionary<string, Type> { ["anchor.rfc3161"] = typeof(AnchorEvent.Rfc3161) },
        AnchorRules.Evolve,
        isSealed: _ => false);
}

/// <summary>How anchoring goes; an immutable snapshot.</summary>
/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="Fault">What was wrong with the last one.</param>
/// <param name="LastAttempt">When it was.</param>
/// <param name="NextAttempt">When the next one is, after a failure.</param>
public sealed record AnchorHealth(int Failures, TimeStampFault Fault, DateTimeOffset? LastAttempt, DateTimeOffset? NextAttempt)
{
    public static AnchorHealth Untried { get; } = new(0, TimeStampFault.None, null, null);
}

/// <summary>
/// Has the newest checkpoint time-stamped once a day, and as soon as a finding is published. The log never waits for an authority: what
/// fails is tried again, ever more rarely, and is told at /v1/log/anchors/health.
/// </summary>
public sealed class AnchorKeeper(RegistryCore core, RegistrySettings settings, TimeProvider clock, ILogger<AnchorKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // Publications are public changes beyond what is anchored; their kinds begin with "finding.".
    private const string PublishedSql = "SELECT count(*) FROM change WHERE idx >= @size AND kind >= 'finding.' AND kind < 'finding/'";

    private const string AnchorSql = """
        INSERT INTO anchor (idx, size, root, checkpoint, token, token_sha256, time_us) VALUES (@idx, @size, @root, @checkpoint, @token, @digest, @time)
        """;

    private long _looks;

    private volatile AnchorHealth _health = AnchorHealth.Untried; // replaced by the one loop

    public bool IsOn => settings.TimeStampAuthority is not null;

    public AnchorHealth Health => _health;

    /// <summary>How often it has looked whether an anchor is due, and done what was.</summary>
    internal long Looks => Interlocked.Read(ref _looks);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Settings that cannot work stop the start, not the first attempt.
        Open()?.Dispose();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var authority = Open();
        await Task.Yield(); // Nobody waits for an authority.
        while (authority is not null && core.Store.LogKeys.Closure is null && !stoppingToken.IsCancellationRequested)
        {
            var now = Instant.Whole(clock.GetUtcNow());
            if ((_health.NextAttempt is not { } next || now >= next) && IsDue(now))
            {
                await TryAsync(authority, now, stoppingToken);
            }

            Interlocked.Increment(ref _looks);
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeStampAuthority? Open() => settings.TimeStampAuthority is { } address
        ? new TimeStampAuthority(address, settings.TimeStampCertificates, settings.TimeStampPolicy, settings.TimeStampPatience, core.Entropy)
        : null;

    private bool IsDue(DateTimeOffset now)
    {
        var state = core.Load(AnchorJournal.Definition, AnchorJournal.Stream).State;
        var published = core.Store.Database.Read(c => c.ExecuteScalar<long>(PublishedSql, new { size = state?.Size ?? 0 })) > 0;
        return AnchorRules.IsDue(state, core.Store.Events.Head.Size, published, now);
    }

    private async Task TryAsync(TimeStampAuthority authority, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            var head = core.Store.Events.Head;
            var (reply, stamp) = await authority.StampAsync(Encoding.UTF8.GetBytes(head.Checkpoint), cancel);

            // Crash before this: the token is lost, and the next start asks for another.
            await RecordAsync(head, reply, stamp, now, cancel);
            _health = new AnchorHealth(0, TimeStampFault.None, now, null);
        }
        catch (TimeStampException fault)
        {
            Failed(now, fault.Fault);
            log.LogWarning("No time stamp for the log: {Reason} The next attempt is at {Next}.", fault.Message, _health.NextAttempt);
        }
        catch (Exception fault) when (fault is CommitFailedException or WriterStoppedException or ReadOnlyModeException)
        {
            Failed(now, TimeStampFault.None);
            log.LogError("A time stamp cannot be recorded: {Reason} The next attempt is at {Next}.", fault.Message, _health.NextAttempt);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The server stops; the next start asks again.
        }
    }

    private Task RecordAsync(SignedHead head, byte[] reply, TimeStamp stamp, DateTimeOffset now, CancellationToken cancel)
    {
        var digest = Sha256Hex.Of(reply);
        var anchored = new AnchorEvent.Rfc3161(
            head.Size, Convert.ToBase64String(head.Root), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(head.Checkpoint))), digest, Instant.Whole(stamp.At));
        return core.RunAsync(
            Startup.Machine, now,
            session =>
            {
                session.AlsoWrite(rows => rows.Execute(AnchorSql, new
                {
                    idx = rows.Leaves[0].Index, size = head.Size, root = head.Root, checkpoint = head.Checkpoint, token = reply, digest,
                    time = Instant.ToMicroseconds(anchored.Time),
                }));
                return session.Append(AnchorJournal.Definition, AnchorJournal.Stream, anchored);
            },
            null, cancel);
    }

    private void Failed(DateTimeOffset now, TimeStampFault fault)
    {
        var failures = _health.Failures + 1;
        var wait = FirstWait * Math.Pow(2, Math.Min(failures - 1, 10));
        _health = new AnchorHealth(failures, fault, now, now + (wait < LongestWait ? wait : LongestWait));
    }
}
