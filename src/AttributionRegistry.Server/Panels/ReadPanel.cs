using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using Microsoft.AspNetCore.Http.HttpResults;
using Panel = AttributionRegistry.Domain.Cases.Panel;

namespace AttributionRegistry.Server.Panels;

/// <summary>A seat of a panel. Which ballot key belongs to it is shown to nobody but its member (V-71).</summary>
/// <param name="Member">Who holds or held it.</param>
/// <param name="Region">For which regional group.</param>
/// <param name="Order">In which order the seats were filled.</param>
/// <param name="Accepted">Whether the member has accepted, declared and given a ballot key.</param>
/// <param name="Removed">Whether the member has left it.</param>
/// <param name="RemovedBecause">Why.</param>
/// <param name="RemovedAt">When.</param>
/// <param name="Replaces">The member whose seat this one took over.</param>
public sealed record SeatView(
    PersonId Member, Region Region, int Order, bool Accepted, bool Removed, string? RemovedBecause, DateTimeOffset? RemovedAt, PersonId? Replaces)
{
    public static SeatView Of(Seat seat)
    {
        ArgumentNullException.ThrowIfNull(seat);
        return new SeatView(seat.Person, seat.Region, seat.Order, seat.Accepted, seat.Removed, seat.RemovedBecause, seat.RemovedAt, seat.Replaces);
    }
}

/// <summary>The panel of a case.</summary>
/// <param name="Id">The panel.</param>
/// <param name="Incident">The case.</param>
/// <param name="Pool">The pool it was drawn from.</param>
/// <param name="Size">Seats at the draw (N).</param>
/// <param name="Mode">How ballots will be published; fixed at the draw (V-71).</param>
/// <param name="DrawnAt">When it was drawn.</param>
/// <param name="Chair">Who presides: the first seat still sitting.</param>
/// <param name="Seats">All seats, those left included.</param>
/// <param name="Alternates">Who may still move up.</param>
public sealed record PanelView(
    PanelId Id, IncidentId Incident, PoolId Pool, int Size, VoteMode Mode, DateTimeOffset DrawnAt, PersonId? Chair,
    IReadOnlyList<SeatView> Seats, IReadOnlyList<PersonId> Alternates)
{
    public static PanelView Of(IncidentId incident, Panel panel)
    {
        ArgumentNullException.ThrowIfNull(panel);
        return new PanelView(
            panel.Id, incident, panel.Pool, panel.Size, panel.Mode, panel.DrawnAt, panel.Chair, [.. panel.Seats.Select(SeatView.Of)], panel.Alternates);
    }
}

public static class ReadPanel
{
    /// <summary>The panel of a case, for those who work on it.</summary>
    public static Results<Ok<PanelView>, StatusCodeHttpResult, ProblemHttpResult> OfCase(
        IncidentId incidentId, HttpContext http, Caller caller, CaseReads reads) =>
        reads.Read(http, incidentId, caller, state => state.Panel is { } panel ? PanelView.Of(state.Id, panel) : null);

    /// <summary>A panel by its id.</summary>
    public static Results<Ok<PanelView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PanelId panelId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads) =>
        PanelParts.Read(panelId, http, caller, cases, reads, state => PanelView.Of(state.Id, state.Panel!));
}

/// <summary>Reads of parts of the panel that a case has now.</summary>
public static class PanelParts
{
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> Read<T>(
        PanelId panel, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads, Func<Case, T> part)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(cases);
        ArgumentNullException.ThrowIfNull(reads);
        return reads.Read(http, cases.Locate(panel.Value), caller, state => state.Panel?.Id == panel ? part(state) : null);
    }
}
