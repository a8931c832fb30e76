using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// Copies the time stamps of outside authorities: each with the checkpoint that it stamps, as the mirrored log records them. Whether the
/// authority is to be believed, readers of the mirror ask with <c>log anchors</c> and a chain of their own.
/// </summary>
internal sealed class AnchorCopy(RegistryClient client, ILogSource source, MirrorFolder mirror, Checkpoint head)
{
    private const string At = "v1/log/anchors";

    private readonly ProvenTiles _tiles = new(source, head);

    public int Copied { get; private set; }

    /// <summary>How many there are.</summary>
    public int Anchors { get; private set; }

    /// <summary>What was not taken, a sentence each.</summary>
    public List<string> Faults { get; } = [];

    public async Task RunAsync(CancellationToken cancel)
    {
        List<JsonObject> listed;
        try
        {
            listed = await Listing.AllAsync(client, At, cancel);
        }
        catch (RegistryRefusedException none) when (none.Status is 404)
        {
            return; // A mirror from before time stamps were copied.
        }

        var taken = new List<JsonObject>();
        foreach (var each in listed)
        {
            // One that is newer than the mirrored log waits for the next run.
            if (each["index"] is JsonValue place && place.TryGetValue(out long index) && index >= 0 && index < head.Size && await TakeAsync(index, cancel))
            {
                taken.Add(each);
            }
        }

        Anchors = taken.Count;
        Put($"{At}/{MirrorFolder.Index}", Listing.Page(taken));
    }

    private async Task<bool> TakeAsync(long index, CancellationToken cancel)
    {
        var (checkpoint, token) = (string.Create(CultureInfo.InvariantCulture, $"{At}/{index}/checkpoint"), string.Create(CultureInfo.InvariantCulture, $"{At}/{index}/token"));
        if (mirror.Has(checkpoint) && mirror.Has(token))
        {
            return true; // They never change, and were checked when they came.
        }

        try
        {
            var (note, reply) = (await source.ReadAsync(checkpoint, cancel), await source.ReadAsync(token, cancel));
            if (note is null || reply is null)
            {
                throw new NoteException($"entry {index}: the token or its checkpoint is not served.");
            }

            await AnchorsCommand.CheckAsync(index, await _tiles.EntryAsync(index, cancel), note, reply, size => _tiles.RootAtAsync(size, cancel), null);
            Put(checkpoint, note);
            Put(token, reply);
            return true;
        }
        catch (Exception fault) when (fault is NoteException or TimeStampException or LogAuditException or FormatException or JsonException or InvalidOperationException or NullReferenceException)
        {
            Faults.Add($"anchors: {fault.Message}");
            return false;
        }
    }

    private void Put(string path, byte[] bytes) => Copied += mirror.Put(path, bytes) ? 1 : 0;
}
