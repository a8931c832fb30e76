using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Tests.Histories;

/// <summary>
/// Many act on one round at the same moment, around the end of its windows. Whatever order comes out: the decider accepts each event of
/// the record in that order, what was acknowledged is in it, and the count is the one that the record recounts to.
/// </summary>
public sealed class RacingRoundTests
{
    private const int Rounds = 250;
    private const int Seed = 20261124;
    private const int Sitting = 9;

    [Fact]
    public async Task However_acts_race_the_record_is_one_order_that_the_rules_accept()
    {
        using var store = await HistoryStore.CreateAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(Seed + round);
            var opened = await store.OpenAsync(11, Sitting, TimeSpan.FromDays(1), TimeSpan.Zero, TimeSpan.FromDays(1));
            var acknowledged = new List<(RoundCommand Command, long Leaf)>();

            // A revision that is taken after the one before it, and was received before it: requests overtake each other, clocks run back.
            var first = Commit(opened, Sitting - 1, 1, null, $"{opened.Round} overtaken", opened.CommitCloses.AddMicroseconds(-2));
            await RaceAsync(store, opened, acknowledged, [first]);
            var overtaking = Commit(opened, Sitting - 1, 2, first.Envelope.Digest, $"{opened.Round} overtaking", opened.CommitCloses.AddMicroseconds(-3));

            // Everybody twice at the end of the commit window: doubles of one revision, some of them at the closing instant itself.
            await RaceAsync(store, opened, acknowledged, [overtaking, .. Enumerable.Range(0, Sitting - 1).SelectMany(n => Votes(opened, n, random)), .. Sometimes(random, 4, Raise(store, opened, random))]);
            await RaceAsync(store, opened, acknowledged, [.. Motions(store, opened, random), .. Openings(store, opened, random), .. Sometimes(random, 3, Remove(opened, random)), .. Sometimes(random, 6, Close(opened, opened.RevealOpens))]);

            var state = store.Refolded(opened.Round);
            store.Clock.SetUtcNow(state.RevealCloses.AddMicroseconds(-1) > store.Now ? state.RevealCloses.AddMicroseconds(-1) : store.Now);
            await RaceAsync(
                store, opened, acknowledged,
                [.. Openings(store, opened, random), .. Counts(opened, state.RevealCloses), .. Motions(store, opened, random), .. Sometimes(random, 2, Remove(opened, random)), .. Sometimes(random, 4, Close(opened, state.RevealCloses))]);
            store.Clock.SetUtcNow(state.RevealCloses.AddDays(20) > store.Now ? state.RevealCloses.AddDays(20) : store.Now);
            await RaceAsync(store, opened, acknowledged, [.. Counts(opened, store.Now), .. Openings(store, opened, random)]);
            Check(store, opened, acknowledged, $"round {round} of seed {Seed}");
        }
    }

    private static async Task RaceAsync(HistoryStore store, RoundEvent.Opened opened, List<(RoundCommand, long)> acknowledged, IReadOnlyList<RoundCommand> commands)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = commands.Select(command => Task.Run(async () =>
        {
            await start.Task;
            return (command, await store.RunAsync(opened.Round, command.By, command));
        })).ToList();
        start.SetResult();
        foreach (var (command, outcome) in await Task.WhenAll(running))
        {
            if (outcome is Outcome.Done { Session.IsEmpty: false } done)
            {
                acknowledged.Add((command, done.Receipt.LeafIndex));
            }
            else
            {
                outcome.Should().NotBeOfType<Outcome.Repeated>();
                (outcome as Outcome.Refused)?.Refusal.Code.Should().NotBe("lost-race", "whoever loses a race decides again");
            }
        }
    }

    private static void Check(HistoryStore store, RoundEvent.Opened opened, List<(RoundCommand Command, long Leaf)> acknowledged, string where)
    {
        var stored = store.Store.Events.ReadStream(RoundJournal.Stream(opened.Round)).ToList();
        Round? state = null;
        for (var i = 0; i < stored.Count;)
        {
            var (@event, recorded) = RoundJournal.Definition.Read(stored[i]);
            var decision = RoundDecider.Decide(state, CommandOf(state, @event, recorded, i + 1 < stored.Count ? RoundJournal.Definition.Read(stored[i + 1]).Event : null));
            decision.Refusal.Should().BeNull($"{where}: event {i}, {@event}, follows from the ones before it");
            decision.Events.Should().NotBeEmpty($"{where}: event {i}, {@event}, changes something");
            foreach (var decided in decision.Events)
            {
                var (there, at) = RoundJournal.Definition.Read(stored[i]);
                Json(there).Should().Be(Json(decided), $"{where}: event {i}");
                state = RoundDecider.Evolve(state, there, at);
                i++;
            }
        }

        var leaves = stored.Select(e => e.Index).ToHashSet();
        acknowledged.Should().OnlyContain(a => leaves.Contains(a.Leaf), where);
        acknowledged.Select(a => a.Leaf).Should().OnlyHaveUniqueItems(where);
        var events = stored.ToDictionary(e => e.Index, e => RoundJournal.Definition.Read(e).Event);
        foreach (var (command, leaf) in acknowledged)
        {
            (command switch
            {
                RoundCommand.Commit c => events[leaf] is RoundEvent.Committed e && e.Envelope.Digest == c.Envelope.Digest,
                RoundCommand.OpenBallot c => events[leaf] is RoundEvent.BallotOpened e ? e.Opening.BallotKeyId == c.BallotKeyId : events[leaf] is RoundEvent.WindowExtended { Motion: null },
                _ => true,
            }).Should().BeTrue($"{where}: {command} was acknowledged with leaf {leaf}");
        }

        var round = store.Refolded(opened.Round);
        events.Values.OfType<RoundEvent.Counted>().Should().ContainSingle(where);
        Json(Tally.Count(round.ToTallyInput(HistoryStore.AnswersOf))).Should().Be(Json(round.Result!), $"{where}: the record recounts to what was counted");
        var question = round.Result!.Questions["Q1"];
        question.Counts.Total.Should().Be(round.Result.Eligible, where);
        round.Result.Rejected.Keys.Should().BeSubsetOf([Rejection.NotEligible], $"{where}: what was acknowledged is in the count");
        // Whoever opened, did not equivocate and stayed is counted.
        var counted = round.Voters.Count(v => v.RemovedAt is null && round.Openings.Any(o => o.BallotKeyId == v.BallotKeyId));
        (question.Counts.Votes + question.Counts.Abstained + question.Counts.Spoiled).Should().Be(counted, where);
    }

    // The command that this event answers; instants as the count will read them.
    private static RoundCommand CommandOf(Round? state, RoundEvent @event, Recorded recorded, RoundEvent? next) => @event switch
    {
        RoundEvent.Opened e => new RoundCommand.Open(e) { By = recorded.By, At = recorded.At },
        RoundEvent.Committed e => new RoundCommand.Commit(e.Envelope, state!.Incident.Value, state.Number, true) { By = recorded.By, At = e.Envelope.ReceivedAt },
        RoundEvent.BallotOpened e => Reveal(recorded.By, e.Opening),
        RoundEvent.WindowExtended when next is RoundEvent.BallotOpened opening => Reveal(recorded.By, opening.Opening),
        RoundEvent.MemberRemoved e => new RoundCommand.Remove(e.Member) { By = recorded.By, At = recorded.At },
        RoundEvent.WindowClosed e => new RoundCommand.CloseWindow(true) { By = recorded.By, At = Earlier(recorded.At, (e.Reveal ? state!.RevealCloses : state!.CommitCloses).AddMicroseconds(-1)) },
        RoundEvent.Counted => new RoundCommand.Count(HistoryStore.AnswersOf) { By = recorded.By, At = recorded.At },
        RoundEvent.MotionRaised e => new RoundCommand.RaiseMotion(e.Motion, e.Kind, e.Seconds, e.Reasons) { By = recorded.By, At = InTime(state!, e.Kind, recorded.At) },
        RoundEvent.MotionVoted e => new RoundCommand.VoteOnMotion(e.Motion, e.Vote) { By = recorded.By, At = InTime(state!, state!.MotionOf(e.Motion)!.Kind, recorded.At) },
        RoundEvent.MotionDecided e => new RoundCommand.DecideMotion(e.Motion) { By = recorded.By, At = InTime(state!, state!.MotionOf(e.Motion)!.Kind, recorded.At) },
        _ => throw new InvalidOperationException($"Nobody asked for {@event}."),
    };

    // The log gives each leaf the time of the one before it at least; an act that was overtaken came before that.
    private static DateTimeOffset InTime(Round state, MotionKind kind, DateTimeOffset at) =>
        Earlier(at, (kind == MotionKind.ExtendCommit ? state.CommitCloses : state.RevealCloses).AddMicroseconds(-1));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static RoundCommand.OpenBallot Reveal(PersonId by, BallotOpening opening) =>
        new(opening.BallotKeyId, opening.Ballot, opening.Salt, true) { By = by, At = opening.ReceivedAt, ReadAnswers = HistoryStore.AnswersOf };

    private static IEnumerable<RoundCommand> Votes(RoundEvent.Opened opened, int member, Random random)
    {
        var at = opened.CommitCloses.AddMicroseconds(random.Next(-3, 1));
        var first = Commit(opened, member, 1, null, $"{opened.Round} {member} a", at);
        yield return first;
        switch (random.Next(5))
        {
            case 0:
                yield return first; // The same request twice.
                break;
            case 1:
                yield return Commit(opened, member, 1, null, $"{opened.Round} {member} b", at); // Equivocation.
                break;
            case 2:
                // Sent on before the first was answered; it may even have been received earlier.
                yield return Commit(opened, member, 2, first.Envelope.Digest, $"{opened.Round} {member} c", at.AddMicroseconds(-1));
                break;
            default:
                break;
        }
    }

    private static RoundCommand.Commit Commit(RoundEvent.Opened opened, int member, int revision, string? previous, string text, DateTimeOffset at) => new(
        new Envelope(HistoryStore.Key(member), revision, previous, Sha256Hex.Of($"commitment {text}"), "nonce", Sha256Hex.Of(text), "signature", default),
        opened.Incident.Value, opened.Number, true)
    { By = opened.Voters[member].Person, At = at };

    private static IEnumerable<RoundCommand> Openings(HistoryStore store, RoundEvent.Opened opened, Random random)
    {
        var state = store.Refolded(opened.Round);
        foreach (var voter in opened.Voters.Where(_ => random.Next(3) > 0))
        {
            var at = store.Now < state.RevealOpens ? state.RevealOpens : store.Now;
            var ballot = $"{(random.Next(4) > 0 ? "support" : "other")} {voter.BallotKeyId}";
            for (var times = random.Next(1, 3); times > 0; times--)
            {
                yield return Reveal(voter.Person, new BallotOpening(voter.BallotKeyId, ballot, "salt", at.AddMicroseconds(random.Next(2))));
            }
        }
    }

    private static IEnumerable<RoundCommand> Counts(RoundEvent.Opened opened, DateTimeOffset at) =>
        Enumerable.Range(0, 3).Select(n => new RoundCommand.Count(HistoryStore.AnswersOf) { By = opened.Voters[n].Person, At = at });

    private static RoundCommand.RaiseMotion Raise(HistoryStore store, RoundEvent.Opened opened, Random random) => new(
        store.Entropy.NewId<MotionId>(), random.Next(2) == 0 ? MotionKind.ExtendCommit : MotionKind.ExtendReveal, 3600, new Text("A reason."))
    { By = opened.Voters[0].Person, At = opened.CommitCloses.AddMicroseconds(-3) };

    private static IEnumerable<RoundCommand> Motions(HistoryStore store, RoundEvent.Opened opened, Random random)
    {
        var state = store.Refolded(opened.Round);
        return state.Motions.SelectMany(m => opened.Voters.Select(v => (RoundCommand)new RoundCommand.VoteOnMotion(m.Id, random.Next(4) > 0 ? MotionVote.Yes : MotionVote.No)
        {
            By = v.Person, At = (m.Kind == MotionKind.ExtendCommit ? state.CommitCloses : state.RevealCloses).AddMicroseconds(-1),
        }));
    }

    private static RoundCommand.Remove Remove(RoundEvent.Opened opened, Random random) =>
        new(opened.Voters[random.Next(Sitting)].Person) { By = opened.Voters[0].Person, At = opened.RevealOpens.AddMicroseconds(random.Next(-1, 2)) };

    private static RoundCommand.CloseWindow Close(RoundEvent.Opened opened, DateTimeOffset closes) =>
        new(true) { By = opened.Voters[0].Person, At = closes.AddMicroseconds(-1) };

    private static IEnumerable<RoundCommand> Sometimes(Random random, int oneIn, RoundCommand command) => random.Next(oneIn) == 0 ? [command] : [];

    private static string Json<T>(T value)
        where T : class => JsonSerializer.Serialize(value, value.GetType(), ApiJson.Options);
}
