using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Rounds;

/// <summary>Acts on a round by those who may see it.</summary>
public sealed class RoundActs(CaseWrites locator, RegistryCore core)
{
    /// <summary>One act on a round.</summary>
    /// <param name="round">Which.</param>
    /// <param name="id">The id that the answer names.</param>
    /// <param name="work">Appends decisions, or returns the refusal.</param>
    /// <param name="earlier">Finds the event that this act repeats, when there is nothing left to do.</param>
    /// <param name="earlierBy">The same, where the event is known by who did it.</param>
    /// <param name="sees">Who may act; null for those who may see the round.</param>
    public Act On(RoundId round, string id, Func<Session, Case, Round, Refusal?> work, Func<RoundEvent, bool>? earlier = null,
        Func<RoundEvent, PersonId, bool>? earlierBy = null, Func<Case, Round, Caller, bool>? sees = null)
    {
        var (stream, incident) = (RoundJournal.Stream(round), locator.Locate(round.Value));
        return new Act(
            session => incident is { } found &&
                session.Load(CaseJournal.Definition, CaseJournal.Stream(found)) is { } state &&
                session.Load(RoundJournal.Definition, stream) is { } current &&
                (sees ?? RoundReads.Sees)(state, current, session.By)
                    ? work(session, state, current)
                    : CaseWrites.NoSuchThing,
            id, stream)
        {
            ETag = session => RoundReads.TagOf(RoundView.Of(session.Load(RoundJournal.Definition, stream)!, session.By.Id)),
            EarlierLeaf = earlierBy is not null ? () => LeafOf(stream, earlierBy) : earlier is not null ? () => LeafOf(stream, (e, _) => earlier(e)) : null,
        };
    }

    public static Refusal? Decide(Session session, RoundId id, Round round, RoundCommand command)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Append(RoundJournal.Definition, RoundJournal.Stream(id), RoundDecider.Decide(round, command));
    }

    // The last leaf of the round may be another member's ballot: a repeat is answered with one's own leaf only (V-52, V-58).
    private long? LeafOf(string stream, Func<RoundEvent, PersonId, bool> earlier) =>
        core.Store.Events.ReadStream(stream).FirstOrDefault(e => RoundJournal.Definition.Read(e) is var (@event, recorded) && earlier(@event, recorded.By))?.Index;
}
