using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Findings;

/// <summary>The version that an act on a published finding may make.</summary>
/// <param name="Kind">Why it is made.</param>
/// <param name="Statements">The statement, once per language.</param>
/// <param name="Cap">The confidence it is lowered to; null keeps what holds.</param>
/// <param name="Note">What changed.</param>
internal sealed record NewVersion(VersionKind Kind, IReadOnlyList<Text> Statements, Confidence? Cap, string? Note);

/// <summary>Acts on a published finding: petitions, their decisions, corrections. They may make a version, or change what the finding's status says.</summary>
internal static class FindingActs
{
    /// <summary>One such act.</summary>
    /// <param name="incident">The case, or null when there is none: the act is refused then.</param>
    /// <param name="id">The id that the answer names.</param>
    /// <param name="publisher">Writes what is published.</param>
    /// <param name="version">The version that the command may make, or null when it makes none.</param>
    /// <param name="command">The command, from the digest of that version; empty without one.</param>
    internal static Act On(IncidentId? incident, string id, Publisher publisher, NewVersion? version, Func<string, CaseCommand> command) => incident is { } known
        ? new Act(session => Append(session, CaseJournal.Stream(known), publisher, version, command), id, CaseJournal.Stream(known))
        : new Act(_ => CaseWrites.NoSuchThing, id, "");

    /// <summary>For what takes registrar and chair: whoever has not acted yet is waited for.</summary>
    internal static Func<Session, PendingNote?> RegistrarAndChair(IncidentId incident) =>
        CaseWrites.WaitsFor(incident, pending => pending.As == Role.Registrar ? "chair" : "registrar");

    private static Refusal? Append(Session session, string stream, Publisher publisher, NewVersion? version, Func<string, CaseCommand> command)
    {
        if (session.Load(CaseJournal.Definition, stream) is not { } state)
        {
            return CaseWrites.NoSuchThing;
        }

        var finding = version is not null && state.HasFinding
            ? publisher.Composer(session, state)?.Compose(new VersionInfo(
                state.FindingNumber!, state.Versions.Count + 1, version.Kind, session.At, version.Statements,
                version.Cap ?? state.CurrentVersion!.ConfidenceCap, version.Note))
            : null;
        var digest = finding is null ? "" : Sha256Hex.Of(FindingComposer.Canonical(finding));
        if (session.Append(CaseJournal.Definition, stream, CaseDecider.Decide(state, command(digest), session.Policy)) is { } refusal)
        {
            return refusal;
        }

        var after = session.Load(CaseJournal.Definition, stream)!;
        if (after.Versions.Count > state.Versions.Count)
        {
            publisher.Publish(session, state, finding!);
        }
        else if (after.Stage != state.Stage || after.Petitions != state.Petitions)
        {
            publisher.RepresentStatus(session, after);
        }

        return null;
    }
}
