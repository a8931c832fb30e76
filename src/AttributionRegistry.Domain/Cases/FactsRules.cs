namespace AttributionRegistry.Domain.Cases;

/// <summary>What makes the facts of an incident well formed.</summary>
public static class FactsRules
{
    /// <summary>The first fault of the facts, or null.</summary>
    public static Refusal? Fault(this IncidentFacts facts)
    {
        if (string.IsNullOrWhiteSpace(facts.Name))
        {
            return Refusal.Invalid("name-missing", "An incident has a name.", "/facts/name");
        }

        if (facts.Summary.IsBlank)
        {
            return Refusal.Invalid("summary-missing", "An incident has a summary.", "/facts/summary/value");
        }

        for (var i = 0; i < facts.VictimStates.Length; i++)
        {
            if (!IsStateCode(facts.VictimStates[i]))
            {
                return Refusal.Invalid("state-code", "States are ISO 3166-1 alpha-2 codes in capitals.", $"/facts/victimStates/{i}");
            }
        }

        for (var i = 0; i < facts.Receivers.Length; i++)
        {
            if (facts.Receivers[i].State is { } state && !IsStateCode(state))
            {
                return Refusal.Invalid("state-code", "States are ISO 3166-1 alpha-2 codes in capitals.", $"/facts/receivers/{i}/state");
            }
        }

        if (facts.ReferringState is { } referring && !IsStateCode(referring))
        {
            return Refusal.Invalid("state-code", "States are ISO 3166-1 alpha-2 codes in capitals.", "/facts/referringState");
        }

        return DateFault(facts.Started, "/facts/started") ?? DateFault(facts.Ended, "/facts/ended") ??
            DateFault(facts.Discovered, "/facts/discovered") ?? DateFault(facts.Disclosed, "/facts/disclosed");
    }

    /// <summary>Two capital letters, as ISO 3166-1 alpha-2 writes a state.</summary>
    public static bool IsStateCode(string text) => text is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    /// <summary>A date must be written with just the digits its precision claims.</summary>
    public static Refusal? DateFault(VagueDate? date, string pointer)
    {
        if (date is null)
        {
            return null;
        }

        var (format, length) = date.Precision switch
        {
            DatePrecision.Year => ("yyyy", 4),
            DatePrecision.Month => ("yyyy-MM", 7),
            DatePrecision.Day => ("yyyy-MM-dd", 10),
            _ => ("yyyy-MM-ddTHH:mm:ssZ", 20),
        };
        var good = date.Value.Length == length && DateTime.TryParseExact(
            date.Value, date.Precision == DatePrecision.Instant ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : format,
            System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out _);
        return good ? null : Refusal.Invalid("date-malformed", $"A date of this precision is written {format}.", pointer + "/value");
    }
}
