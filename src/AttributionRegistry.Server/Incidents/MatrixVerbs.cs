using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>Ratings of cells of the matrix; a later rating of a cell replaces the earlier one.</summary>
public sealed record RateRequest(ImmutableArray<CellRating> Ratings);

/// <summary>The matrix of the case, evaluated.</summary>
/// <param name="Cells">The ratings given so far, with rater and reason.</param>
/// <param name="Result">Ranking, diagnosticity, linchpins, and the rule they follow from.</param>
/// <param name="Crosscheck">Whether the leading hypothesis also leads on disclosed items alone; null while none leads strictly.</param>
public sealed record MatrixView(IReadOnlyList<RatedCell> Cells, MatrixResult Result, CrosscheckResult? Crosscheck);

/// <summary>One rated cell.</summary>
public sealed record RatedCell(HypothesisId Hypothesis, EvidenceId Evidence, Rating Rating, PersonId Rater, string? Reason);

public static class ReadMatrix
{
    /// <summary>The matrix as it stands, with what follows from it. For everybody the published finding shows it.</summary>
    public static Results<Ok<MatrixView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, Caller caller, CaseReads reads, HttpContext http) => reads.Read(http, incidentId, caller, ViewOf);

    private static MatrixView ViewOf(Case state)
    {
        var input = MatrixOf.Case(state);
        var result = Matrix.Evaluate(input);
        return new MatrixView(
            [
                .. state.Cells.OrderBy(c => c.Key.Hypothesis.Value, StringComparer.Ordinal).ThenBy(c => c.Key.Evidence.Value, StringComparer.Ordinal)
                    .Select(c => new RatedCell(c.Key.Hypothesis, c.Key.Evidence, c.Value.Rating, c.Value.Rater, c.Value.Reason)),
            ],
            result,
            result.StrictLeader is { } leader ? Crosscheck.Run(input, leader) : null);
    }
}

public static class RateCells
{
    /// <summary>Rates cells of the matrix. Nothing counts before it is accepted and graded by someone other than its submitter (E4).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<RateRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value, (_, _) => new CaseCommand.RateCells(body.Value.Ratings) { By = ask.By, At = ask.At }, cancel);
}
