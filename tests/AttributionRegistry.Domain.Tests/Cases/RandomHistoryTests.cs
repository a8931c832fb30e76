using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using AttributionRegistry.Domain.Cases;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>Two thousand histories of sixty commands each, by anybody, in any order. The seed is the number of the history.</summary>
public sealed class RandomHistoryTests
{
    private static readonly Stage[] Starts = [.. Stages.All.Where(s => s is not (Stage.Merged or Stage.Referred)), Stage.Reconsidering, Stage.Adopted, Stage.Collecting];

    private static readonly Dictionary<Stage, CaseBuilder> Ready = Starts.Distinct().ToDictionary(s => s, ReadyToLeave);

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 8)];

    [Theory, MemberData(nameof(Batches))]
    public void Whatever_happens_in_a_case_the_record_keeps_its_promises(int batch)
    {
        var accepted = 0;
        for (var seed = batch * 250; seed < (batch + 1) * 250; seed++)
        {
            accepted += History(seed);
        }

        accepted.Should().BeGreaterThan(250 * 5, "histories in which everything is refused test nothing");
    }

    private static int History(int seed)
    {
        var random = new Random(seed);
        var walk = Ready[Starts[seed % Starts.Length]].Copy();
        var accepted = 0;
        for (var step = 0; step < 60; step++)
        {
            walk.Wait(TimeSpan.FromHours(random.Next(0, 40)));
            var commands = Catalogue.Of(walk.State, random.Next(0, 10_000) + (step * 10_000) + 1);
            var command = commands[random.Next(commands.Count)];
            var people = Cast.Staff.Concat(walk.State.Panel?.Seats.Select(s => Cast.Member(s.Person)) ?? []).ToList();
            var able = people.Where(p => walk.State.RolesOf(p).Overlaps(command.Duty.By)).ToList();
            var by = able.Count > 0 && random.Next(8) > 0 ? able[random.Next(able.Count)] : people[random.Next(people.Count)];
            var before = walk.State;
            if (walk.Try(by, command).IsRefused)
            {
                continue;
            }

            walk.Do(by, command);
            accepted++;
            Holds(before, walk, seed);
        }

        var folded = walk.Log.Aggregate((Case?)null, (state, e) => CaseDecider.Evolve(state, e.Event, e.Recorded))!;
        Assert.Equal(Dump(walk.State), Dump(folded));
        return accepted;
    }

    private static void Holds(Case before, CaseBuilder walk, int seed)
    {
        var state = walk.State;
        Promise(state.Evidence.All(e => CustodyChain.Check(e.Custody) is null), "custody has no gap");
        Promise(state.Evidence.All(e => e.Gradings.All(g => g.By != e.SubmittedBy)), "nobody grades their own");
        Promise(before.Evidence.Zip(state.Evidence).All(p => p.First.Id == p.Second.Id && p.Second.Gradings.Take(p.First.Gradings.Count).SequenceEqual(p.First.Gradings)), "evidence and grades only grow");
        Promise(state.Evidence.All(e => e.ReleasedTo <= Widest(e)), "no release is wider than the label");
        Promise(state.Versions.Take(before.Versions.Count).SequenceEqual(before.Versions), "versions only grow");
        Promise(state.Versions.All(v => v.ProposedBy != v.ConfirmedBy), "two people publish");
        Promise(state.Versions.Select(v => v.Version).SequenceEqual(Enumerable.Range(1, state.Versions.Count)), "versions are numbered without gap");
        Promise(state.Panel?.Chair is not { } chair || state.Panel.Sitting.Any(s => s.Person == chair), "the chair sits");
        Promise(state.Panel is null || state.Panel.Sitting.All(s => !state.Recused.Contains(s.Person) && !state.FormerPanel.Except(state.Panel.Seats.Select(x => x.Person)).Contains(s.Person)), "nobody recused or of a former panel sits");
        Promise(state.Panel is null || state.Panel.Sitting.All(s => state.Evidence.All(e => e.SubmittedBy != s.Person) && !state.Assigned.ContainsKey(s.Person)), "nobody who worked sits");
        Promise(state.Panel is null || state.Panel.Sitting.Count() <= state.Panel.Size, "the panel has no seat too many");
        Promise(state.Stage == before.Stage || walk.Log.Skip(1).Any(e => e.Event is CaseEvent.Moved m && m.To == state.Stage && m.From == before.Stage), "a stage changes by Moved");
        Promise(state.Rounds.Count(r => r.Outcome is null) <= 1, "one round at a time");
        Promise(state.Petitions.Count >= before.Petitions.Count && state.Replies.Count >= before.Replies.Count && state.Services.Count >= before.Services.Count, "nothing is taken back");
        Promise(before.Pending is null || state.Pending is null || ReferenceEquals(before.Pending, state.Pending), "a pending act is not replaced by another");

        void Promise(bool kept, string what) => Assert.True(kept, $"{what} (history {seed}, {walk.Log[^1].Event.GetType().Name})");
    }

    private static Audience Widest(EvidenceItem item) => item.Tlp switch
    {
        Domain.Scales.Tlp.Clear => Audience.Public,
        Domain.Scales.Tlp.Green or Domain.Scales.Tlp.Amber => Audience.Parties,
        _ => Audience.Case,
    };

    /// <summary>The whole state as text, dictionaries and sets in order: equal texts are equal states.</summary>
    private static string Dump(object? value)
    {
        var text = new StringBuilder();
        Write(value);
        return text.ToString();

        void Write(object? each)
        {
            switch (each)
            {
                case null:
                    text.Append('-');
                    break;
                case string or Enum or bool or int or long:
                    text.Append(each);
                    break;
                case DateTimeOffset at:
                    text.Append(at.UtcTicks.ToString(CultureInfo.InvariantCulture));
                    break;
                case IEnumerable list when each.GetType() is var t && t.IsGenericType && t.GetGenericTypeDefinition() is var d && (d.Name.Contains("Dictionary") || d.Name.Contains("HashSet")):
                    text.Append('{').AppendJoin(',', list.Cast<object>().Select(Dump).Order(StringComparer.Ordinal)).Append('}');
                    break;
                case IEnumerable list:
                    text.Append('[');
                    foreach (var item in list)
                    {
                        Write(item);
                        text.Append(',');
                    }

                    text.Append(']');
                    break;
                default:
                    text.Append('(');
                    foreach (var property in Properties(each.GetType()))
                    {
                        text.Append(property.Name).Append('=');
                        Write(property.GetValue(each));
                        text.Append(';');
                    }

                    text.Append(')');
                    break;
            }
        }
    }

    private static readonly Dictionary<Type, PropertyInfo[]> Known = [];

    private static PropertyInfo[] Properties(Type type)
    {
        lock (Known)
        {
            return Known.TryGetValue(type, out var found)
                ? found
                : Known[type] = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && p.CanWrite)];
        }
    }
}
