using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record PoolFrozen(PoolId Pool, ImmutableArray<Candidate> Candidates, [property: Open] string Digest, ImmutableArray<string> Sources) : CaseEvent
    {
        /// <summary>Until when each source speaks, and who stands in for it.</summary>
        public ImmutableArray<SeedSourcePlan> Plans { get; init; } = [];

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Pool = new Pool(Pool, Candidates, Digest, Sources, recorded.At) { Plans = Plans },
            Panel = null,
        };
    }

    public sealed record SeatDrawn(PersonId Person, Region Region);

    public sealed record PanelDrawn(
        PanelId Panel, PoolId Pool, ImmutableArray<string> SourceValues, [property: Open] string Seed, int Size, ImmutableArray<string> ExcludedStates,
        ImmutableArray<SeatDrawn> Seats, ImmutableArray<PersonId> Alternates, VoteMode Mode) : CaseEvent
    {
        /// <summary>What the sources said, and when.</summary>
        public ImmutableArray<PublishedSource> Published { get; init; } = [];

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Panel = new Panel(Panel, Pool, SourceValues, Seed, Size, ExcludedStates, Mode)
            {
                Seats = [.. Seats.Select((s, i) => new Seat(s.Person, s.Region, i + 1) { OfferedAt = recorded.At })],
                Alternates = [.. Alternates],
                DrawnAt = recorded.At,
                Published = Published,
                KeptOut = [.. PanelDraw.KeptOut(state, recorded.At)],
            },
        };
    }

    public sealed record Declared(PanelId Panel, Declaration Declaration, BallotKey? Key) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var next = state!.ChangeSeat(recorded.By, s => s with { Declaration = Declaration, Key = Key ?? s.Key });
            return next with { Interests = next.Interests.SetItem(recorded.By, new InterestDeclaration(recorded.By, recorded.At, Declaration.Statement)) };
        }
    }

    /// <summary>A member leaves the panel; the person does not see the case any more.</summary>
    public sealed record MemberRecused(PersonId Member, string Ground) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state!.ChangeSeat(Member, s => s with { Removed = true, RemovedBecause = Ground, RemovedAt = recorded.At }) with
            {
                Recused = state!.Recused.Add(Member),
            };
    }

    /// <summary>An alternate takes the seat (V-10, V-12).</summary>
    public sealed record SeatFilled(PersonId Member, Region Region, PersonId Replaces) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var panel = state!.Panel!;
            return state with
            {
                Panel = panel with
                {
                    Seats = panel.Seats.Add(new Seat(Member, Region, panel.Seats.Count + 1) { Replaces = Replaces, OfferedAt = recorded.At }),
                    Alternates = panel.Alternates.Remove(Member),
                },
            };
        }
    }

    public sealed record Challenged(ChallengeId Challenge, PersonId Member, Text Ground) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Panel = state.Panel! with
            {
                Challenges = state.Panel.Challenges.Add(new Challenge(Challenge, Member, recorded.By, Ground, recorded.At)),
            },
        };
    }

    public sealed record ChallengeVoted(ChallengeId Challenge, MotionVote Vote) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state!.ChangeChallenge(Challenge, c => c with { Votes = c.Votes.SetItem(recorded.By, Vote) });
    }

    public sealed record ChallengeDecided(ChallengeId Challenge, MotionOutcome Outcome, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state!.ChangeChallenge(Challenge, c => c with { Outcome = Outcome, Reasons = Reasons });
    }
}

internal static class PanelState
{
    internal static Case ChangeSeat(this Case state, PersonId member, Func<Seat, Seat> change)
    {
        var panel = state.Panel!;
        var seat = panel.SeatOf(member)!;
        return state with { Panel = panel with { Seats = panel.Seats.Replace(seat, change(seat)) } };
    }

    internal static Case ChangeChallenge(this Case state, ChallengeId id, Func<Challenge, Challenge> change)
    {
        var panel = state.Panel!;
        var challenge = panel.Challenges.Find(c => c.Id == id)!;
        return state with { Panel = panel with { Challenges = panel.Challenges.Replace(challenge, change(challenge)) } };
    }
}
