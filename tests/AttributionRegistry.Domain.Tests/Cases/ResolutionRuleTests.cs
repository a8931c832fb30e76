using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class ResolutionRuleTests
{
    private static CaseCommand.ResolveQuestion Fact(CaseBuilder walk, string question = "Q1") => new(
        question, walk.State.Hypotheses[0].Id, LaterFact.Conviction, Date("2031"), new Text("A court said so."), [new Source("https://court.example/1")],
        new PanelScore(11, 3, 2)) { By = X, At = T };

    [Fact]
    public void V_41_Two_different_people_record_a_later_fact_and_the_finding_stays_as_it_is()
    {
        var walk = CaseBuilder.At(Stage.Published);
        var fact = Fact(walk);
        walk.Do(Cast.Registrar, fact).Refused(Cast.Registrar, fact, "second-person-required").Refused(Cast.Officer, fact with { Words = new Text("Another court.") }, "act-pending");
        walk.Do(Cast.Officer, fact);
        (walk.State.Resolutions.Count, walk.State.Stage, walk.State.Versions.Count, walk.State.Pending).Should().Be((1, Stage.Published, 1, null));
    }

    [Fact]
    public void V_41_Only_a_sourced_fact_about_a_question_that_was_asked_settles_it()
    {
        var walk = CaseBuilder.At(Stage.Published);
        walk.Refused(Cast.Registrar, Fact(walk, "Q9"), "question-unknown")
            .Refused(Cast.Registrar, Fact(walk) with { Truth = HypothesisId.Of($"hyp_{99:x32}") }, "truth-not-asked")
            .Refused(Cast.Registrar, Fact(walk) with { Sources = [] }, "resolution-unsourced")
            .Refused(Cast.Registrar, Fact(walk) with { Sources = [new Source("I remember", SourceStatus.Memory)] }, "resolution-unsourced")
            .Refused(Cast.Registrar, Fact(walk) with { Words = new Text(" ") }, "resolution-empty")
            .Refused(Cast.Lead, Fact(walk), "role-required");
        CaseBuilder.At(Stage.Adopted).Refused(Cast.Registrar, Fact(CaseBuilder.At(Stage.Adopted)), "wrong-stage");
    }
}
