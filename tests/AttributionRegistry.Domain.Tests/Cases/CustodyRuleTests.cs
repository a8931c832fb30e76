using AttributionRegistry.Domain.Cases;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class CustodyRuleTests
{
    private static CaseBuilder OneItem() => At(Stage.Collecting).Item(Described());

    private static EvidenceId First(CaseBuilder walk) => walk.State.Evidence[0].Id;

    private static EvidenceItem Item(CaseBuilder walk) => walk.State.Evidence[0];

    [Fact]
    public void E2_Custody_moves_when_the_receiver_accepts_and_not_before()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.Custodian));
        Item(walk).Holder.Should().Be(Cast.Analyst.Id);
        Item(walk).Offer!.OfferedTo.Should().Be(Cast.Custodian.Id);

        walk.Do(Cast.Custodian, Answer(walk, true));

        Item(walk).Holder.Should().Be(Cast.Custodian.Id);
        Item(walk).Offer.Should().BeNull();
        Item(walk).Custody[^1].Should().BeEquivalentTo(new { Kind = CustodyKind.Transferred, From = (PersonId?)Cast.Analyst.Id, Holder = Cast.Custodian.Id, By = Cast.Custodian.Id });
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_Only_the_present_holder_gives_an_item_on()
    {
        var walk = OneItem();
        walk.Refused(Cast.Custodian, Offer(walk, Cast.OtherCustodian), "custody-gap")
            .Do(Cast.Analyst, Offer(walk, Cast.Custodian)).Do(Cast.Custodian, Answer(walk, true))
            .Refused(Cast.Analyst, Record(walk, CustodyKind.Copied), "custody-gap")
            .Do(Cast.Custodian, Record(walk, CustodyKind.Examined));
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_An_offer_is_answered_only_by_the_person_to_whom_it_is_made()
    {
        var walk = OneItem();
        walk.Refused(Cast.Custodian, Answer(walk, true), "no-offer")
            .Do(Cast.Analyst, Offer(walk, Cast.Custodian))
            .Refused(Cast.OtherCustodian, Answer(walk, true), "not-the-receiver")
            .Refused(Cast.Analyst, Answer(walk, true), "not-the-receiver");
    }

    [Fact]
    public void E2_A_declined_offer_leaves_the_item_with_its_holder_and_the_answer_in_the_chain()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.Custodian)).Do(Cast.Custodian, Answer(walk, false));
        Item(walk).Holder.Should().Be(Cast.Analyst.Id);
        Item(walk).Custody[^1].Kind.Should().Be(CustodyKind.Declined);
        walk.Refused(Cast.Custodian, Answer(walk, true), "no-offer").Do(Cast.Analyst, Offer(walk, Cast.OtherCustodian));
    }

    [Fact]
    public void E2_An_item_has_one_open_offer_and_its_holder_may_take_it_back()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.Custodian)).Refused(Cast.Analyst, Offer(walk, Cast.OtherCustodian), "offer-open");
        var withdraw = new CaseCommand.WithdrawOffer(First(walk), "The wrong person.") { By = X, At = T };
        walk.Refused(Cast.Custodian, withdraw, "custody-gap").Do(Cast.Analyst, withdraw)
            .Refused(Cast.Custodian, Answer(walk, true), "no-offer").Refused(Cast.Analyst, withdraw, "no-offer")
            .Do(Cast.Analyst, Offer(walk, Cast.OtherCustodian)).Do(Cast.OtherCustodian, Answer(walk, true));
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_What_happens_to_the_item_while_an_offer_is_open_does_not_move_it()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.Custodian)).Do(Cast.Analyst, Record(walk, CustodyKind.Copied))
            .Do(Cast.Custodian, new CaseCommand.Release(First(walk), Audience.Parties, "Asked for.") { By = X, At = T });
        Item(walk).Holder.Should().Be(Cast.Analyst.Id);
        Item(walk).Offer.Should().NotBeNull();
        walk.Do(Cast.Custodian, Answer(walk, true));
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_Neither_a_party_nor_a_member_of_the_panel_is_made_the_holder()
    {
        var walk = OneItem();
        walk.Refused(Cast.Analyst, Offer(walk, Cast.Accused), "custody-receiver").Refused(Cast.Analyst, Offer(walk, walk.Member(3)), "custody-receiver");
    }

    [Fact]
    public void E2_A_transfer_is_never_recorded_by_the_giver()
    {
        var walk = OneItem();
        walk.Refused(Cast.Analyst, Record(walk, CustodyKind.Transferred) with { To = Cast.Custodian.Id }, "custody-kind");
    }

    [Fact]
    public void E2_An_offer_says_how_and_why_and_every_link_says_what_was_done()
    {
        var walk = OneItem();
        walk.Refused(Cast.Analyst, Offer(walk, Cast.Custodian) with { Circumstances = ByCourier with { Method = " " } }, "custody-circumstances")
            .Refused(Cast.Analyst, Offer(walk, Cast.Custodian) with { Circumstances = ByCourier with { Purpose = null } }, "custody-circumstances")
            .Refused(Cast.Analyst, Record(walk, CustodyKind.Copied) with { Note = "" }, "note-missing")
            .Refused(Cast.Analyst, Record(walk, CustodyKind.Copied) with { To = Cast.Custodian.Id }, "custody-receiver");
    }

    [Fact]
    public void E1_An_examiner_who_saw_another_digest_is_told_both()
    {
        var walk = OneItem();
        var recorded = Item(walk).Payload!.Sha256;
        var other = Sha256Hex.Of("other bytes");
        var examine = Record(walk, CustodyKind.Examined);
        var refusal = walk.Try(Cast.Analyst, examine with { Circumstances = new Circumstances { SeenSha256 = other } }).Refusal!;
        refusal.Code.Should().Be("seen-digest-differs");
        refusal.Message.Should().Contain(other).And.Contain(recorded);
        walk.Refused(Cast.Analyst, examine with { Circumstances = new Circumstances { SeenSha256 = recorded.ToUpperInvariant() } }, "bad-seen-digest")
            .Do(Cast.Analyst, examine with { Circumstances = new Circumstances { SeenSha256 = recorded } });
        Item(walk).Custody[^1].Circumstances.SeenSha256.Should().Be(recorded);
    }

    [Fact]
    public void E2_An_erased_item_is_not_handed_over_any_more()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.OtherCustodian));
        var erase = new CaseCommand.Erase(First(walk), "Article 17", "A name.") { By = X, At = T };
        walk.Do(Cast.Custodian, erase).Do(Cast.Registrar, erase).Refused(Cast.OtherCustodian, Answer(walk, true), "evidence-not-usable");
        Item(walk).Offer.Should().BeNull();
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_A_custodian_takes_over_by_order_what_its_holder_can_no_longer_give()
    {
        var walk = OneItem();
        walk.Do(Cast.Registrar, Order(walk, null, Cast.Custodian));
        Item(walk).Holder.Should().Be(Cast.Analyst.Id, "an order moves nothing");
        var ordered = Item(walk).Custody[^1];
        walk.Refused(Cast.OtherCustodian, Answer(walk, true) with { Holder = null }, "not-the-receiver")
            .Do(Cast.Custodian, Answer(walk, true) with { Holder = null });

        Item(walk).Custody[^1].Should().BeEquivalentTo(new
        {
            Kind = CustodyKind.Transferred, From = (PersonId?)Cast.Analyst.Id, Holder = Cast.Custodian.Id, By = Cast.Custodian.Id,
            Order = new CustodyOrder(Cast.Registrar.Id, ordered.At, "The holder is on leave for good."),
        });
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
        walk.Do(Cast.Custodian, Record(walk, CustodyKind.Examined)).Do(Cast.Custodian, Offer(walk, Cast.OtherCustodian)).Do(Cast.OtherCustodian, Answer(walk, true));
        Item(walk).Custody[^1].Order.Should().BeNull();
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_A_holder_who_can_act_is_not_passed_over_neither_at_the_order_nor_at_its_acceptance()
    {
        var walk = OneItem();
        walk.Refused(Cast.Registrar, Order(walk, Cast.Analyst, Cast.Custodian), "holder-can-act")
            .Do(Cast.Officer, Order(walk, Cast.Person(4), Cast.Custodian))
            .Refused(Cast.Custodian, Answer(walk, true) with { Holder = Cast.Analyst }, "holder-can-act")
            .Do(Cast.Analyst, Offer(walk, Cast.OtherCustodian)).Do(Cast.OtherCustodian, Answer(walk, true));
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void E2_A_recused_holder_cannot_act_and_the_order_takes_the_place_of_their_offer()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.OtherAnalyst));
        var recused = walk.State with { Recused = [Cast.Analyst.Id] };
        CaseDecider.Decide(recused, Order(walk, Cast.Analyst, Cast.Custodian) with { By = Cast.Registrar }, Rules).Refusal.Should().BeNull();

        walk.Do(Cast.Registrar, Order(walk, null, Cast.Custodian)).Refused(Cast.OtherAnalyst, Answer(walk, true), "not-the-receiver")
            .Do(Cast.Registrar, Order(walk, null, Cast.OtherCustodian)).Do(Cast.OtherCustodian, Answer(walk, false) with { Holder = null })
            .Refused(Cast.OtherCustodian, Answer(walk, true) with { Holder = null }, "no-offer");
        CustodyChain.Check(Item(walk).Custody).Should().BeNull();
    }

    [Fact]
    public void L4_A_takeover_needs_a_holder_who_orders_nothing_someone_who_orders_and_a_custodian_who_accepts()
    {
        var walk = OneItem();
        var both = Cast.Person(88, Role.Registrar, Role.Custodian);
        walk.Refused(both, Order(walk, null, both), "second-person-required")
            .Refused(Cast.Custodian, Order(walk, null, Cast.Custodian), "role-required")
            .Refused(Cast.Registrar, Order(walk, null, Cast.OtherAnalyst), "custody-receiver")
            .Refused(Cast.Registrar, Order(walk, null, Cast.Custodian) with { Receiver = null }, "custody-receiver")
            .Refused(Cast.Registrar, Order(walk, null, Cast.Analyst), "custody-receiver")
            .Refused(Cast.Registrar, Order(walk, null, Cast.Custodian) with { Reason = "" }, "reason-missing");
        var links = walk.Do(Cast.Registrar, Order(walk, null, Cast.Custodian)).Do(Cast.Custodian, Answer(walk, true) with { Holder = null }).State.Evidence[0].Custody;
        CustodyChain.Check(links.RemoveAt(2))!.Reason.Should().Contain("without an offer");
        CustodyChain.Check(links.SetItem(3, links[3] with { Order = null }))!.Link.Should().Be(4);
        CustodyChain.Check(links.SetItem(2, links[2] with { By = Cast.Custodian.Id }))!.Link.Should().Be(3);
    }

    [Fact]
    public void E2_The_check_names_the_first_gap_of_a_forged_chain()
    {
        var walk = OneItem();
        walk.Do(Cast.Analyst, Offer(walk, Cast.Custodian)).Do(Cast.Custodian, Answer(walk, true)).Do(Cast.Custodian, Record(walk, CustodyKind.Examined));
        var links = Item(walk).Custody;
        links.Select(l => l.Kind).Should().Equal(CustodyKind.Received, CustodyKind.Sealed, CustodyKind.Offered, CustodyKind.Transferred, CustodyKind.Examined);
        CustodyChain.Check(links).Should().BeNull();

        for (var missing = 0; missing < 4; missing++)
        {
            if (missing == 1)
            {
                continue; // Sealing changes no holder: its absence shows in the log, not in the order of holders.
            }

            CustodyChain.Check(links.RemoveAt(missing)).Should().NotBeNull("link {0} is missing", missing + 1);
        }

        CustodyChain.Check(links.SetItem(3, links[3] with { Holder = Cast.OtherCustodian.Id }))!.Link.Should().Be(4);
        CustodyChain.Check(links.SetItem(4, links[4] with { From = Cast.Analyst.Id }))!.Link.Should().Be(5);
        CustodyChain.Check(links.SetItem(4, links[4] with { Holder = Cast.Analyst.Id }))!.Reason.Should().Contain("without an accepted transfer");
        CustodyChain.Check(links.SetItem(4, links[4] with { At = links[0].At }))!.Reason.Should().Contain("older");
        CustodyChain.Check(links.SetItem(3, links[3] with { By = Cast.Analyst.Id }))!.Reason.Should().Contain("not offered");
        CustodyChain.Check([])!.Link.Should().Be(1);
    }

    private static CaseCommand.RecordCustody Offer(CaseBuilder walk, Caller to) => Record(walk, CustodyKind.Offered) with { To = to.Id, Circumstances = ByCourier };

    private static CaseCommand.RecordCustody Record(CaseBuilder walk, CustodyKind kind) => new(First(walk), kind, null, "By hand.", Circumstances.None) { By = X, At = T };

    private static CaseCommand.AnswerOffer Answer(CaseBuilder walk, bool accepted) =>
        new(First(walk), accepted, accepted ? "Seal A-17 intact." : "Seal broken.", new Circumstances { SealNumber = "A-17" }) { By = X, At = T, Holder = Cast.Someone(Item(walk).Holder) };

    private static CaseCommand.OrderTakeover Order(CaseBuilder walk, Caller? holder, Caller to) =>
        new(First(walk), to.Id, "The holder is on leave for good.") { By = X, At = T, Holder = holder, Receiver = to };
}
