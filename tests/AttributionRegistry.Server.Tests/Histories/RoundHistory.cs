using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Storage;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Histories;

internal enum Deed
{
    Commit, CommitNext, CommitAgain, Equivocate, WrongPrevious, OthersKey, Unsigned, WrongRound, SkipRevision,
    Open, OpenSuperseded, OpenWrongSalt, OpenOthers, OpenAnother,
    Remove, Close, CloseForReal, Extend, Count, Raise, Vote, Decide, Restart,
}

/// <summary>How far the clock moves before the deed.</summary>
internal enum Pace
{
    Not, Little, BeforeBoundary, OnBoundary,
}

/// <summary>One deed of a history: what of it depends on the state is looked up when it is done, so that any part of a history is one.</summary>
internal sealed record Step(Deed Deed, Pace Pace, int Member, int Other, int Choice);

/// <summary>A store with rounds in it, and the clock that all of its histories share.</summary>
internal sealed class HistoryStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("histories-").FullName;

    private HistoryStore()
    {
        Entropy = new Entropy(Clock);
        (Store, Core) = Opened();
    }

    public static DateTimeOffset Noon { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Clock { get; } = new(Noon);

    public Entropy Entropy { get; }

    public RegistryStore Store { get; private set; }

    public RegistryCore Core { get; private set; }

    public IncidentId Incident { get; private set; }

    public DateTimeOffset Now => Instant.Whole(Clock.GetUtcNow());

    public static async Task<HistoryStore> CreateAsync()
    {
        var made = new HistoryStore();
        made.Incident = made.Entropy.NewId<IncidentId>();
        var outcome = await made.Core.RunAsync(
            new Caller(made.Entropy.NewId<PersonId>(), new HashSet<Role> { Role.Registrar }), made.Now,
            session => session.Append(CaseJournal.Definition, CaseJournal.Stream(made.Incident), Decision<CaseEvent>.Accept(new CaseEvent.Referred(
                made.Incident, new IncidentFacts { Name = "Test", Summary = new Text("A test."), VictimStates = ["UA"] }, false, VictimConsent.Given))),
            null, CancellationToken.None);
        outcome.Should().BeOfType<Outcome.Done>();
        return made;
    }

    /// <summary>What a restart leaves: the disk.</summary>
    public void Restart()
    {
        Store.Dispose();
        (Store, Core) = Opened();
    }

    /// <summary>The round as the disk has it, folded by a reader that remembers nothing.</summary>
    public Round Refolded(RoundId round) => new RegistryCore(Store, Entropy, new byte[32]).Load(RoundJournal.Definition, RoundJournal.Stream(round)).State!;

    public Task<Outcome> RunAsync(RoundId round, PersonId by, RoundCommand command) => Core.RunAsync(
        new Caller(by, new HashSet<Role>()), command.At,
        session => RoundActs.Decide(session, round, session.Load(RoundJournal.Definition, RoundJournal.Stream(round))!, command), null, CancellationToken.None);

    public async Task<RoundEvent.Opened> OpenAsync(int seats, int sitting, TimeSpan commit, TimeSpan gap, TimeSpan reveal)
    {
        var (id, now) = (Entropy.NewId<RoundId>(), Now);
        var opened = new RoundEvent.Opened(
            id, Incident, 2, true, seats, VoteMode.RollCall,
            [.. Enumerable.Range(0, sitting).Select(n => new Voter(Entropy.NewId<PersonId>(), (Region)(n % 5), Key(n), "spki"))],
            [new Question("Q1", Level.Group, ["H1", "OTHER"], "OTHER")], [Evidence], Sha256Hex.Of("root"), RuleSet.Default, Sha256Hex.Of("rules"),
            now, now + commit, now + commit + gap, now + commit + gap + reveal);
        var outcome = await Core.RunAsync(
            new Caller(opened.Voters[0].Person, new HashSet<Role>()), now,
            session => session.Append(RoundJournal.Definition, RoundJournal.Stream(id), RoundDecider.Decide(null, new RoundCommand.Open(opened) { By = session.By.Id, At = now })),
            null, CancellationToken.None);
        outcome.Should().BeOfType<Outcome.Done>();
        return opened;
    }

    public static EvidenceId Evidence { get; } = TypedId.From<EvidenceId>(Guid.Parse("01900000-0000-7000-8000-000000000001"));

    public static string Key(int member) => $"k-{member:x16}";

    /// <summary>What a ballot of these histories says; its text is the answer and the revision that it belongs to.</summary>
    public static IReadOnlyDictionary<string, Answer> AnswersOf(string ballot) => new Dictionary<string, Answer>
    {
        ["Q1"] = ballot.Split(' ')[0] switch
        {
            "support" => new Answer.Judgement(new Dictionary<string, int> { ["H1"] = 9000, ["OTHER"] = 1000 }, Confidence.High, [Evidence.Value]),
            "other" => new Answer.Judgement(new Dictionary<string, int> { ["H1"] = 3000, ["OTHER"] = 7000 }, Confidence.Moderate, [Evidence.Value]),
            "abstain" => new Answer.Abstain(),
            _ => new Answer.Unreadable("not an answer"),
        },
    };

    public static string Json(Round round) => JsonSerializer.Serialize(round, ApiJson.Options);

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (RegistryStore, RegistryCore) Opened()
    {
        var store = RegistryStore.Open(new StoreOptions(Path.Combine(_folder, "data"), Path.Combine(_folder, "keys"), "registry.test/log", Entropy.Bytes), Clock.GetUtcNow());
        return (store, new RegistryCore(store, Entropy, new byte[32]));
    }
}

/// <summary>Makes random histories, does them on a store and on the model, and compares after every deed and at the end.</summary>
internal sealed class RoundHistory(HistoryStore store, IReadOnlyList<Step> steps, int sitting)
{
    private static readonly Deed[] Common = [Deed.Commit, Deed.Commit, Deed.Commit, Deed.CommitNext, Deed.Open, Deed.Open, Deed.Open, Deed.Vote, Deed.Count];

    private readonly RoundModel _model = new(11, sitting, store.Now, TimeSpan.FromDays(2), TimeSpan.FromMinutes(10), TimeSpan.FromDays(1));
    private readonly Dictionary<string, (string Answer, string Ballot)> _sealed = [];
    private readonly List<MotionId> _motions = [];
    private RoundEvent.Opened _round = null!;
    private int _stored;
    private int _made;

    public static (IReadOnlyList<Step> Steps, int Sitting) Random(int seed)
    {
        var random = new Random(seed);
        var sitting = random.Next(7, 12);
        var steps = new List<Step>();
        void Add(Deed deed, Pace pace, int? member = null) => steps.Add(new Step(deed, pace, member ?? random.Next(sitting), random.Next(sitting), random.Next(1000)));
        void Noise(int most, int paces)
        {
            for (var i = random.Next(most + 1); i > 0; i--)
            {
                var deed = random.Next(3) == 0 ? Common[random.Next(Common.Length)] : (Deed)random.Next((int)Deed.Restart);
                Add(random.Next(400) == 0 ? Deed.Restart : deed, (Pace)random.Next(paces));
            }
        }

        // Most members vote in most histories, else nothing is ever decided; between them comes what may.
        foreach (var member in Enumerable.Range(0, sitting).Where(_ => random.Next(8) > 0).ToList())
        {
            Add(Deed.Commit, Pace.Little, member);
            Noise(1, 2);
        }

        Noise(4, 4);
        Add(Deed.Count, Pace.OnBoundary);
        Add(Deed.Count, Pace.OnBoundary);
        var openers = random.Next(3) == 0 ? 2 : 9;
        foreach (var member in Enumerable.Range(0, sitting).Where(_ => random.Next(10) < openers).ToList())
        {
            Add(Deed.Open, Pace.Little, member);
            Noise(1, 2);
        }

        Noise(5, 4);
        Add(Deed.Count, Pace.OnBoundary);
        Noise(3, 4);
        Add(Deed.Count, Pace.OnBoundary);
        Add(Deed.Count, Pace.OnBoundary);
        return (steps, sitting);
    }

    /// <summary>Null, or where the registry departs from the model.</summary>
    public async Task<string?> RunAsync()
    {
        _round = await store.OpenAsync(11, sitting, TimeSpan.FromDays(2), TimeSpan.FromMinutes(10), TimeSpan.FromDays(1));
        (_stored, var at) = (1, 0);
        foreach (var step in steps)
        {
            at++;
            Move(step.Pace);
            var (expected, actual, events) = await DoAsync(step);
            if (expected != actual)
            {
                return $"deed {at} {step}: the model says {expected}, the registry {actual}";
            }

            _stored += events;
            if (Version != _stored)
            {
                return $"deed {at} {step}: {actual}, and the record has {Version} events instead of {_stored}";
            }
        }

        return AtTheEnd();
    }

    private long Version => store.Core.Load(RoundJournal.Definition, RoundJournal.Stream(_round.Round)).Version;

    private string? AtTheEnd()
    {
        var kept = store.Core.Load(RoundJournal.Definition, RoundJournal.Stream(_round.Round)).State!;
        var refolded = store.Refolded(_round.Round);
        if (HistoryStore.Json(kept) != HistoryStore.Json(refolded))
        {
            return "what is in memory is not what the disk folds to";
        }

        if (refolded.Result is not { } result)
        {
            return _model.Counted is null ? null : "the model has counted, the registry has not";
        }

        var recount = JsonSerializer.Serialize(Tally.Count(refolded.ToTallyInput(HistoryStore.AnswersOf)), ApiJson.Options);
        if (recount != JsonSerializer.Serialize(result, ApiJson.Options))
        {
            return "a recount from the record is not what was stored";
        }

        var (question, model) = (result.Questions["Q1"], _model.Counted);
        var actual = new ModelCount(
            result.Eligible, question.Counts.Votes, question.Counts.Abstained, question.Counts.Spoiled, question.Counts.Unrevealed, question.Counts.Absent,
            question.Counts.Void, result.Rejected.GetValueOrDefault(Rejection.NotEligible), question.Support["H1"], question.Outcome.ToString());
        return actual != model ? $"the model counts {model}, the registry {actual}"
            : question.Counts.Total != result.Eligible ? "V-30: the parts do not add up to E"
            : result.Rejected.Keys.Any(r => r != Rejection.NotEligible) ? "an accepted envelope was rejected in the count"
            : refolded.Openings.GroupBy(o => o.BallotKeyId).Any(g => g.Count() > 1) ? "more than one ballot of a member was opened"
            : null;
    }

    private void Move(Pace pace)
    {
        var now = store.Now;
        var next = _model.Boundaries.Where(b => b > now).Order().Select(b => (DateTimeOffset?)b).FirstOrDefault();
        store.Clock.SetUtcNow(pace switch
        {
            Pace.Little => now.AddMicroseconds(1),
            Pace.BeforeBoundary when next is { } there && there.AddMicroseconds(-1) > now => there.AddMicroseconds(-1),
            Pace.OnBoundary when next is { } there => there,
            _ => now,
        });
    }

    private async Task<(string Expected, string Actual, int Events)> DoAsync(Step step)
    {
        var (now, me) = (store.Now, _model.Members[step.Member]);
        var answer = RoundModel.Answers[step.Choice % 10 < 6 ? 0 : step.Choice % 4];
        switch (step.Deed)
        {
            case Deed.Commit or Deed.CommitNext:
                return await CommitAsync(step.Member, step.Member, (me.Last?.Revision ?? 0) + 1, me.Last?.Digest, answer);
            case Deed.CommitAgain when me.Chain.Count > 0:
                var again = me.Chain[step.Choice % me.Chain.Count];
                return await CommitAsync(step.Member, step.Member, again.Revision, null, answer, digest: again.Digest);
            case Deed.Equivocate when me.Last is { } last:
                return await CommitAsync(step.Member, step.Member, last.Revision, null, answer);
            case Deed.WrongPrevious:
                return await CommitAsync(step.Member, step.Member, (me.Last?.Revision ?? 0) + 1, Sha256Hex.Of("another"), answer);
            case Deed.SkipRevision:
                return await CommitAsync(step.Member, step.Member, (me.Last?.Revision ?? 0) + 2, me.Last?.Digest, answer);
            case Deed.OthersKey:
                return await CommitAsync(step.Member, step.Other, 1, null, answer);
            case Deed.Unsigned:
                return await CommitAsync(step.Member, step.Member, (me.Last?.Revision ?? 0) + 1, me.Last?.Digest, answer, signed: false);
            case Deed.WrongRound:
                return await CommitAsync(step.Member, step.Member, (me.Last?.Revision ?? 0) + 1, me.Last?.Digest, answer, round: 1);
            case Deed.Open:
                return await OpenAsync(step.Member, step.Member, me.Last?.Digest);
            case Deed.OpenSuperseded when me.Chain.Count > 0:
                return await OpenAsync(step.Member, step.Member, me.Chain[step.Choice % me.Chain.Count].Digest);
            case Deed.OpenWrongSalt or Deed.OpenAnother:
                return await OpenAsync(step.Member, step.Member, null);
            case Deed.OpenOthers:
                return await OpenAsync(step.Member, step.Other, _model.Members[step.Other].Last?.Digest);
            case Deed.Remove when step.Choice % 4 == 0:
                return await RunAsync(_model.Remove(step.Member, now), step.Other, new RoundCommand.Remove(Person(step.Member)) { By = Person(step.Other), At = now });
            case Deed.Close when step.Choice % 8 == 0:
                return await RunAsync(_model.CloseWindow(true, now), 0, new RoundCommand.CloseWindow(true) { By = Person(0), At = now });
            case Deed.CloseForReal:
                return await RunAsync(_model.CloseWindow(false, now), 0, new RoundCommand.CloseWindow(false) { By = Person(0), At = now });
            case Deed.Extend:
                return await RunAsync(_model.Extend(now), 0, new RoundCommand.ExtendForUnrevealed(HistoryStore.AnswersOf) { By = Person(0), At = now });
            case Deed.Count:
                return await RunAsync(_model.Count(now), 0, new RoundCommand.Count(HistoryStore.AnswersOf) { By = Person(0), At = now });
            case Deed.Raise:
                return await RaiseAsync(step, now);
            case Deed.Vote or Deed.Decide:
                return await DecideAsync(step, now);
            case Deed.Restart:
                store.Restart();
                return (Answered.Nothing, Answered.Nothing, 0);
            default:
                return (Answered.Nothing, Answered.Nothing, 0);
        }
    }

    private async Task<(string, string, int)> CommitAsync(
        int by, int key, int revision, string? previous, string answer, string? digest = null, bool signed = true, int round = 2)
    {
        digest ??= Sha256Hex.Of($"{_round.Round} {_made++}");
        _sealed.TryAdd(digest, (answer, $"{answer} {digest}"));
        var expected = _model.Commit(by, key, round == 2, signed, revision, previous, digest, store.Now);
        return await RunAsync(expected, by, new RoundCommand.Commit(
            new Envelope(HistoryStore.Key(key), revision, previous, Sha256Hex.Of(digest), "nonce", digest, "signature", default), store.Incident.Value, round, signed)
        { By = Person(by), At = store.Now });
    }

    private async Task<(string, string, int)> OpenAsync(int by, int key, string? digest)
    {
        var (answer, ballot) = digest is null ? ("support", "support made up") : _sealed[digest];
        var extends = _model.AutomaticallyExtended;
        var expected = _model.Open(by, key, digest, answer, store.Now);
        if (expected == Answered.Done)
        {
            _model.OpenedAt(store.Now);
        }

        var reproduces = digest is not null && digest == _model.Members[key].Last?.Digest;
        return await RunAsync(
            expected, by, new RoundCommand.OpenBallot(HistoryStore.Key(key), ballot, "salt", reproduces) { By = Person(by), At = store.Now, ReadAnswers = HistoryStore.AnswersOf },
            expected == Answered.Done && extends != _model.AutomaticallyExtended ? 2 : 1);
    }

    private async Task<(string, string, int)> RaiseAsync(Step step, DateTimeOffset now)
    {
        var (reveal, seconds) = (step.Choice % 2 == 0, step.Choice % 11 == 0 ? 10_000_000 : 60 * (1 + step.Choice));
        var id = store.Entropy.NewId<MotionId>();
        var expected = _model.Raise(step.Member, reveal, seconds, now);
        if (expected == Answered.Done)
        {
            _motions.Add(id);
        }

        return await RunAsync(expected, step.Member, new RoundCommand.RaiseMotion(
            id, reveal ? MotionKind.ExtendReveal : MotionKind.ExtendCommit, seconds, new Text("A reason.")) { By = Person(step.Member), At = now });
    }

    private async Task<(string, string, int)> DecideAsync(Step step, DateTimeOffset now)
    {
        var which = _motions.Count == 0 ? 0 : step.Choice % _motions.Count;
        var id = _motions.Count == 0 ? store.Entropy.NewId<MotionId>() : _motions[which];
        var windows = (_model.CommitExtended, _model.RevealExtended);
        var decided = _motions.Count > 0 && _model.Motions[which].Decided;
        var vote = (step.Choice % 7) switch { 0 => MotionVote.Abstain, 1 or 2 => MotionVote.No, _ => MotionVote.Yes };
        var expected = step.Deed == Deed.Vote
            ? _model.VoteOn(step.Member, which, vote == MotionVote.Yes ? "yes" : vote == MotionVote.No ? "no" : "abstain", now)
            : _model.DecideOn(which, now);
        var events = (step.Deed == Deed.Vote ? 1 : 0) + (_motions.Count > 0 && _model.Motions[which].Decided != decided ? 1 : 0) +
            (windows != (_model.CommitExtended, _model.RevealExtended) ? 1 : 0);
        return await RunAsync(
            expected, step.Member,
            step.Deed == Deed.Vote ? new RoundCommand.VoteOnMotion(id, vote) { By = Person(step.Member), At = now } : new RoundCommand.DecideMotion(id) { By = Person(step.Member), At = now },
            events);
    }

    private async Task<(string Expected, string Actual, int Events)> RunAsync(string expected, int by, RoundCommand command, int events = 1)
    {
        var actual = await store.RunAsync(_round.Round, Person(by), command) switch
        {
            Outcome.Refused(var refusal) => refusal.Code,
            Outcome.Done { Session.IsEmpty: true } => Answered.Nothing,
            Outcome.Done => Answered.Done,
            var other => other.ToString(),
        };
        return (expected, actual, expected == Answered.Done ? events : 0);
    }

    private PersonId Person(int member) => _round.Voters[member].Person;
}
