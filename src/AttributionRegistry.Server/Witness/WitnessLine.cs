using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Witness;

/// <summary>What a witness's line of work came to.</summary>
/// <param name="Reason">Why there is no fresh cosignature, in words; null after one.</param>
/// <param name="IsAlarm">Whether the witness holds another tree than ours.</param>
internal sealed record WitnessTrouble(string Reason, bool IsAlarm);

/// <summary>
/// The line to one witness: asks for cosignatures, follows it from the size it names, backs off when it fails. One attempt at a time; its
/// fields are read by others, and written only by the attempt or, between attempts, by the client.
/// </summary>
internal sealed class WitnessLine(PolicyWitness witness, WitnessBook book, RegistryCore core, TimeProvider clock, ILogger log) : IDisposable
{
    private const int MostTurns = 4;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LargestLead = TimeSpan.FromMinutes(5);

    private readonly WitnessCaller? _caller = witness.Url is { } url ? new WitnessCaller(url) : null;
    private long? _askedAt; // timestamp of the clock: the last success, or the last failure
    private TimeSpan _wait = TimeSpan.Zero; // after a failure; zero after a success
    private Task _attempt = Task.CompletedTask;
    private volatile WitnessTrouble? _trouble = witness.Url is null ? new WitnessTrouble("The policy names no address for it.", false) : null;

    public PolicyWitness Witness => witness;

    public WitnessTrouble? Trouble => _trouble;

    public bool IsBusy => !_attempt.IsCompleted;

    /// <summary>Busy, and it answered last time: worth waiting for, so that all cosign the same size.</summary>
    public bool IsWorthWaitingFor => IsBusy && _wait == TimeSpan.Zero;

    /// <summary>Starts an attempt if one is due: the log has grown, ten minutes are over, or the wait after a failure is.</summary>
    public void Nudge(SignedHead target, CancellationToken cancel)
    {
        if (_caller is null || IsBusy)
        {
            return;
        }

        var since = _askedAt is { } asked ? clock.GetElapsedTime(asked) : TimeSpan.MaxValue;
        var due = _wait > TimeSpan.Zero ? since >= _wait : since >= Heartbeat || (book.Newest(witness)?.Size ?? -1) < target.Size;
        if (due)
        {
            _attempt = Task.Run(() => AttemptAsync(target, cancel), cancel);
        }
    }

    /// <summary>Waits for the attempt that is under way.</summary>
    public Task EndAsync() => _attempt.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Dispose() => _caller?.Dispose();

    private async Task AttemptAsync(SignedHead target, CancellationToken cancel)
    {
        try
        {
            Note(await FollowAsync(target, cancel));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "The cosignature of {Witness} could not be kept.", witness.Name);
            Note(new WitnessTrouble("Its cosignature could not be kept.", false));
        }
    }

    private void Note(WitnessTrouble? trouble)
    {
        var before = _trouble;
        _askedAt = clock.GetTimestamp();
        _wait = trouble is null ? TimeSpan.Zero
            : trouble.IsAlarm ? LongestWait
            : TimeSpan.FromTicks(Math.Clamp(_wait.Ticks * 2, ShortestWait.Ticks, LongestWait.Ticks));
        _trouble = trouble;
        if (trouble == before)
        {
            return; // Said once.
        }

        if (trouble is null)
        {
            log.LogInformation("The witness {Witness} cosigns again.", witness.Name);
        }
        else if (trouble.IsAlarm)
        {
            log.LogError("ALARM: the witness {Witness} does not cosign: {Reason}", witness.Name, trouble.Reason);
        }
        else
        {
            log.LogWarning("The witness {Witness} has not cosigned: {Reason}", witness.Name, trouble.Reason);
        }
    }

    private async Task<WitnessTrouble?> FollowAsync(SignedHead target, CancellationToken cancel)
    {
        var old = Math.Min(book.Newest(witness)?.Size ?? 0, target.Size);
        for (var turn = 0; turn < MostTurns; turn++)
        {
            switch (await _caller!.AskAsync(old, core.Store.Events.Tree.ConsistencyProof(old, target.Size), target.Checkpoint, cancel))
            {
                case WitnessReply.Lines(var text):
                    return await KeepAsync(text, target, cancel);
                case WitnessReply.OtherSize(var size):
                    if (size > target.Size)
                    {
                        // Somebody else may have brought it a newer head of ours.
                        target = core.Store.Events.Head;
                    }

                    if (size > target.Size)
                    {
                        return new WitnessTrouble($"It has cosigned size {size} of this log, which has {target.Size} entries here: this is an older copy, or somebody else signs with its key.", true);
                    }

                    old = size;
                    break;
                case WitnessReply.Inconsistent(var reason):
                    return new WitnessTrouble(reason, true);
                case WitnessReply.Failed(var reason):
                    return new WitnessTrouble(reason, false);
            }
        }

        return new WitnessTrouble("It names another size each time.", false);
    }

    private async Task<WitnessTrouble?> KeepAsync(string lines, SignedHead target, CancellationToken cancel)
    {
        Cosignature cosignature;
        try
        {
            // Lines by other keys are ignored, as the specification demands; a wrong one by this key voids the answer.
            var signature = SignedNote.Parse(target.Checkpoint + lines).Verify(witness.Key).MaxBy(s => TimeOf(s))!;
            cosignature = new Cosignature(witness, target.Size, TimeOf(signature), SignedNote.Line(signature));
        }
        catch (NoteException fault)
        {
            return new WitnessTrouble($"Its answer does not verify: {fault.Message}", false);
        }

        if (cosignature.UnixSeconds < 1 || cosignature.UnixSeconds > (clock.GetUtcNow() + LargestLead).ToUnixTimeSeconds())
        {
            return new WitnessTrouble("Its clock is wrong: the time of its cosignature lies ahead.", false);
        }

        await book.KeepAsync(cosignature, target, cancel);
        return null;
    }

    private static long TimeOf(NoteSignature signature) => CosignatureV1.TryTime(signature.Payload, out var time) ? time : 0;
}
