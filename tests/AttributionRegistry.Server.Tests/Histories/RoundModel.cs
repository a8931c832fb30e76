namespace AttributionRegistry.Server.Tests.Histories;

/// <summary>What an act comes to: a refusal's code, or <see cref="Done"/>, or <see cref="Nothing"/> where it repeats what has been done.</summary>
internal static class Answered
{
    public const string Done = "done";
    public const string Nothing = "nothing";
}

internal sealed class ModelMember
{
    public List<(int Revision, string Digest, DateTimeOffset At)> Chain { get; } = [];

    public string? Opened { get; set; }

    public DateTimeOffset? RemovedAt { get; set; }

    public (int Revision, string Digest, DateTimeOffset At)? Last => Chain.Count == 0 ? null : Chain.First(e => e.Revision == Chain.Max(x => x.Revision));

    public bool Equivocated => Chain.Select(e => e.Revision).Distinct().Count() < Chain.Count;
}

internal sealed class ModelMotion
{
    public required bool Reveal { get; init; }

    public required long Seconds { get; init; }

    public Dictionary<int, string> Votes { get; } = [];

    public bool Decided { get; set; }
}

/// <summary>How the members' answers fell, and what follows from it.</summary>
internal sealed record ModelCount(
    int Eligible, int Votes, int Abstained, int Spoiled, int Unrevealed, int Absent, int Void, int NotEligible, int Support, string Outcome);

/// <summary>
/// A second, plainer telling of the rules of a round (V-18, V-42, V-47 … V-55), written from the rule book and not from the code:
/// one question, one named hypothesis, members who answer in one of four ways.
/// </summary>
internal sealed class RoundModel(int seats, int sitting, DateTimeOffset opens, TimeSpan commit, TimeSpan gap, TimeSpan reveal)
{
    /// <summary>Answers and what they are: support, another view, an abstention, something that is no answer.</summary>
    public static readonly string[] Answers = ["support", "other", "abstain", "spoiled"];

    public ModelMember[] Members { get; } = [.. Enumerable.Range(0, sitting).Select(_ => new ModelMember())];

    public List<ModelMotion> Motions { get; } = [];

    public DateTimeOffset CommitOpens { get; } = opens;

    public DateTimeOffset CommitCloses { get; private set; } = opens + commit;

    public DateTimeOffset RevealOpens { get; private set; } = opens + commit + gap;

    public DateTimeOffset RevealCloses { get; private set; } = opens + commit + gap + reveal;

    public bool CommitExtended { get; private set; }

    public bool RevealExtended { get; private set; }

    public bool AutomaticallyExtended { get; private set; }

    public ModelCount? Counted { get; private set; }

    public static TimeSpan Automatic { get; } = TimeSpan.FromHours(72);

    /// <summary>The instants at which something ends or begins, as they stand.</summary>
    public IEnumerable<DateTimeOffset> Boundaries => [CommitCloses, RevealOpens, RevealCloses, RevealCloses + Automatic];

    public string Commit(int by, int key, bool rightRound, bool signed, int revision, string? previous, string digest, DateTimeOffset at)
    {
        if (!Votes(by))
        {
            return "not-found";
        }

        var (me, refusal) = (Members[by],
            key != by ? "not-your-ballot-key" : !rightRound ? "wrong-round" : !signed ? "signature-invalid"
            : at < CommitOpens || at >= CommitCloses || Members.Any(m => m.Opened is not null) || Counted is not null ? "commit-window-closed" : null);
        if (refusal is not null)
        {
            return refusal;
        }

        if (me.Chain.Any(e => e.Digest == digest))
        {
            return Answered.Nothing;
        }

        if (!me.Chain.Any(e => e.Revision == revision) && (revision != (me.Last?.Revision ?? 0) + 1 || previous != me.Last?.Digest))
        {
            return "revision-out-of-sequence";
        }

        me.Chain.Add((revision, digest, at));
        return Answered.Done;
    }

    /// <param name="by">Who opens.</param>
    /// <param name="key">Whose ballot.</param>
    /// <param name="digest">Which envelope ballot and salt belong to; null if to none.</param>
    /// <param name="answer">What the ballot says.</param>
    /// <param name="at">When.</param>
    public string Open(int by, int key, string? digest, string answer, DateTimeOffset at)
    {
        if (!Votes(by) || key != by)
        {
            return Votes(by) ? "not-your-ballot-key" : "not-found";
        }

        var (me, due) = (Members[by], ExtensionIsDue(at));
        if (at < RevealOpens || at >= RevealCloses + (due ? Automatic : TimeSpan.Zero))
        {
            return "reveal-window-closed";
        }

        if (me.Chain.Count == 0 || me.Equivocated)
        {
            return me.Chain.Count == 0 ? "nothing-committed" : "ballot-void";
        }

        if (me.Opened is not null)
        {
            return digest == me.Last!.Value.Digest && answer == me.Opened ? Answered.Nothing : "ballot-opened";
        }

        if (Counted is not null || digest != me.Last!.Value.Digest)
        {
            return Counted is not null ? "round-counted" : "opening-does-not-match";
        }

        if (due)
        {
            ExtendByItself();
        }

        me.Opened = answer;
        return Answered.Done;
    }

    public string Remove(int member, DateTimeOffset at)
    {
        if (!Votes(member) || Counted is not null)
        {
            return Answered.Nothing;
        }

        Members[member].RemovedAt = at;
        return Answered.Done;
    }

    public string CloseWindow(bool exercise, DateTimeOffset at)
    {
        if (!exercise)
        {
            return "windows-run-their-course";
        }

        if (Counted is not null || at >= RevealCloses)
        {
            return "window-closed";
        }

        if (at <= CommitOpens || (at >= CommitCloses && at <= RevealOpens))
        {
            return "window-not-open";
        }

        // Whatever has been acknowledged came in time.
        if (at < CommitCloses)
        {
            var last = Members.SelectMany(m => m.Chain).Select(e => e.At.AddMicroseconds(1)).Append(at).Max();
            CommitCloses = RevealOpens = last;
        }
        else
        {
            RevealCloses = _lastOpening is { } last && last >= at ? last.AddMicroseconds(1) : at;
            AutomaticallyExtended = true;
        }

        return Answered.Done;
    }

    public string Extend(DateTimeOffset at)
    {
        if (!ExtensionIsDue(at))
        {
            return "quorum-not-missed-by-unrevealed";
        }

        ExtendByItself();
        return Answered.Done;
    }

    public string Count(DateTimeOffset at)
    {
        if (Counted is not null)
        {
            return "round-counted";
        }

        if (ExtensionIsDue(at) && at < RevealCloses + Automatic)
        {
            return "reveal-extended";
        }

        if (at < RevealCloses)
        {
            return "reveal-window-open";
        }

        Counted = CountNow();
        return Answered.Done;
    }

    public string Raise(int by, bool reveal, long seconds, DateTimeOffset at)
    {
        if (!Votes(by))
        {
            return "not-found";
        }

        if (Motions.Any(m => m.Reveal == reveal && !m.Decided && !HasLapsed(m, at)))
        {
            return "motion-pending";
        }

        var (from, to, extended) = reveal ? (RevealOpens, RevealCloses, RevealExtended) : (CommitOpens, CommitCloses, CommitExtended);
        if (extended || at >= to)
        {
            return extended ? "window-already-extended" : "window-closed";
        }

        if (seconds < 1 || TimeSpan.FromSeconds(seconds) > to - from || seconds > 7 * 86_400)
        {
            return "extension-too-long";
        }

        Motions.Add(new ModelMotion { Reveal = reveal, Seconds = seconds });
        return Answered.Done;
    }

    public string VoteOn(int by, int motion, string vote, DateTimeOffset at)
    {
        if (!Votes(by) || motion >= Motions.Count)
        {
            return "not-found";
        }

        var moved = Motions[motion];
        if (Undecidable(moved, at) is { } refusal)
        {
            return refusal;
        }

        moved.Votes[by] = vote;
        var (eligible, yes, no, _) = VotesOn(moved);
        if (2 * yes > eligible || 2 * no >= eligible)
        {
            Decide(moved, yes, no, eligible);
        }

        return Answered.Done;
    }

    public string DecideOn(int motion, DateTimeOffset at)
    {
        if (motion >= Motions.Count)
        {
            return "not-found";
        }

        var moved = Motions[motion];
        if (Undecidable(moved, at) is { } refusal)
        {
            return refusal;
        }

        var (eligible, yes, no, cast) = VotesOn(moved);
        if (2 * cast <= eligible)
        {
            return "motion-inquorate";
        }

        Decide(moved, yes, no, eligible);
        return Answered.Done;
    }

    /// <summary>The count as it would come out now.</summary>
    public ModelCount CountNow()
    {
        var before = Members.Where(m => m.RemovedAt < RevealOpens).ToList();
        var eligible = Members.Except(before).ToList();
        var standing = eligible.Where(m => m.RemovedAt is null && !m.Equivocated).ToList();
        var opened = standing.Where(m => m.Opened is not null).Select(m => m.Opened!).ToList();
        int Said(string answer) => opened.Count(o => o == answer);
        var (votes, abstained) = (Said("support") + Said("other"), Said("abstain"));
        var supporters = eligible.Where(m => standing.Contains(m) && m.Opened == "support").ToList();
        var threshold = ((2 * eligible.Count) + 2) / 3;
        var outcome = 3 * eligible.Count < 2 * seats || eligible.Count < 7 ? "NotConstituted"
            : 3 * (votes + abstained) < 2 * eligible.Count ? "NoQuorum"
            : supporters.Count >= threshold && supporters.Select(m => Array.IndexOf(Members, m) % 5).Distinct().Count() >= 2 ? "Attributed"
            : "NotAttributed";
        return new ModelCount(
            eligible.Count, votes, abstained, Said("spoiled"), standing.Count(m => m.Chain.Count > 0 && m.Opened is null), standing.Count(m => m.Chain.Count == 0),
            eligible.Count - standing.Count, before.Sum(m => m.Chain.Count), supporters.Count, outcome);
    }

    public void OpenedAt(DateTimeOffset at) => _lastOpening = at;

    private DateTimeOffset? _lastOpening;

    private bool Votes(int member) => member < Members.Length && Members[member].RemovedAt is null;

    private bool HasLapsed(ModelMotion m, DateTimeOffset at) =>
        !m.Decided && (m.Reveal ? at >= RevealCloses || Counted is not null : at >= CommitCloses || Members.Any(x => x.Opened is not null));

    private string? Undecidable(ModelMotion m, DateTimeOffset at) => m.Decided ? "motion-decided" : HasLapsed(m, at) ? "window-closed" : null;

    private (int Eligible, int Yes, int No, int Cast) VotesOn(ModelMotion m)
    {
        var cast = m.Votes.Where(v => Members[v.Key].RemovedAt is null).Select(v => v.Value).ToList();
        return (Members.Count(x => !(x.RemovedAt < RevealOpens)), cast.Count(v => v == "yes"), cast.Count(v => v == "no"), cast.Count);
    }

    private void Decide(ModelMotion m, int yes, int no, int eligible)
    {
        m.Decided = true;
        if (yes <= no || 2 * (VotesOn(m).Cast) <= eligible)
        {
            return;
        }

        var by = TimeSpan.FromSeconds(m.Seconds);
        if (m.Reveal)
        {
            (RevealCloses, RevealExtended) = (RevealCloses + by, true);
        }
        else
        {
            (CommitCloses, RevealOpens, RevealCloses, CommitExtended) = (CommitCloses + by, RevealOpens + by, RevealCloses + by, true);
        }
    }

    private bool ExtensionIsDue(DateTimeOffset at)
    {
        if (Counted is not null || AutomaticallyExtended || at < RevealCloses)
        {
            return false;
        }

        var now = CountNow();
        return now.Outcome == "NoQuorum" && 3 * (now.Votes + now.Abstained + now.Unrevealed) >= 2 * now.Eligible;
    }

    private void ExtendByItself() => (RevealCloses, AutomaticallyExtended) = (RevealCloses + Automatic, true);
}
