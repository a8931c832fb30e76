using System.Globalization;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Site;

/// <summary>
/// What the search form sends: the parameters of /v1/findings. A form sends what was left open as an empty value; that does not narrow.
/// Everything else that is not understood is refused, as in the API.
/// </summary>
public sealed record SearchQuery(FindingFilter Filter, FindingOrder Order, string? After)
{
    public static SearchQuery Parse(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (filter, order, after) = (new FindingFilter(), FindingOrder.Newest, (string?)null);
        foreach (var (name, values) in query)
        {
            if (values.Count > 1)
            {
                throw Refused(name, ProblemCodes.DuplicateParameter, $"The parameter '{name}' appears more than once.");
            }

            var value = values.ToString().Trim();
            if (!CleanText.TryClean(value, out value) || value.Length > SearchWords.MaxLength)
            {
                throw Refused(name, ProblemCodes.BadText, $"The parameter '{name}' is too long, or has characters that are no text.");
            }

            (filter, order, after) = (name, value) switch
            {
                ("q" or "status" or "outcome" or "level" or "confidence" or "state" or "sector" or "type" or "year" or "language" or "actor" or "sort" or "after", "") => (filter, order, after),
                ("q", _) => (filter with { Q = value }, order, after),
                ("status", _) => (filter with { Status = Named<Domain.Cases.FindingStatus>(name, value) }, order, after),
                ("outcome", _) => (filter with { Outcome = Named<Findings.FindingOutcome>(name, value) }, order, after),
                ("level", _) => (filter with { Level = Named<Domain.Voting.Level>(name, value) }, order, after),
                ("confidence", _) => (filter with { Confidence = Named<Domain.Voting.Confidence>(name, value) }, order, after),
                ("state", _) => (filter with { State = value }, order, after),
                ("sector", _) => (filter with { Sector = value }, order, after),
                ("type", _) => (filter with { Type = Named<Domain.Cases.IncidentType>(name, value) }, order, after),
                ("year", _) => (filter with { Year = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is > 0 and < 10_000 ? year : throw Wrong(name) }, order, after),
                ("language", _) => (filter with { Language = value }, order, after),
                ("actor", _) => (filter with { Actor = TypedId.TryParse<ActorId>(value, out var actor) ? actor.Value : throw Wrong(name) }, order, after),
                ("sort", _) => (filter, Named<FindingOrder>(name, value), after),
                ("after", _) => (filter, order, value),
                _ => throw Refused(name, ProblemCodes.UnknownParameter, $"There is no parameter '{name}' here."),
            };
        }

        return new SearchQuery(filter, order, after);
    }

    /// <summary>Whether nothing was asked for: the list as everybody first sees it.</summary>
    public bool IsPlain => this == new SearchQuery(new FindingFilter(), FindingOrder.Newest, null);

    public PageQuery Page(int limit) => After is null ? new PageQuery(limit, null)
        : Cursor.TryParse(After, out var cursor) ? new PageQuery(limit, cursor)
        : throw Refused("after", ProblemCodes.BadCursor, "The cursor in 'after' was not made by this list.");

    /// <summary>The same search from another place on.</summary>
    public string From(string next) => QueryString.Create(Parameters().Append(new("after", next))).ToString();

    private IEnumerable<KeyValuePair<string, string?>> Parameters() => new (string Name, string? Value)[]
    {
        ("q", Filter.Q),
        ("status", Filter.Status is { } status ? FacetsOf.Wire(status) : null),
        ("outcome", Filter.Outcome is { } outcome ? FacetsOf.Wire(outcome) : null),
        ("level", Filter.Level is { } level ? FacetsOf.Wire(level) : null),
        ("confidence", Filter.Confidence is { } confidence ? FacetsOf.Wire(confidence) : null),
        ("state", Filter.State),
        ("sector", Filter.Sector),
        ("type", Filter.Type is { } type ? FacetsOf.Wire(type) : null),
        ("year", Filter.Year?.ToString(CultureInfo.InvariantCulture)),
        ("language", Filter.Language),
        ("actor", Filter.Actor),
        ("sort", Order == FindingOrder.Newest ? null : FacetsOf.Wire(Order)),
    }.Where(each => each.Value is not null).Select(each => KeyValuePair.Create(each.Name, each.Value));

    /// <summary>What was chosen for a facet, as the parameter takes it; empty for any.</summary>
    public string Chosen(string facet) => Parameters().FirstOrDefault(each => each.Key == facet).Value ?? "";

    private static TEnum Named<TEnum>(string name, string value)
        where TEnum : struct, Enum => Array.Find(Enum.GetValues<TEnum>(), each => FacetsOf.Wire(each) == value) is var found && FacetsOf.Wire(found) == value ? found : throw Wrong(name);

    private static RequestRefusedException Wrong(string name) => Refused(name, ProblemCodes.WrongType, $"The parameter '{name}' has a value that it does not take.");

    private static RequestRefusedException Refused(string name, string code, string detail) =>
        new(StatusCodes.Status400BadRequest, code, detail, new ProblemError($"?{name}", code, detail));
}
