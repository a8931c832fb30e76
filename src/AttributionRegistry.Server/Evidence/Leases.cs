namespace AttributionRegistry.Server.Evidence;

/// <summary>One holder at a time for each name. Names that nobody holds or waits for take no memory.</summary>
public sealed class Leases
{
    private readonly Dictionary<string, Gate> _gates = []; // Owned by its own lock.

    /// <summary>Waits until nobody else holds the name. Disposing gives it back.</summary>
    public async ValueTask<IDisposable> TakeAsync(string name, CancellationToken cancel)
    {
        Gate? gate;
        lock (_gates)
        {
            if (!_gates.TryGetValue(name, out gate))
            {
                _gates[name] = gate = new Gate();
            }

            gate.Users++;
        }

        try
        {
            await gate.Free.WaitAsync(cancel);
        }
        catch
        {
            Leave(name, gate);
            throw;
        }

        return new Lease(this, name, gate);
    }

    private void Leave(string name, Gate gate)
    {
        lock (_gates)
        {
            if (--gate.Users == 0)
            {
                _gates.Remove(name);
                gate.Free.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Lease(Leases owner, string name, Gate gate) : IDisposable
    {
        private bool _returned;

        public void Dispose()
        {
            if (!_returned)
            {
                _returned = true;
                gate.Free.Release();
                owner.Leave(name, gate);
            }
        }
    }
}
