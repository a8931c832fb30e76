using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record ChamberPoolFrozen(PoolId Pool, ImmutableArray<Candidate> Candidates, [property: Open] string Digest, ImmutableArray<string> Sources) : CaseEvent
    {
        public ImmutableArray<SeedSourcePlan> Plans { get; init; } = [];

        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { ChamberPool = new Pool(Pool, Candidates, Digest, Sources, recorded.At) { Plans = Plans } };
    }

    public sealed record ChamberDrawn(
        ChamberId Chamber, PoolId Pool, ImmutableArray<string> SourceValues, [property: Open] string Seed, ImmutableArray<string> ExcludedStates,
        ImmutableArray<SeatDrawn> Seats, ImmutableArray<PersonId> Alternates) : CaseEvent
    {
        public ImmutableArray<PublishedSource> Published { get; init; } = [];

        // A new chamber has heard nothing yet: votes of the one before it are void.
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Chamber = new Chamber(Chamber, state.ChamberPool!, SourceValues, Published, Seed, ExcludedStates, recorded.At)
            {
                Seats = [.. Seats.Select((s, i) => new ChamberSeat(s.Person, s.Region, i + 1))],
                Alternates = [.. Alternates],
            },
            ChamberVotes = state.ChamberVotes.Clear(),
        };
    }

    /// <summary>A member leaves the chamber, and does not see the case any more.</summary>
    public sealed record ChamberMemberRecused(PersonId Member, string Ground) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var chamber = state!.Chamber!;
            var seat = chamber.SeatOf(Member)!;
            return state with
            {
                Chamber = chamber with { Seats = chamber.Seats.Replace(seat, seat with { Removed = true, RemovedBecause = Ground }) },
                Recused = state.Recused.Add(Member),
            };
        }
    }

    public sealed record ChamberSeatFilled(PersonId Member, Region Region, PersonId Replaces) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var chamber = state!.Chamber!;
            return state with
            {
                Chamber = chamber with
                {
                    Seats = chamber.Seats.Add(new ChamberSeat(Member, Region, chamber.Seats.Count + 1) { Replaces = Replaces }),
                    Alternates = chamber.Alternates.Remove(Member),
                },
            };
        }
    }

    public sealed record ChamberVoted([property: Open] string Matter, MotionVote Vote, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            ChamberVotes = state.ChamberVotes.SetItem(
                Matter, (state.ChamberVotes.GetValueOrDefault(Matter) ?? []).Add(new ChamberVote(recorded.By, Vote, Reasons, recorded.At))),
        };
    }

    /// <summary>The chamber has decided. An appeal that is granted annuls the version it is about.</summary>
    public sealed record ChamberRuled([property: Open] string Matter, bool Granted) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var ruling = new ChamberRuling(Granted, state!.VotesOn(Matter), recorded.At);
            var next = state! with { ChamberVotes = state.ChamberVotes.Remove(Matter) };
            if (next.Appeals.Find(a => a.Id.Value == Matter) is { } appeal)
            {
                return next with
                {
                    Appeals = next.Appeals.Replace(appeal, appeal with { Ruling = ruling }),
                    AnnulledVersions = Granted ? next.AnnulledVersions.Add(appeal.Version) : next.AnnulledVersions,
                };
            }

            return next.MappingOrders.Find(o => o.Id.Value == Matter) is { } order
                ? next with { MappingOrders = next.MappingOrders.Replace(order, order with { Ruling = ruling }) }
                : next.ChangeChallenge(ChallengeId.Of(Matter), c => c with { Ruling = ruling });
        }
    }

    public sealed record MappingRequested(MappingOrderId Order, RoundId Round, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { MappingOrders = state.MappingOrders.Add(new MappingOrder(Order, Round, recorded.By, Reasons, recorded.At)) };
    }
}
