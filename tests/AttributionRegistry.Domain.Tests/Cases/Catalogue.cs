using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>A plausible instance of every command, fitted to a state; where the state has nothing to name, an id that is not there.</summary>
internal static class Catalogue
{
    private static readonly IReadOnlySet<Role> NoRoles = ImmutableHashSet<Role>.Empty;

    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(CaseCommand).GetNestedTypes().Where(t => t is { IsSealed: true, IsAbstract: false } && t.IsSubclassOf(typeof(CaseCommand)))];

    /// <summary>The pick chooses among items, people and stages, so that other numbers give other commands.</summary>
    public static IReadOnlyList<CaseCommand> Of(Case? s, int pick)
    {
        var id = 1_000_000 + pick;
        var item = Of(s?.Evidence, pick)?.Id ?? New<EvidenceId>(id);
        var hypothesis = Of(s?.Hypotheses, pick)?.Id ?? New<HypothesisId>(id);
        var seat = Of(s?.Panel?.Seats, pick)?.Person ?? Cast.Of(1000);
        var challenge = Of(s?.Panel?.Challenges, pick)?.Id ?? New<ChallengeId>(id);
        var petition = s?.Petitions.LastOrDefault(p => p.Standing is PetitionStanding.Filed or PetitionStanding.Admitted)?.Id ?? New<PetitionId>(id);
        var staff = Cast.Staff[pick % Cast.Staff.Count].Id;
        var questions = s is null ? [] : new[] { new Question("Q1", Level.State, [.. s.Hypotheses.Select(h => h.Id.Value)], s.Hypotheses.Find(h => h.Content.Residual)?.Id.Value ?? "none") };
        var assumption = new Domain.Cases.KeyAssumption(new Text("The clock."), new Text("Another clock."));
        var release = (Audience)(1 + (pick % 2));
        return
        [
            new CaseCommand.Refer(CaseBuilder.Id, Facts, false, VictimConsent.Given) { By = X, At = T },
            new CaseCommand.ChangeFacts(pick % 5 == 0 ? Facts with { VictimStates = [Cast.VictimState, Cast.NationOf(seat)] } : Facts) { By = X, At = T },
            new CaseCommand.RecordStanding(ReferrerStanding.Verified, VictimConsent.Given, null) { By = X, At = T },
            new CaseCommand.Suspend("A threat.") { By = X, At = T },
            new CaseCommand.Resume("Settled.") { By = X, At = T },
            .. Stages.All.Select(MoveTo),
            new CaseCommand.RecordClaim(New<ClaimId>(id), new ClaimContent { Kind = ClaimKind.Denial, By = "Zetland", Date = Date("2026-02"), Words = new Text("No.") }) { By = X, At = T },
            new CaseCommand.RecordWithdrawalOfClaim(Of(s?.Claims, pick)?.Id ?? New<ClaimId>(id), new ClaimWithdrawal(Date("2026-03"), "We were wrong.", null)) { By = X, At = T },
            new CaseCommand.SubmitEvidence(New<EvidenceId>(id), Described((Tlp)(pick % 5))) { By = X, At = T },
            new CaseCommand.SealPayload(item, Bytes(item.Value)) { By = X, At = T },
            new CaseCommand.JudgeAdmissibility(item, pick % 4 != 0, "Looked at.") { By = X, At = T },
            new CaseCommand.Grade(item, (SourceGrade)(pick % 6), (InformationGrade)(1 + (pick % 6)), "Looked at.") { By = X, At = T },
            new CaseCommand.RecordCustody(item, pick % 3 > 0 ? CustodyKind.Offered : (CustodyKind)(pick % 14), pick % 3 > 0 ? staff : null, "By hand.", ByCourier) { By = X, At = T },
            new CaseCommand.AnswerOffer(item, pick % 3 > 0, "As found.", Circumstances.None) { By = X, At = T, Holder = s?.Find(item) is { } offered ? Cast.Someone(offered.Holder) : null },
            new CaseCommand.OrderTakeover(item, Cast.Staff[(pick + 1) % Cast.Staff.Count].Id, "On leave for good.")
            {
                By = X, At = T, Holder = pick % 3 > 0 || s?.Find(item) is not { } held ? null : Cast.Someone(held.Holder), Receiver = Cast.Staff[(pick + 1) % Cast.Staff.Count],
            },
            new CaseCommand.WithdrawOffer(item, "No longer needed.") { By = X, At = T },
            new CaseCommand.SubmitStripped(New<EvidenceId>(id), Described(Tlp.Red, null, Stripped(item)), Bytes($"{id}"), new MetadataReport("image/png", [])) { By = X, At = T, Commitments = Committed(item) },
            new CaseCommand.RecordObservables(item, new ObservableReport(StructuredFormat.Stix21, [], 0, 0, 0, 0, false, new string('0', 64))) { By = X, At = T },
            new CaseCommand.LinkOrigin(item, Of(s?.Evidence, pick + 1)?.Id ?? New<EvidenceId>(id), pick % 4 > 0, "The same report.") { By = X, At = T },
            new CaseCommand.Relabel(item, (Tlp)(pick % 5), pick % 2 == 0 ? "Letter." : null, "Asked for.") { By = X, At = T },
            new CaseCommand.Release(item, release, "Asked for.") { By = X, At = T },
            new CaseCommand.WriteGist(item, new Text("A sensor saw it."), "source-protection", "the panel") { By = X, At = T },
            new CaseCommand.Erase(item, "Article 17", "A name.", pick % 3 > 0) { By = X, At = T },
            new CaseCommand.EraseText(pick % 3, "summary", "Article 17", "A name.") { By = X, At = T },
            new CaseCommand.Quarantine(item, Sha256Hex.Of($"{pick % 2}")) { By = X, At = T },
            new CaseCommand.Restore(item, s?.Find(item)?.Payload is { } p && pick % 3 > 0 ? p.Sha256 : "", "From the backup of Monday.") { By = X, At = T },
            new CaseCommand.RecordScan(item, "ClamAV 1.4", (ScanVerdict)(pick % 3), pick % 3 == 0 ? null : "Eicar") { By = X, At = T },
            new CaseCommand.ProposeHypothesis(New<HypothesisId>(id), Content((HypothesisKind)(pick % 8), false, pick % 6 == 0 ? [Cast.NationOf(seat)] : [])) { By = X, At = T },
            new CaseCommand.RateCells([new CellRating(hypothesis, item, (Rating)(pick % 6))]) { By = X, At = T },
            new CaseCommand.ListAssumption(assumption) { By = X, At = T },
            new CaseCommand.ListGap(new Text("Who paid?")) { By = X, At = T },
            new CaseCommand.FileContraryMemo(new Text("It may be a copy.")) { By = X, At = T },
            new CaseCommand.FreezeAssessment(New<AssessmentId>(id), new Text("So it was."), Sha256Hex.Of("a")) { By = X, At = T },
            new CaseCommand.FileReview(New<ReviewId>(id), s?.CurrentAssessment?.Id ?? New<AssessmentId>(id), true, new Text("Sound."), [new Text("Why?")]) { By = X, At = T },
            new CaseCommand.AnswerReviewPoint(Of(s?.Reviews, pick)?.Id ?? New<ReviewId>(id), 1, new Text("So.")) { By = X, At = T },
            new CaseCommand.Assign(staff, CaseCommand.Assign.Assignable[pick % CaseCommand.Assign.Assignable.Count], NoRoles) { By = X, At = T },
            new CaseCommand.Unassign(staff, CaseCommand.Assign.Assignable[pick % CaseCommand.Assign.Assignable.Count], "On leave.") { By = X, At = T },
            new CaseCommand.NameParty(pick % 2 == 0 ? Cast.Accused.Id : staff, Role.NamedParty, "Zetland", "en", NoRoles) { By = X, At = T },
            new CaseCommand.DeclareInterests(null) { By = X, At = T },
            new CaseCommand.Serve(New<ServiceId>(id), pick % 2 == 0 ? Cast.Accused.Id : Cast.Victim.Id, [(ServedDocument)(pick % 5)], "courier", null) { By = X, At = T },
            new CaseCommand.FileReply(New<ReplyId>(id), new Text("No."), [new Text("No.")]) { By = X, At = T },
            new CaseCommand.AnswerReplyPoint(Of(s?.Replies, pick)?.Id ?? New<ReplyId>(id), 1, new Text("So.")) { By = X, At = T },
            new CaseCommand.FreezePool(New<PoolId>(id), Cast.Candidates, Sha256Hex.Of($"pool {pick}"), [Plan("beacon"), Plan("lottery")]) { By = X, At = T },
            new CaseCommand.DrawPanel(New<PanelId>(id), [.. (s?.Pool?.Sources ?? []).Select(name => new PublishedSource(name, $"{pick}", s!.Pool!.FrozenAt.AddTicks(10)))], RuleSet.Default) { By = X, At = T },
            new CaseCommand.Declare(s?.Panel?.Id ?? New<PanelId>(id), pick % 7 != 0, DeclarationKind.None, null, pick % 11 == 0, Sha256Hex.Of("d"), new BallotKey($"bk-{pick}", "spki", "sig", New<KeyId>(id)), true) { Signature = "sig", SigningKey = New<KeyId>(id), SignatureValid = true, By = X, At = T },
            new CaseCommand.LapseSeats { By = X, At = T },
            new CaseCommand.VoteAgain(s?.CurrentRound?.Id ?? New<RoundId>(id)) { By = X, At = T },
            new CaseCommand.Recuse(seat, "A cousin.") { By = X, At = T },
            new CaseCommand.ChallengeMember(New<ChallengeId>(id), seat, new Text("Paid."), RuleSet.Default) { By = X, At = T },
            new CaseCommand.VoteOnChallenge(challenge, (MotionVote)(pick % 3)) { By = X, At = T },
            new CaseCommand.DecideChallenge(challenge, new Text("As counted.")) { By = X, At = T },
            new CaseCommand.OpenRound(New<RoundId>(id), pick % 2 == 0, [.. questions], Root, Sha256Hex.Of("rules"), RuleSet.Default) { By = X, At = T },
            new CaseCommand.ConcludeRound(s?.CurrentRound?.Id ?? New<RoundId>(id), [new QuestionOutcome("Q1", Level.State, (TallyOutcome)(pick % 4), hypothesis.Value, 8800, Confidence.High, 0)]) { By = X, At = T },
            new CaseCommand.DraftFinding(New<FindingId>(id), Statement()) { By = X, At = T },
            Publication,
            Correction,
            new CaseCommand.ResolveQuestion("Q1", hypothesis, (LaterFact)(pick % 3), Date("2031"), new Text("A court said so."), [new Source("https://court.example/1")], new PanelScore(11, 1_000_000, 900_000)) { By = X, At = T },
            new CaseCommand.DropPendingAct("A mistake.") { By = X, At = T },
            new CaseCommand.FilePetition(New<PetitionId>(id), (PetitionGround)(pick % 3), new Text("A second log.")) { By = X, At = T },
            new CaseCommand.VoteOnPetition(petition, (MotionVote)(pick % 3), 11) { By = X, At = T },
            new CaseCommand.FileAppeal(New<AppealId>(id), (AppealGround)(pick % 5), new Text("The log is forged.")) { By = X, At = T },
            new CaseCommand.FreezeChamberPool(New<PoolId>(id), Cast.ChamberCandidates, Sha256Hex.Of($"chamber {pick}"), [Plan("beacon"), Plan("lottery")]) { By = X, At = T },
            new CaseCommand.DrawChamber(New<ChamberId>(id), s?.ChamberPool?.Id ?? New<PoolId>(id), [.. (s?.ChamberPool?.Sources ?? []).Select(name => new PublishedSource(name, $"{pick}", s!.ChamberPool!.FrozenAt.AddTicks(10)))]) { By = X, At = T },
            new CaseCommand.RecuseFromChamber(Of(s?.Chamber?.Seats, pick)?.Person ?? Cast.Of(1000), "A cousin.") { By = X, At = T },
            new CaseCommand.VoteInChamber(s?.ChamberMatters().FirstOrDefault() ?? "none", (MotionVote)(pick % 3), new Text("So it is.")) { By = X, At = T },
            new CaseCommand.RequestMapping(New<MappingOrderId>(id), s?.CurrentRound?.Id ?? New<RoundId>(id), new Text("A bribe."), pick % 2 == 0) { By = X, At = T },
            new CaseCommand.RecordRecount(pick % 2 == 0 ? [] : ["/tally/eligible"]) { By = X, At = T },
            new CaseCommand.BindKey(pick % 4 == 0 ? "" : $"k-{pick % 3}", "MFkw", new KeyVoucher(X.Id, New<KeyId>(id), "sig"), pick % 5 > 0, pick % 7 > 0) { By = X, At = T },
            new CaseCommand.FileStatement(New<StatementId>(id), new Text("The loader is old."), new Text("I sold it.")) { By = X, At = T },
            new CaseCommand.AnswerPetition(petition, pick % 3 != 0, new Text("Because.")) { By = X, At = T },
            .. Enum.GetValues<PetitionOutcome>().Select(outcome => new CaseCommand.DecidePetition(petition, outcome, new Text("Because."))
            {
                By = X,
                At = T,
                Statements = Statement(),
                Confidence = Confidence.Low,
                Digest = Sha256Hex.Of("next"),
            }),
        ];
    }

    private static TId New<TId>(int number)
        where TId : struct, ITypedId<TId> => TId.Of($"{TId.Prefix}_{number:x32}");

    private static T? Of<T>(IReadOnlyList<T>? list, int pick)
        where T : class => list is { Count: > 0 } ? list[pick % list.Count] : null;
}
