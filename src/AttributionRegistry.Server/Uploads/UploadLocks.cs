using AttributionRegistry.Domain;

namespace AttributionRegistry.Server.Uploads;

/// <summary>
/// One request at a time works on an upload. A newer one asks the older to stop and waits until it has: after a cut the server may still
/// wait for a connection that its client has long given up.
/// </summary>
public sealed class UploadLocks
{
    private readonly Dictionary<UploadId, Hold> _held = []; // guarded by itself

    /// <summary>Waits until the upload is free. The holder is told to stop.</summary>
    public async Task<Hold> TakeAsync(UploadId upload, CancellationToken cancel)
    {
        while (true)
        {
            Hold? other;
            lock (_held)
            {
                if (!_held.TryGetValue(upload, out other))
                {
                    return _held[upload] = new Hold(this, upload);
                }
            }

            other.AskToStop();
            await other.Released.WaitAsync(cancel);
        }
    }

    private void Release(UploadId upload)
    {
        lock (_held)
        {
            _held.Remove(upload);
        }
    }

    /// <summary>The right to work on an upload, until it is disposed.</summary>
    public sealed class Hold(UploadLocks locks, UploadId upload) : IDisposable
    {
        // Never disposed: it has neither timer nor handle, and somebody may be about to cancel it.
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Cancelled when somebody newer waits. Who cannot stop half-way does not look at it.</summary>
        public CancellationToken Stop => _stop.Token;

        internal Task Released => _released.Task;

        public void Dispose()
        {
            locks.Release(upload);
            _released.TrySetResult();
        }

        internal void AskToStop() => _stop.Cancel();
    }
}
