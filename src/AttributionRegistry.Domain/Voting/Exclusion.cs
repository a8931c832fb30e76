using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>A past or present employer.</summary>
/// <param name="Group">The employer's group.</param>
/// <param name="State">The state it belongs to, if it belongs to one.</param>
/// <param name="Until">Last day; null while employed.</param>
public sealed record Employment(string Group, string? State, DateOnly? Until);

/// <summary>Who paid for a candidate's work, and until when.</summary>
public sealed record Funding(string Source, DateOnly? Until);

/// <summary>An entry of the roster (V-02).</summary>
public sealed record Candidate(
    string Id,
    Region Region,
    IReadOnlyList<string> Nationalities,
    string? Residence,
    IReadOnlyList<Employment> Employments,
    IReadOnlyList<Funding> Funding,
    IReadOnlyList<string> Expertise,
    string SigningKeyId)
{
    /// <summary>The entry as the draw sees it on a day.</summary>
    public DrawCandidate ForDraw(DateOnly on) =>
        new(Id, Region, Nationalities, Employments.FirstOrDefault(each => each.Until is null || each.Until >= on)?.Group);
}

/// <summary>What in a case can exclude somebody.</summary>
/// <param name="States">Victim's, submitter's and every state named in any hypothesis.</param>
/// <param name="Submitters">People who submitted evidence.</param>
/// <param name="SubmittingEmployers">Employer groups that submitted evidence.</param>
public sealed record CaseConcerns(
    IReadOnlySet<string> States, IReadOnlySet<string> Submitters, IReadOnlySet<string> SubmittingEmployers);

[JsonConverter(typeof(SnakeCaseEnum<ExclusionKind>))]
public enum ExclusionKind
{
    Nationality,
    Residence,
    Employer,
    SubmittedEvidence,
    EmployerSubmittedEvidence,
}

/// <summary>Why somebody may not sit, and on account of whom.</summary>
public sealed record ExclusionGround(ExclusionKind Kind, string Concerns);

/// <summary>Who is kept out of the draw (V-03) and who must leave a seat (V-12, V-13).</summary>
public static class Exclusion
{
    private const int SubmittingEmployerYears = 3;

    /// <summary>Every ground that excludes a candidate on a day; empty when they may be drawn.</summary>
    public static IReadOnlyList<ExclusionGround> Of(Candidate candidate, CaseConcerns concerns, DateOnly on)
    {
        var current = candidate.Employments.Where(each => each.Until is null || each.Until >= on);
        var recent = candidate.Employments.Where(each => each.Until is null || each.Until >= on.AddYears(-SubmittingEmployerYears));
        return
        [
            .. candidate.Nationalities.Where(concerns.States.Contains).Select(state => new ExclusionGround(ExclusionKind.Nationality, state)),
            .. new[] { candidate.Residence }.OfType<string>().Where(concerns.States.Contains).Select(state => new ExclusionGround(ExclusionKind.Residence, state)),
            .. current.Select(each => each.State).OfType<string>().Where(concerns.States.Contains).Distinct().Select(state => new ExclusionGround(ExclusionKind.Employer, state)),
            .. new[] { candidate.Id }.Where(concerns.Submitters.Contains).Select(id => new ExclusionGround(ExclusionKind.SubmittedEvidence, id)),
            .. recent.Select(each => each.Group).Where(concerns.SubmittingEmployers.Contains).Distinct().Select(group => new ExclusionGround(ExclusionKind.EmployerSubmittedEvidence, group)),
        ];
    }

    /// <summary>Members whom a hypothesis naming a new state forces out of their seats (V-03, V-12).</summary>
    public static IReadOnlyList<string> AffectedBy(string newState, IReadOnlyList<Candidate> seated, DateOnly on)
    {
        var concerns = new CaseConcerns(
            new HashSet<string>(StringComparer.Ordinal) { newState }, new HashSet<string>(), new HashSet<string>());
        return [.. seated.Where(member => Of(member, concerns, on).Count > 0).Select(member => member.Id)];
    }
}

/// <summary>What a drawn member declares before taking the seat (V-10).</summary>
/// <param name="Interest">A financial or other interest in the case.</param>
/// <param name="Relationship">A relationship to somebody in the case.</param>
/// <param name="PriorStatement">A prior public statement on this incident.</param>
/// <param name="NamedActor">Whether that statement attributed the incident to a named actor.</param>
public sealed record ConflictDeclaration(string? Interest, string? Relationship, string? PriorStatement, bool NamedActor)
{
    /// <summary>Prior public attribution of this incident to a named actor leaves no choice (V-13).</summary>
    public bool MustRecuse => NamedActor;
}

/// <summary>What became of the offer of a seat (V-10).</summary>
public enum SeatOffer
{
    Open,
    Accepted,
    Declined,
}

/// <summary>The answer to the offer of a seat.</summary>
public static class SeatOffers
{
    /// <summary>Silence, or acceptance without a declaration in time, is refusal: the alternate moves up.</summary>
    public static SeatOffer StateOf(DateTimeOffset drawnAt, DateTimeOffset? declaredAt, bool declined, DateTimeOffset now, WindowRules rules)
    {
        var term = new TimedWindow(drawnAt, drawnAt.AddDays(rules.AcceptanceDays));
        return declined ? SeatOffer.Declined
            : declaredAt is { } at && term.Contains(at) ? SeatOffer.Accepted
            : term.Contains(now) ? SeatOffer.Open
            : SeatOffer.Declined;
    }
}
