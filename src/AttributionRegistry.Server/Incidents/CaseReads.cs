using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>
/// Reads of one case. A case is one bounded record, kept folded in memory: its parts are read from there, and lists across
/// cases from rows.
/// </summary>
public sealed class CaseReads(RegistryCore core)
{
    /// <summary>The case and its version, if the caller may read it as one who works on it; else null.</summary>
    public (Case State, long Version)? ForReader(IncidentId? incident, Caller caller) =>
        Load(incident) is { } found && found.State.MayRead(caller) ? found : null;

    /// <summary>The case and its version, if the caller may know of it, parties included; else null.</summary>
    public (Case State, long Version)? ForInsider(IncidentId? incident, Caller caller) =>
        Load(incident) is { } found && found.State.MaySee(caller) ? found : null;

    /// <summary>The case for anybody, if it is public or the caller may know of it; else null.</summary>
    public (Case State, long Version)? ForVisitor(IncidentId? incident, Visitor visitor) =>
        Load(incident) is { } found && (found.State.HasFinding || (visitor.Caller is { } c && found.State.MaySee(c))) ? found : null;

    /// <summary>A part of a case as 200 with the case's ETag, 304, or the 404 that hides it.</summary>
    public Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> Read<T>(
        HttpContext http, IncidentId? incident, Caller caller, Func<Case, T?> part)
        where T : class
    {
        if (ForReader(incident, caller) is not var (state, version) || part(state) is not { } value)
        {
            return Problems.NotFound();
        }

        return Precondition.NotModified(http, Precondition.ETag(version))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(value);
    }

    public (Case State, long Version)? Load(IncidentId? incident) =>
        incident is { } id && core.Load(CaseJournal.Definition, CaseJournal.Stream(id)) is (var version, { } state) ? (state, version) : null;
}
