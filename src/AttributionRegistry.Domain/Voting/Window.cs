namespace AttributionRegistry.Domain.Voting;

/// <summary>A half-open span [open, close): at <c>close</c> is late (V-47). Whole numbers of any one unit.</summary>
public sealed record Window(long Open, long Close)
{
    public bool Contains(long instant) => Open <= instant && instant < Close;
}

/// <summary>The windows of one round.</summary>
public sealed record RoundWindows(Window Commit, Window Reveal);

/// <summary>A window in time and whether it was ever extended.</summary>
public sealed record TimedWindow(DateTimeOffset Open, DateTimeOffset Close, bool Extended = false)
{
    public bool Contains(DateTimeOffset instant) => Open <= instant && instant < Close;

    /// <summary>Extends once, before it closes, by at most its own length and the rules' limit (V-48).</summary>
    public Decision<TimedWindow> Extend(TimeSpan by, DateTimeOffset motionLoggedAt, WindowRules rules)
    {
        if (Extended)
        {
            return Refusal.Conflict("window-already-extended", "A window is extended once; this one already was.");
        }

        if (motionLoggedAt >= Close)
        {
            return Refusal.Conflict("window-closed", "A closed window never reopens; the motion had to be carried and logged before it closed.");
        }

        if (by <= TimeSpan.Zero || by > Close - Open || by > TimeSpan.FromDays(rules.LongestExtensionDays))
        {
            return Refusal.Invalid(
                "extension-too-long", $"An extension is at most the window's own length and {rules.LongestExtensionDays} days.", "/extendBy");
        }

        return this with { Close = Close + by, Extended = true };
    }

    /// <summary>The one automatic extension of a reveal window, for want of a quorum that the unrevealed could make (V-49).</summary>
    public Decision<TimedWindow> ExtendForUnrevealed(TallyResult tally, bool alreadyDone, WindowRules rules)
    {
        if (alreadyDone)
        {
            return Refusal.Conflict("window-already-extended", "The reveal window is extended once for ballots not revealed; it already was.");
        }

        var caused = tally.Questions.Values.Any(question =>
            question.Outcome is TallyOutcome.NoQuorum &&
            question.Counts.Votes + question.Counts.Abstained + question.Counts.Unrevealed >= tally.QuorumNeeded);
        return caused
            ? this with { Close = Close + TimeSpan.FromHours(rules.AutomaticRevealHours) }
            : Refusal.Conflict("quorum-not-missed-by-unrevealed", "Only a quorum that unrevealed ballots could have made extends the reveal window.");
    }
}
