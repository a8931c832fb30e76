using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>Copies and their originals, labels and their history, sources under pseudonyms, circular reporting.</summary>
public sealed class ProvenanceRuleTests
{
    private static CaseBuilder OneItem(Tlp tlp = Tlp.Clear) => At(Stage.Collecting).Item(Described(tlp));

    private static EvidenceId First(CaseBuilder walk) => walk.State.Evidence[0].Id;

    [Fact]
    public void E3_A_copy_commits_to_the_bytes_of_its_original()
    {
        var walk = OneItem();
        walk.Submit(Described(Tlp.Clear, null, CopyOf(First(walk))));
        walk.State.Evidence[1].From.Should().Equal(new DerivedFrom(First(walk), Derivation.Redaction, $"commitment to {First(walk)}"));
    }

    [Fact]
    public void E3_Nothing_is_derived_from_an_item_without_sealed_bytes()
    {
        var walk = At(Stage.Collecting).Submit(Described());
        walk.Refused(Cast.Analyst, Copy(walk, CopyOf(First(walk))), "original-unsealed");
    }

    [Fact]
    public void E3_Nothing_is_derived_from_damaged_bytes()
    {
        var walk = OneItem();
        walk.Do(Cast.Auditor, new CaseCommand.Quarantine(First(walk), Sha256Hex.Of("other")) { By = X, At = T })
            .Refused(Cast.Analyst, Copy(walk, CopyOf(First(walk))), "evidence-not-usable");
    }

    [Fact]
    public void E3_A_copy_says_with_which_tool_and_by_whom_it_was_made()
    {
        var walk = OneItem();
        walk.Refused(Cast.Analyst, Copy(walk, new Parent(First(walk), Derivation.Redaction)), "activity-missing")
            .Refused(Cast.Analyst, Copy(walk, new Parent(First(walk), Derivation.Redaction, Made with { Operator = "" })), "activity-missing")
            .Refused(Cast.Analyst, Copy(walk, new Parent(First(walk), Derivation.Redaction, Made with { StartedAt = Start, EndedAt = Start.AddHours(-1) })), "activity-times")
            .Refused(Cast.Analyst, Copy(walk, new Parent(First(walk), Derivation.Redaction, Made with { EndedAt = walk.Now.AddYears(1) })), "activity-times")
            .Do(Cast.Analyst, Copy(walk, CopyOf(First(walk))));
    }

    [Fact]
    public void E3_A_custodian_submits_copies_and_no_new_evidence()
    {
        var walk = OneItem();
        walk.Refused(Cast.Custodian, Copy(walk), "role-required").Do(Cast.Custodian, Copy(walk, CopyOf(First(walk))));
    }

    [Fact]
    public void E6_A_copy_is_no_way_around_the_label_of_its_original()
    {
        var walk = OneItem(Tlp.Red);
        var copy = Copy(walk, CopyOf(First(walk)));
        walk.Refused(Cast.Analyst, copy, "source-consent-missing")
            .Do(Cast.Analyst, copy with { Described = copy.Described with { SourceConsent = "Letter of 3 March." } });
        walk.State.Evidence[1].SourceConsent.Should().Be("Letter of 3 March.");
    }

    [Fact]
    public void E3_A_copy_freed_of_metadata_comes_with_its_bytes_and_with_what_was_found()
    {
        var walk = OneItem();
        var original = walk.State.Evidence[0];
        var report = new MetadataReport("image/jpeg", [new MetadataEntry("GPS", "Latitude", "48° 51'")]);
        walk.Do(Cast.Custodian, new CaseCommand.SubmitStripped(walk.New<EvidenceId>(), Described(Tlp.Clear, null, Stripped(First(walk))), Bytes("less"), report)
        {
            By = X, At = T, Commitments = Committed(First(walk)),
        });
        walk.State.Evidence[0].Should().BeSameAs(original);
        var copy = walk.State.Evidence[1];
        copy.Metadata.Should().Be(report);
        copy.Payload!.Sha256.Should().Be(Bytes("less").Sha256);
        CustodyChain.Check(copy.Custody).Should().BeNull();
    }

    [Fact]
    public void E6_The_history_of_labels_and_releases_keeps_consent_and_reason()
    {
        var walk = OneItem(Tlp.Red);
        walk.Refused(Cast.Custodian, Label(walk, Tlp.Amber, "Letter.") with { Reason = " " }, "reason-missing")
            .Do(Cast.Custodian, Label(walk, Tlp.Amber, "Letter of 1 March."))
            .Refused(Cast.Custodian, Label(walk, Tlp.Amber, null), "label-unchanged")
            .Do(Cast.Custodian, Release(walk, Audience.Parties))
            .Do(Cast.Custodian, Label(walk, Tlp.Clear, "Letter of 3 March."))
            .Do(Cast.Custodian, Release(walk, Audience.Public));
        var item = walk.State.Evidence[0];
        item.Labellings.Select(l => (l.From, l.To, l.SourceConsent, l.Reason)).Should().Equal(
            (Tlp.Red, Tlp.Amber, "Letter of 1 March.", "Asked for."), (Tlp.Amber, Tlp.Clear, "Letter of 3 March.", "Asked for."));
        item.Releases.Select(r => (r.To, r.Under, r.SourceConsent)).Should().Equal(
            (Audience.Parties, Tlp.Amber, "Letter of 1 March."), (Audience.Public, Tlp.Clear, "Letter of 3 March."));
    }

    [Fact]
    public void P4_A_rewritten_gist_keeps_the_old_words_and_has_to_be_served_again()
    {
        var walk = OneItem(Tlp.Red);
        walk.Gist(First(walk)).Do(Cast.Custodian, new CaseCommand.WriteGist(First(walk), new Text("Two sensors saw it."), "source-protection", "the panel") { By = X, At = T });
        walk.State.Evidence[0].Gists.Select(g => g.Gist.Value).Should().Equal("A sensor saw it.", "Two sensors saw it.");
        walk.State.Evidence[0].GistServedOn.Should().BeEmpty();
    }

    [Fact]
    public void P2_A_living_source_is_known_by_its_number_and_its_name_is_no_part_of_the_description()
    {
        var walk = At(Stage.Collecting);
        walk.Submit(Described() with { SourceName = "Ada Example" }).Submit(Described() with { SourceName = "Bob Example" }).Submit(Described() with { SourceName = " ada example" });
        walk.State.Evidence.Select(e => e.LivingSource).Should().Equal("Source 1", "Source 2", "Source 1");
        walk.State.Evidence.Should().OnlyContain(e => e.Described.SourceName == null);
        walk.State.LivingSources.Select(s => (s.Pseudonym, s.Name)).Should().Equal(("Source 1", "Ada Example"), ("Source 2", "Bob Example"));
    }

    [Fact]
    public void P2_Trying_names_does_not_tell_who_the_sources_of_others_are()
    {
        var walk = At(Stage.Collecting).Submit(Described() with { SourceName = "Ada Example" });
        walk.Do(Cast.OtherAnalyst, Copy(walk) with { Described = Described() with { SourceName = "Ada Example" } });
        walk.State.Evidence.Select(e => e.LivingSource).Should().Equal("Source 1", "Source 2");
    }

    [Fact]
    public void E8_Two_items_linked_after_submission_are_one_source_until_the_link_is_taken_back()
    {
        var walk = OneItem().Item(Described()).Item(Described());
        var link = new CaseCommand.LinkOrigin(First(walk), walk.State.Evidence[2].Id, true, "Both quote the vendor's report.") { By = X, At = T };
        walk.Refused(Cast.Analyst, link with { Reason = "" }, "reason-missing").Refused(Cast.Analyst, link with { Other = First(walk) }, "other-unknown")
            .Refused(Cast.Analyst, link with { Linked = false }, "link-unchanged").Do(Cast.Analyst, link).Refused(Cast.Lead, link, "link-unchanged");
        Origins(walk).Should().Equal(First(walk).Value, null, First(walk).Value);

        walk.Do(Cast.Lead, link with { Evidence = link.Other, Other = link.Evidence, Linked = false, Reason = "Two sensors after all." });
        Origins(walk).Should().Equal(null, null, null);
        walk.State.OriginLinks.Should().HaveCount(2);
    }

    [Fact]
    public void E8_What_a_frozen_assessment_counted_once_stays_so()
    {
        var walk = At(Stage.Assessing).Frozen();
        walk.Refused(Cast.Lead, new CaseCommand.LinkOrigin(First(walk), walk.State.Evidence[1].Id, true, "The same.") { By = X, At = T }, "assessment-frozen");
    }

    [Fact]
    public void E8_Links_copies_and_named_reports_join_into_one_source()
    {
        var walk = At(Stage.Collecting).Item(Described(origin: "report 7")).Item(Described()).Item(Described()).Item(Described());
        walk.Item(Described(Tlp.Clear, null, CopyOf(walk.State.Evidence[1].Id)));
        walk.Do(Cast.Lead, new CaseCommand.LinkOrigin(walk.State.Evidence[4].Id, First(walk), true, "Drawn from it.") { By = X, At = T });
        Origins(walk).Should().Equal("report 7", "report 7", null, null, "report 7");
        new Origins(walk.State).NameOf(walk.State.Evidence[1].Id, walk.State.Evidence.Skip(1)).Should().Be(
            walk.State.Evidence[1].Id.Value, "the name says nothing of an item that is left out");
    }

    private static IEnumerable<string?> Origins(CaseBuilder walk) => MatrixOf.Case(walk.State).Items.Select(i => i.Origin);

    private static CaseCommand.SubmitEvidence Copy(CaseBuilder walk, params Parent[] parents) =>
        new(walk.New<EvidenceId>(), Described(Tlp.Clear, null, parents)) { By = X, At = T, Commitments = Committed([.. parents.Select(p => p.Original)]) };

    private static CaseCommand.Relabel Label(CaseBuilder walk, Tlp to, string? consent) => new(First(walk), to, consent, "Asked for.") { By = X, At = T };

    private static CaseCommand.Release Release(CaseBuilder walk, Audience to) => new(First(walk), to, "Asked for.") { By = X, At = T };
}
