namespace AttributionRegistry.Domain.Voting;

/// <summary>What the record holds of one eligible member's vote.</summary>
public abstract record BallotFate
{
    private BallotFate()
    {
    }

    /// <summary>No accepted envelope.</summary>
    public sealed record Absent : BallotFate;

    /// <summary>Committed, not revealed (V-55).</summary>
    public sealed record Unrevealed(long Revision) : BallotFate;

    /// <summary>Two envelopes under one revision (V-51), or a removal after reveal opened (V-18).</summary>
    public sealed record Void(bool Equivocated) : BallotFate;

    /// <summary>The ballot that counts.</summary>
    public sealed record Revealed(long Revision, IReadOnlyDictionary<string, Answer> Answers) : BallotFate;
}

/// <summary>The envelopes of one round, sorted into one fate per eligible member.</summary>
public sealed record BallotBox(IReadOnlyDictionary<string, BallotFate> Fates, IReadOnlyDictionary<Rejection, int> Rejected)
{
    /// <summary>Sorts the envelopes. Their order in the record makes no difference; only receipt times and revisions do.</summary>
    public static BallotBox Sort(TallyInput input)
    {
        var rejected = new SortedDictionary<Rejection, int>();
        var timely = new Dictionary<string, List<CastBallot>>(StringComparer.Ordinal);
        foreach (var ballot in input.Ballots)
        {
            if (ReasonToReject(ballot, input) is { } reason)
            {
                Count(rejected, reason);
            }
            else if (timely.TryGetValue(ballot.Member, out var held))
            {
                held.Add(ballot);
            }
            else
            {
                timely[ballot.Member] = [ballot];
            }
        }

        var fates = new SortedDictionary<string, BallotFate>(StringComparer.Ordinal);
        foreach (var member in input.Panel.Members.Where(Panel.IsCounted))
        {
            var fate = FateOf(timely.GetValueOrDefault(member.Id) ?? [], input.Windows.Reveal, rejected);
            fates[member.Id] = member.Standing is Standing.RemovedAfterReveal ? new BallotFate.Void(Equivocated: fate is BallotFate.Void) : fate;
        }

        return new BallotBox(fates, rejected);
    }

    private static Rejection? ReasonToReject(CastBallot ballot, TallyInput input) =>
        input.Panel.Members.FirstOrDefault(each => each.Id == ballot.Member) switch
        {
            null => Rejection.NotAMember,
            var member when !Panel.IsCounted(member) => Rejection.NotEligible,
            _ when ballot.CaseId != input.CaseId || ballot.Round != input.Round => Rejection.WrongCaseOrRound,
            _ when !ballot.SignatureValid => Rejection.BadSignature,
            _ when !input.Windows.Commit.Contains(ballot.CommitAt) => Rejection.Late,
            _ => null,
        };

    private static BallotFate FateOf(List<CastBallot> held, Window reveal, SortedDictionary<Rejection, int> rejected)
    {
        if (held.GroupBy(each => each.Revision).Any(same => same.Select(each => each.Digest).Distinct(StringComparer.Ordinal).Count() > 1))
        {
            return new BallotFate.Void(Equivocated: true);
        }

        CastBallot? last = null;
        foreach (var copies in held.GroupBy(each => each.Revision).OrderBy(same => same.Min(each => each.CommitAt)).ThenBy(same => same.Key))
        {
            // The same envelope twice is one envelope (V-52); its first receipt is the one that counts.
            var envelope = copies.MinBy(each => each.CommitAt)!;
            if (envelope.Revision == (last?.Revision ?? 0) + 1 && (envelope.Link is null || envelope.Link.Previous == last?.Digest))
            {
                last = envelope;
            }
            else
            {
                Count(rejected, Rejection.OutOfSequence, copies.Count());
            }
        }

        return last is null ? new BallotFate.Absent() : Opened(held.Where(each => each.Revision == last.Revision), reveal, last.Revision);
    }

    // A wrong opening may be retried until close (V-53): one right opening in the window is enough.
    private static BallotFate Opened(IEnumerable<CastBallot> copies, Window reveal, long revision) =>
        copies.Where(each => each.Opens && each.RevealAt is { } at && reveal.Contains(at)).MinBy(each => each.RevealAt) is { } opening
            ? new BallotFate.Revealed(revision, opening.Answers)
            : new BallotFate.Unrevealed(revision);

    private static void Count(SortedDictionary<Rejection, int> rejected, Rejection reason, int times = 1) =>
        rejected[reason] = rejected.GetValueOrDefault(reason) + times;
}
