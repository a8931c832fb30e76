using System.Collections.Concurrent;
using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using KeyAssumption = AttributionRegistry.Domain.Cases.KeyAssumption;

namespace AttributionRegistry.Domain.Tests.Cases;

internal sealed partial class CaseBuilder
{
    private static readonly IReadOnlySet<Role> NoRoles = ImmutableHashSet<Role>.Empty;

    public static CaseBuilder Referred(bool nobodyNamed = false, Policy? policy = null) => new CaseBuilder { NobodyNamed = nobodyNamed, InForce = policy ?? Rules }
        .Do(Cast.Referrer, new CaseCommand.Refer(Id, Facts, false, VictimConsent.Given) { By = X, At = T });

    public CaseBuilder Screened() => this
        .Do(Cast.Registrar, new CaseCommand.RecordStanding(ReferrerStanding.Verified, VictimConsent.Given, null) { By = X, At = T })
        .Move(Cast.Registrar, Stage.Screening);

    /// <summary>A seed source that may speak for as long as any of these walks lasts.</summary>
    public static SeedSourcePlan Plan(string name) => new(name, Start.AddYears(50), []);

    public PublishedSource Said(string name, string value) => new(name, value, Now);

    public CaseBuilder Drawn()
    {
        Do(Cast.Registrar, new CaseCommand.FreezePool(New<PoolId>(), Cast.Candidates, Sha256Hex.Of($"pool {_ids}"), [Plan("beacon 4711"), Plan("lottery 12")]) { By = X, At = T });
        return Do(Cast.Registrar, new CaseCommand.DrawPanel(New<PanelId>(), [Said("beacon 4711", $"beacon value {_ids}"), Said("lottery 12", "7 11 13")], RuleSet.Default) { By = X, At = T });
    }

    public CaseBuilder Declared()
    {
        while (State.Panel!.Sitting.FirstOrDefault(s => !s.Accepted) is { } open)
        {
            Do(Cast.Member(open.Person), Declaration(open.Person));
        }

        return this;
    }

    public CaseCommand.Declare Declaration(PersonId of, bool accepts = true, bool named = false) => new(
        State.Panel!.Id, accepts, DeclarationKind.None, null, named, Sha256Hex.Of("declaration"),
        new BallotKey($"bk-{of}", "spki", "signature", New<KeyId>()), true) { Signature = "signature", SigningKey = New<KeyId>(), SignatureValid = true, By = X, At = T };

    /// <summary>Screened with everything done that opening takes.</summary>
    public CaseBuilder ReadyToOpen() => Screened()
        .Assign(Cast.Lead, Role.LeadAssessor).Assign(Cast.Devil, Role.DevilsAdvocate)
        .Assign(Cast.Reviewer, Role.ExternalReviewer).Assign(Cast.OtherReviewer, Role.ExternalReviewer).Assign(Cast.Specialist, Role.InvitedSpecialist)
        .Drawn().Declared()
        .Do(Cast.Lead, new CaseCommand.DeclareInterests(null) { By = X, At = T })
        .Do(Cast.Devil, new CaseCommand.DeclareInterests(null) { By = X, At = T });

    public CaseBuilder Assign(Caller person, Role role) =>
        Do(Cast.Registrar, new CaseCommand.Assign(person.Id, role, NoRoles) { By = X, At = T });

    public CaseBuilder Name(Caller party, Role role, string represents) =>
        Do(Cast.Registrar, new CaseCommand.NameParty(party.Id, role, represents, "en", NoRoles) { By = X, At = T });

    public CaseBuilder Opened() => ReadyToOpen().Move(Cast.Board, Stage.Opened, MoveTo(Stage.Opened));

    public CaseBuilder Collecting()
    {
        Opened();
        if (!NobodyNamed)
        {
            Name(Cast.Accused, Role.NamedParty, "Zetland").Name(Cast.Victim, Role.Victim, "Water works of Exland");
        }

        return Move(Cast.Registrar, Stage.Collecting, MoveTo(Stage.Collecting));
    }

    public CaseBuilder Propose(HypothesisKind kind, bool residual = false, params string[] states) =>
        Do(Cast.Analyst, new CaseCommand.ProposeHypothesis(New<HypothesisId>(), Content(kind, residual, states)) { By = X, At = T });

    public CaseBuilder Submit(EvidenceDescription described) => Do(Cast.Analyst, new CaseCommand.SubmitEvidence(New<EvidenceId>(), described) { By = X, At = T, Commitments = Committed([.. described.Parents.Select(p => p.Original)]) });

    public CaseBuilder Seal(EvidenceId id) => Do(Cast.Analyst, new CaseCommand.SealPayload(id, Bytes(id.Value)) { By = X, At = T });

    public CaseBuilder Accept(EvidenceId id) => Do(Cast.Custodian, new CaseCommand.JudgeAdmissibility(id, true, "Origin is documented.") { By = X, At = T });

    public CaseBuilder Grade(EvidenceId id) =>
        Do(Cast.OtherAnalyst, new CaseCommand.Grade(id, SourceGrade.B, InformationGrade.Two, "Seen twice.") { By = X, At = T });

    /// <summary>Describes, seals, accepts and grades an item.</summary>
    public CaseBuilder Item(EvidenceDescription described)
    {
        Submit(described);
        var id = State.Evidence[^1].Id;
        return Seal(id).Accept(id).Grade(id);
    }

    public CaseBuilder ReadyToAssess() => Collecting()
        .Propose(HypothesisKind.State, false, Cast.AccusedState).Propose(HypothesisKind.Criminal).Propose(HypothesisKind.FalseFlag).Propose(HypothesisKind.Unknown, true)
        .Item(Described()).Item(Described(Tlp.Amber)).Item(Described())
        .Do(Cast.Devil, new CaseCommand.FileContraryMemo(new Text("It may be a copy.")) { By = X, At = T });

    public CaseBuilder Assessing() => ReadyToAssess().Move(Cast.Lead, Stage.Assessing);

    /// <summary>Every item speaks for the first hypothesis and against the others.</summary>
    public CaseBuilder Rated() => Do(Cast.Analyst, new CaseCommand.RateCells([
        .. from item in State.Counting
           from h in State.Hypotheses
           select new CellRating(h.Id, item.Id, h == State.Hypotheses[0] ? Rating.CC : h.Content.Residual ? Rating.N : Rating.I)]) { By = X, At = T });

    public CaseBuilder Frozen() => Rated()
        .Do(Cast.Lead, new CaseCommand.ListAssumption(new KeyAssumption(new Text("The clock was right."), new Text("A log of another clock."))) { By = X, At = T })
        .Do(Cast.Lead, new CaseCommand.FreezeAssessment(New<AssessmentId>(), new Text("It was Zetland."), Sha256Hex.Of("assessment")) { By = X, At = T });

    public CaseBuilder ReadyToReview() => Assessing().Frozen();

    public CaseBuilder Reviewing() => ReadyToReview().Move(Cast.Registrar, Stage.Reviewing);

    public CaseBuilder Review(Caller by)
    {
        Do(by, new CaseCommand.FileReview(New<ReviewId>(), State.CurrentAssessment!.Id, true, new Text("Sound."), [new Text("Why B2?")]) { By = X, At = T });
        return Do(Cast.Lead, new CaseCommand.AnswerReviewPoint(State.Reviews[^1].Id, 1, new Text("Two sensors.")) { By = X, At = T });
    }

    public CaseBuilder Serve(Caller on, params ServedDocument[] documents) =>
        Do(Cast.Registrar, new CaseCommand.Serve(New<ServiceId>(), on.Id, [.. documents], "courier", null) { By = X, At = T });

    public CaseBuilder ReadyToReply()
    {
        Release(State.Evidence[0].Id).Release(State.Evidence[2].Id).Gist(State.Evidence[1].Id);
        Review(Cast.Reviewer).Review(Cast.OtherReviewer);
        return NobodyNamed ? this : ServeAll(ServedDocument.Notice, ServedDocument.Draft, ServedDocument.DisclosureSet, ServedDocument.Gists);
    }

    public CaseBuilder ServeAll(params ServedDocument[] documents) => Serve(Cast.Accused, documents).Serve(Cast.Victim, documents);

    public CaseBuilder Release(EvidenceId id) => State.Find(id)!.Disclosed
        ? this
        : Do(Cast.Custodian, new CaseCommand.Release(id, Audience.Public, "For the finding.") { By = X, At = T });

    public CaseBuilder Gist(EvidenceId id) =>
        Do(Cast.Custodian, new CaseCommand.WriteGist(id, new Text("A sensor saw it."), "source-protection", "the panel") { By = X, At = T });

    public CaseBuilder Replying() => Reviewing().ReadyToReply().Move(Cast.Registrar, Stage.Replying);

    public CaseBuilder Reply(Caller by)
    {
        Do(by, new CaseCommand.FileReply(New<ReplyId>(), new Text("It was not us."), [new Text("The clock was wrong.")]) { By = X, At = T });
        return Do(Cast.Lead, new CaseCommand.AnswerReplyPoint(State.Replies[^1].Id, 1, new Text("Two clocks agree.")) { By = X, At = T });
    }

    public CaseBuilder ReadyToDeliberate() => Reply(Cast.Accused).Wait(TimeSpan.FromDays(60));

    public CaseBuilder Deliberating() => NobodyNamed
        ? Reviewing().ReadyToReply().Move(Chair, Stage.Deliberating, MoveTo(Stage.Deliberating))
        : Replying().ReadyToDeliberate().Move(Chair, Stage.Deliberating, MoveTo(Stage.Deliberating));

    public CaseBuilder Voting()
    {
        Deliberating();
        return Move(Chair, Stage.Voting);
    }

    public CaseCommand.OpenRound Round(bool binding = true) => new(New<RoundId>(), binding,
        [new Question("Q1", Level.State, [.. State.Hypotheses.Select(h => h.Id.Value)], State.Hypotheses.First(h => h.Content.Residual).Id.Value)],
        Root, Sha256Hex.Of("rules"), RuleSet.Default) { By = X, At = T, ContraryArgument = binding ? new Text("The tools are for sale.") : null };

    public CaseBuilder RoundOpen(bool binding = true) => Do(Chair, Round(binding));

    public CaseCommand.ConcludeRound Conclusion(bool attributed) => new(State.CurrentRound!.Id,
        [attributed
            ? new QuestionOutcome("Q1", Level.State, TallyOutcome.Attributed, State.Hypotheses[0].Id.Value, 8800, Confidence.High, 1)
            : new QuestionOutcome("Q1", Level.State, TallyOutcome.NotAttributed, null, 4000, null, null)]) { By = X, At = T };

    public CaseBuilder Decided(bool attributed = true) => Voting().RoundOpen().Do(Chair, Conclusion(attributed));

    public CaseBuilder ReadyToPublish()
    {
        Do(Chair, new CaseCommand.DraftFinding(New<FindingId>(), Statement()) { By = X, At = T });
        return NobodyNamed ? this : ServeAll(ServedDocument.AdvanceCopy).Wait(TimeSpan.FromDays(1));
    }

    public static CaseCommand.Publish Publication => new("AR-2026-1", Sha256Hex.Of("finding"), new EssenceCheck(true, "holds"), "Decided.") { By = X, At = T };

    public CaseBuilder PublishedNow() => ReadyToPublish().Do(Cast.Registrar, Publication).Do(Chair, Publication);

    public CaseBuilder Published(bool attributed = true) => Decided(attributed).PublishedNow();

    public static CaseCommand.Correct Correction => new(Statement(), "A name was misspelt.", Sha256Hex.Of("corrected")) { By = X, At = T };

    public CaseBuilder Corrected() => Published().Do(Cast.Registrar, Correction).Do(Chair, Correction);

    public CaseBuilder Petition(Caller by) =>
        Do(by, new CaseCommand.FilePetition(New<PetitionId>(), PetitionGround.NewEvidence, new Text("A second log.")) { By = X, At = T });

    public CaseBuilder Admit() => Do(Cast.Judge, new CaseCommand.AnswerPetition(State.Petitions[^1].Id, true, new Text("The log is new.")) { By = X, At = T });

    public CaseBuilder Reconsidering() => Published().Petition(Cast.Accused).Admit();

    public CaseCommand.DecidePetition Ruling(PetitionOutcome outcome) => new(State.Petitions.Last(p => p.Standing == PetitionStanding.Admitted).Id, outcome, new Text("After a second look."))
    {
        By = X,
        At = T,
        Statements = Statement(),
        Confidence = Confidence.Low,
        Digest = Sha256Hex.Of("second version"),
    };

    public CaseBuilder Ruled(PetitionOutcome outcome)
    {
        var ruling = Ruling(outcome);
        Do(Cast.Judge, ruling);
        return outcome is PetitionOutcome.Upheld or PetitionOutcome.Revised ? this : Do(Cast.OtherJudge, ruling);
    }

    /// <summary>Taken back, assessed anew, heard, drawn, voted and published a second time.</summary>
    public CaseBuilder SecondRevision()
    {
        Reconsidering().Ruled(PetitionOutcome.Revised).Drawn().Declared().Frozen().Move(Cast.Registrar, Stage.Reviewing);
        ReadyToReply().Move(Cast.Registrar, Stage.Replying).Wait(TimeSpan.FromDays(60)).Move(Chair, Stage.Deliberating, MoveTo(Stage.Deliberating));
        Move(Chair, Stage.Voting).RoundOpen();
        return Do(Chair, Conclusion(true)).PublishedNow();
    }

    /// <summary>A case that has just come to a stage.</summary>
    public static CaseBuilder At(Stage stage) => Entered.GetOrAdd(stage, s => new Lazy<CaseBuilder>(() => WalkTo(s))).Value.Copy();

    /// <summary>A case in which everything is done that leaving the stage takes.</summary>
    public static CaseBuilder ReadyToLeave(Stage stage) => Prepared.GetOrAdd(stage, s => new Lazy<CaseBuilder>(() => WalkThrough(s))).Value.Copy();

    // States are immutable: each walk is made once, and every test goes on from a copy.
    private static readonly ConcurrentDictionary<Stage, Lazy<CaseBuilder>> Entered = new();

    private static readonly ConcurrentDictionary<Stage, Lazy<CaseBuilder>> Prepared = new();

    private static CaseBuilder WalkTo(Stage stage) => stage switch
    {
        Stage.Referred => Referred(),
        Stage.Screening => Referred().Screened(),
        Stage.Declined => Referred().Screened().Move(Cast.Board, Stage.Declined, MoveTo(Stage.Declined)),
        Stage.Merged => Referred().Screened().Move(Cast.Board, Stage.Merged, MoveTo(Stage.Merged)),
        Stage.Opened => Referred().Opened(),
        Stage.Collecting => Referred().Collecting(),
        Stage.Assessing => Referred().Assessing(),
        Stage.Reviewing => Referred().Reviewing(),
        Stage.Replying => Referred().Replying(),
        Stage.Deliberating => Referred().Deliberating(),
        Stage.Voting => Referred().Voting(),
        Stage.NotAdopted => Referred().Decided(false),
        Stage.Adopted => Referred().Decided(),
        Stage.Published => Referred().Published(),
        Stage.Corrected => Referred().Corrected(),
        Stage.Reconsidering => Referred().Reconsidering(),
        Stage.Upheld => Referred().Reconsidering().Ruled(PetitionOutcome.Upheld),
        Stage.Revised => Referred().SecondRevision(),
        Stage.Withdrawn => Referred().Reconsidering().Ruled(PetitionOutcome.Withdrawn),
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    private static CaseBuilder WalkThrough(Stage stage) => stage switch
    {
        Stage.Screening => Referred().ReadyToOpen(),
        Stage.Referred => Referred().Do(Cast.Registrar, new CaseCommand.RecordStanding(ReferrerStanding.Anonymous, VictimConsent.Refused, "Public interest.") { By = X, At = T }),
        Stage.Collecting => Referred().ReadyToAssess(),
        Stage.Assessing => Referred().ReadyToReview(),
        Stage.Reviewing => Referred().Reviewing().ReadyToReply(),
        Stage.Replying => Referred().Replying().ReadyToDeliberate(),
        Stage.Voting => Referred().Voting().RoundOpen(),
        Stage.Adopted => Referred().Decided().ReadyToPublish().Do(Cast.Registrar, Publication),
        Stage.NotAdopted => Referred().Decided(false).ReadyToPublish().Do(Cast.Registrar, Publication),
        Stage.Published or Stage.Corrected or Stage.Upheld or Stage.Revised => At(stage).Petition(Cast.Stranger),
        _ => At(stage),
    };
}
