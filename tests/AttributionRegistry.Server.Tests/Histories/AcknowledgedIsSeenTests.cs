using System.Collections.Concurrent;
using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Tests.Histories;

/// <summary>Whoever was told that an act is recorded decides everything further on a state that has it.</summary>
public sealed class AcknowledgedIsSeenTests
{
    private const int Writers = 12;
    private const int Acts = 150;

    private static readonly Journal<Scores, Mark> Journal = new(
        "marks", new Dictionary<string, Type> { ["mark.made"] = typeof(Mark.Made) },
        (state, mark, _) => (state ?? new Scores(ImmutableDictionary<int, int>.Empty)).With(((Mark.Made)mark).Writer), static _ => false);

    [Fact]
    public async Task Many_writers_of_one_record_each_see_their_own_acts_and_nobody_is_refused_on_an_older_state()
    {
        using var store = await HistoryStore.CreateAsync();
        var stale = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var by = new Caller(store.Entropy.NewId<PersonId>(), new HashSet<Role>());
            for (var done = 0; done < Acts; done++)
            {
                var outcome = await store.Core.RunAsync(by, store.Now, session => Make(session, writer, done), null, CancellationToken.None);
                var seen = store.Core.Load(Journal, "marks").State?.Of(writer) ?? 0;
                if (outcome is not Outcome.Done || seen != done + 1)
                {
                    stale.Add($"writer {writer} after {done}: {outcome}, sees {seen}");
                    return;
                }
            }
        })));
        stale.Should().BeEmpty();
    }

    private static Refusal? Make(Session session, int writer, int done) =>
        (session.Load(Journal, "marks")?.Of(writer) ?? 0) == done
            ? session.Append(Journal, "marks", Decision<Mark>.Accept(new Mark.Made(writer)))
            : Refusal.Conflict("stale", "Decided on an older state.");

    private abstract record Mark
    {
        public sealed record Made(int Writer) : Mark;
    }

    private sealed record Scores(ImmutableDictionary<int, int> Made)
    {
        public int Of(int writer) => Made.GetValueOrDefault(writer);

        public Scores With(int writer) => new(Made.SetItem(writer, Of(writer) + 1));
    }
}
