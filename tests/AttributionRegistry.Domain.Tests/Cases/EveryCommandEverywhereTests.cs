using System.Text.RegularExpressions;
using AttributionRegistry.Domain.Cases;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>Every stage, entered and ready to leave, suspended and not, by every person, every command.</summary>
public sealed partial class EveryCommandEverywhereTests
{
    private static readonly Type[] NeverByRegistrar =
    [
        typeof(CaseCommand.Grade), typeof(CaseCommand.RateCells), typeof(CaseCommand.JudgeAdmissibility), typeof(CaseCommand.SubmitEvidence),
        typeof(CaseCommand.ProposeHypothesis), typeof(CaseCommand.FreezeAssessment), typeof(CaseCommand.FileReview), typeof(CaseCommand.FileContraryMemo),
        typeof(CaseCommand.VoteOnChallenge), typeof(CaseCommand.OpenRound), typeof(CaseCommand.Declare), typeof(CaseCommand.VoteAgain), typeof(CaseCommand.DecidePetition),
        typeof(CaseCommand.AnswerPetition), typeof(CaseCommand.VoteOnPetition), typeof(CaseCommand.VoteInChamber), typeof(CaseCommand.FileAppeal), typeof(CaseCommand.DraftFinding), typeof(CaseCommand.ListAssumption), typeof(CaseCommand.ListGap),
    ];

    public static TheoryData<Stage> AllStages => [.. Stages.All];

    [Fact]
    public void The_catalogue_holds_an_instance_of_every_command() =>
        Catalogue.Of(null, 0).Select(c => c.GetType()).Distinct().Should().BeEquivalentTo(Catalogue.Types);

    [Theory, MemberData(nameof(AllStages))]
    public void No_command_ever_throws_and_every_refusal_says_why_and_changes_nothing(Stage stage)
    {
        foreach (var (state, by, command, decision) in Everything(stage))
        {
            if (decision.Refusal is { } refusal)
            {
                Assert.True(Kebab().IsMatch(refusal.Code) && !string.IsNullOrWhiteSpace(refusal.Message) && decision.Events.Count == 0, refusal.ToString());
            }
            else
            {
                decision.Events.Should().NotBeEmpty("{0} by {1}", command, by);
                state.SuspendedBecause.Should().Match(reason => reason == null || command.Duty.WhileSuspended, "{0} is stopped by a suspension", command);
            }
        }
    }

    [Theory, MemberData(nameof(AllStages))]
    public void Nobody_without_a_role_in_the_case_is_ever_accepted(Stage stage)
    {
        foreach (var (state, by, command, decision) in Everything(stage).Where(e => e.State.RolesOf(e.By).Count == 0))
        {
            var known = command is CaseCommand.FilePetition or CaseCommand.FileAppeal or CaseCommand.VoteOnPetition && state.HasFinding;
            Assert.True(known || decision.IsRefused, $"{command.GetType().Name} by {by.Id}");
            Assert.True(known || command is CaseCommand.Refer || decision.Refusal!.Code == "not-found", $"{command.GetType().Name} by {by.Id}");
        }
    }

    [Theory, MemberData(nameof(AllStages))]
    public void The_registrar_is_never_accepted_for_judging_assessing_or_voting(Stage stage) =>
        Everything(stage).Where(e => e.By == Cast.Registrar && NeverByRegistrar.Contains(e.Command.GetType()))
            .Should().NotBeEmpty().And.OnlyContain(e => e.Decision.IsRefused);

    [Theory, MemberData(nameof(AllStages))]
    public void Auditor_and_operator_change_nothing(Stage stage) =>
        Everything(stage).Where(e => (e.By == Cast.Auditor || e.By == Cast.Operator) && e.Command is not (CaseCommand.Quarantine or CaseCommand.RecordScan or CaseCommand.FilePetition))
            .Should().OnlyContain(e => e.Decision.IsRefused);

    [Theory, MemberData(nameof(AllStages))]
    public void Nobody_is_accepted_for_judging_their_own_work(Stage stage)
    {
        // The same person under every role of the instance at once.
        foreach (var walk in Walks(stage))
        {
            foreach (var submitter in walk.State.Evidence.Select(e => e.SubmittedBy).Distinct())
            {
                var all = new Caller(submitter, Enum.GetValues<Role>().ToHashSet());
                for (var pick = 0; pick < walk.State.Evidence.Count; pick++)
                {
                    Catalogue.Of(walk.State, pick).Where(c => c is CaseCommand.Grade or CaseCommand.JudgeAdmissibility or CaseCommand.FileReview or CaseCommand.AnswerPetition or CaseCommand.DecidePetition)
                        .Should().OnlyContain(c => walk.Try(all, c).IsRefused);
                }
            }
        }
    }

    [Theory]
    [InlineData(Stage.Opened)]
    [InlineData(Stage.Collecting)]
    [InlineData(Stage.Assessing)]
    [InlineData(Stage.Reviewing)]
    [InlineData(Stage.Replying)]
    [InlineData(Stage.Deliberating)]
    [InlineData(Stage.Voting)]
    public void For_a_recused_member_there_is_no_case(Stage stage)
    {
        var walk = CaseBuilder.At(stage);
        var member = new Caller(walk.Member(3).Id, Enum.GetValues<Role>().ToHashSet());
        walk.Do(Cast.Officer, new CaseCommand.Recuse(member.Id, "A cousin.") { By = X, At = T });
        Catalogue.Of(walk.State, 0).Where(c => c is not CaseCommand.Refer).Should().OnlyContain(c => walk.Try(member, c).Refusal!.Code == "not-found");
    }

    [Fact]
    public void The_transitions_that_happen_are_those_of_the_table_and_of_votes_publication_and_petition()
    {
        var found = CaseBuilder.At(Stage.Revised).Log.Select(e => e.Event).OfType<CaseEvent.Moved>().Select(m => (m.From, m.To)).ToHashSet();
        found.UnionWith(Stages.All.SelectMany(Everything).SelectMany(e => e.Decision.Events).OfType<CaseEvent.Moved>().Select(m => (m.From, m.To)));
        var without = Referred(nobodyNamed: true).Reviewing().ReadyToReply();
        found.UnionWith(without.Move(without.Chair, Stage.Deliberating, MoveTo(Stage.Deliberating)).Log.Select(e => e.Event).OfType<CaseEvent.Moved>().Select(m => (m.From, m.To)));
        foreach (var standing in Stages.Standing)
        {
            // A second admitted petition brings the case back to reconsideration from wherever the first one left it.
            var back = CaseBuilder.At(standing).Petition(Cast.Stranger).Admit().Petition(Cast.Stranger).Admit().Ruled(standing switch
            {
                Stage.Revised => PetitionOutcome.ConfidenceLowered,
                Stage.Corrected => PetitionOutcome.Corrected,
                _ => PetitionOutcome.Upheld,
            });
            if (standing == Stage.Published)
            {
                continue;
            }

            back.State.Stage.Should().Be(standing);
            found.UnionWith(back.Move(Cast.Judge, Stage.Reconsidering).Log.Select(e => e.Event).OfType<CaseEvent.Moved>().Select(m => (m.From, m.To)));
        }

        (Stage, Stage)[] others =
        [
            (Stage.Voting, Stage.Adopted), (Stage.Voting, Stage.NotAdopted), (Stage.NotAdopted, Stage.Voting), (Stage.Adopted, Stage.Published), (Stage.NotAdopted, Stage.Published),
            (Stage.Adopted, Stage.Revised), .. Stages.Standing.Select(s => (s, Stage.Corrected)), .. Stages.Standing.Select(s => (s, Stage.Reconsidering)),
            (Stage.Reconsidering, Stage.Upheld), (Stage.Reconsidering, Stage.Corrected), (Stage.Reconsidering, Stage.Revised),
            (Stage.Reconsidering, Stage.Assessing), (Stage.Reconsidering, Stage.Withdrawn),
        ];
        found.Should().BeEquivalentTo(Transitions.Allowed.Concat(others).Distinct());
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    private static partial Regex Kebab();

    private static IEnumerable<CaseBuilder> Walks(Stage stage)
    {
        foreach (var walk in new[] { CaseBuilder.At(stage), ReadyToLeave(stage) })
        {
            yield return walk;
            if (Stages.Suspendable.Contains(stage))
            {
                yield return walk.Copy().Do(Cast.Officer, new CaseCommand.Suspend("A threat.") { By = X, At = T });
            }
        }
    }

    private static IEnumerable<(Case State, Caller By, CaseCommand Command, Decision<CaseEvent> Decision)> Everything(Stage stage)
    {
        foreach (var walk in Walks(stage))
        {
            CaseCommand[] commands = [.. Catalogue.Of(walk.State, 1), .. Catalogue.Of(walk.State, 2)];
            var members = walk.State.Panel?.Sitting.Take(2).Select(s => Cast.Member(s.Person)) ?? [];
            foreach (var by in Cast.Staff.Concat(members))
            {
                foreach (var command in commands)
                {
                    yield return (walk.State, by, command, walk.Try(by, command));
                }
            }

            // Whoever proposed first, somebody else may be the second.
            foreach (var second in walk.State.Stage == Stage.Reconsidering && walk.State.SuspendedBecause is null ? Enum.GetValues<PetitionOutcome>() : [])
            {
                if (second is PetitionOutcome.Upheld or PetitionOutcome.Revised)
                {
                    continue;
                }

                var proposed = walk.Copy();
                var ruling = proposed.Ruling(second);
                proposed.Do(Cast.Judge, ruling);
                yield return (proposed.State, Cast.OtherJudge, ruling, proposed.Try(Cast.OtherJudge, ruling));
            }

            if (Stages.Standing.Contains(stage))
            {
                var corrected = walk.Copy().Do(Cast.Registrar, Correction);
                yield return (corrected.State, corrected.Chair, Correction, corrected.Try(corrected.Chair, Correction));
            }
        }
    }
}
