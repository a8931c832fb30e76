using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Keys;

/// <summary>The first entry of a log that goes on from a closed one.</summary>
public static class LogGenesis
{
    /// <summary>Writes it where the settings name a predecessor and the log is empty; a log that has entries must name that predecessor already.</summary>
    /// <exception cref="InvalidOperationException">The file does not hold, or the log began otherwise.</exception>
    public static async Task EnsureAsync(RegistryCore core, RegistrySettings settings, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.LogPredecessor is not { } file)
        {
            return;
        }

        var named = Read(file, settings.LogOrigin);
        if (core.Store.Events.Head.Size > 0)
        {
            if (core.Store.LogKeys.History.Predecessor is not { } known || !known.IsAt(named.Head))
            {
                throw new InvalidOperationException($"Registry:Log:Predecessor is '{file}', but this log has entries and did not begin from that one. Only an empty log can name a predecessor.");
            }

            return;
        }

        var outcome = await core.RunAsync(
            Startup.Machine, at,
            session => session.Append(LogKeyJournal.Definition, LogKeyJournal.Stream, new LogKeyEvent.Begun(named.Head.Origin, named.Key.Vkey, named.Note)),
            null, CancellationToken.None);
        if (outcome is Outcome.Refused(var refusal))
        {
            throw new InvalidOperationException($"The first entry of the log was refused: {refusal.Message}");
        }
    }

    private static LogPredecessor Read(string file, string origin)
    {
        try
        {
            var named = LogPredecessor.Read(File.ReadAllText(file));
            named.RequireOther(origin);
            return named;
        }
        catch (Exception fault) when (fault is NoteException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Registry:Log:Predecessor is '{file}', which does not hold: {fault.Message}", fault);
        }
    }
}
