using AttributionRegistry.Domain.Assessment;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The table of section 3: from where, to where, by whom, and what must be true.</summary>
public static class Transitions
{
    private delegate Refusal? Guard(Case state, CaseCommand.Move move, Policy policy);

    private sealed record Row(IReadOnlyList<Stage> From, Stage To, IReadOnlyList<Role> By, Guard MustBeTrue);

    private static readonly IReadOnlyList<Row> Table =
    [
        new([Stage.Referred], Stage.Screening, [Role.Registrar], ReferralIsSettled),
        new([Stage.Declined], Stage.Screening, [Role.SelectionBoard, Role.Registrar], Nothing),
        new([Stage.Screening], Stage.Declined, [Role.SelectionBoard], HasDeclineReason),
        new([Stage.Screening], Stage.Merged, [Role.SelectionBoard], NamesTheOtherCase),
        new([Stage.Screening], Stage.Opened, [Role.SelectionBoard], CanBeOpened),
        new([Stage.Opened], Stage.Collecting, [Role.Registrar], HasCallForEvidence),
        new([Stage.Collecting], Stage.Assessing, [Role.LeadAssessor], CanBeAssessed),
        new([Stage.Reviewing, Stage.Replying], Stage.Assessing, [Role.LeadAssessor, Role.Registrar], Nothing),
        new(Stages.Standing, Stage.Reconsidering, [Role.ReviewPanelMember], HasAdmittedPetition),
        new([Stage.Reconsidering], Stage.Assessing, [Role.ReviewPanelMember], HasAdmittedPetition),
        new([Stage.Assessing], Stage.Reviewing, [Role.Registrar], CanBeReviewed),
        new([Stage.Reviewing], Stage.Replying, [Role.Registrar], IsReviewedAndServed),
        new([Stage.Reviewing], Stage.Deliberating, [Role.Chair], NoPartyIsNamed),
        new([Stage.Replying], Stage.Deliberating, [Role.Chair], ReplyPeriodIsOver),
        new([Stage.Deliberating], Stage.Voting, [Role.Chair], QuorumIsPossible),
    ];

    /// <summary>Every (from, to) pair of the table; what is not here is refused (L1).</summary>
    public static IEnumerable<(Stage From, Stage To)> Allowed => Table.SelectMany(r => r.From.Select(f => (f, r.To)));

    internal static Refusal NoReason { get; } = Refusal.Invalid("reason-missing", "Each transition has a reason.", "/reason");

    internal static Decision<CaseEvent> Decide(Case state, CaseCommand.Move move, Policy policy)
    {
        var row = Table.FirstOrDefault(r => r.To == move.To && r.From.Contains(state.Stage));
        if (row is null)
        {
            return Refusal.Conflict(
                "transition-not-allowed",
                $"A case cannot go from {CaseDecider.Name(state.Stage)} to {CaseDecider.Name(move.To)} this way.", "/to");
        }

        var roles = state.RolesOf(move.By);
        if (!roles.Overlaps(row.By))
        {
            return Refusal.Forbidden("role-required", $"This transition needs the role {string.Join(" or ", row.By.Select(CaseDecider.Name))}.");
        }

        if (string.IsNullOrWhiteSpace(move.Reason))
        {
            return NoReason;
        }

        if (row.MustBeTrue(state, move, policy) is { } refusal)
        {
            return refusal;
        }

        return new CaseEvent.Moved(state.Stage, move.To, row.By.First(roles.Contains), move.Reason)
        {
            Decline = move.To == Stage.Declined ? move.Decline : null,
            MergedInto = move.To == Stage.Merged ? move.MergeInto : null,
            Opening = move.To == Stage.Opened ? move.Opening : null,
            CallForEvidence = move.To == Stage.Collecting ? move.CallForEvidence : null,
            Expedited = move.To == Stage.Opened && move.Expedited,
            EvidenceRoot = move.To == Stage.Deliberating ? move.EvidenceRoot : null,
        };
    }

    private static Refusal? Nothing(Case state, CaseCommand.Move move, Policy policy) => null;

    private static Refusal? ReferralIsSettled(Case state, CaseCommand.Move move, Policy policy)
    {
        if (state.ReferrerStanding == ReferrerStanding.Unverified)
        {
            return Refusal.Conflict("referrer-unverified", "The referrer must be verified or flagged anonymous first.");
        }

        return state.VictimConsent == VictimConsent.Given || !string.IsNullOrWhiteSpace(state.WithoutConsentBecause)
            ? null
            : Refusal.Conflict("consent-missing", "The victim's consent is recorded, or the reason for going on without it.");
    }

    private static Refusal? HasDeclineReason(Case state, CaseCommand.Move move, Policy policy) => move.Decline is null
        ? Refusal.Invalid("decline-reason-missing", "A declined referral names one reason of the closed list.", "/decline")
        : null;

    private static Refusal? NamesTheOtherCase(Case state, CaseCommand.Move move, Policy policy) => move.MergeInto switch
    {
        null => Refusal.Invalid("merge-target-missing", "A merged referral names the case it joins.", "/mergeInto"),
        { } other when other == state.Id => Refusal.Invalid("merge-into-itself", "A case cannot be merged into itself.", "/mergeInto"),
        _ when move.MergeTargetUnknown => Refusal.Invalid("merge-target-unknown", "There is no such case to merge into, or none that you may see.", "/mergeInto"),
        _ => null,
    };

    private static Refusal? CanBeOpened(Case state, CaseCommand.Move move, Policy policy)
    {
        if (move.Opening is null)
        {
            return Refusal.Invalid("opening-missing", "Opening scores the selection criteria and sets a timetable.", "/opening");
        }

        var missing = policy.SelectionCriteria.Except(move.Opening.Scores.Select(s => s.Criterion)).ToList();
        if (missing.Count > 0)
        {
            return Refusal.Invalid("criteria-unscored", $"These selection criteria are not scored: {string.Join(", ", missing)}.", "/opening/scores");
        }

        if (move.Opening.Scores.Any(s => s.Score is < 0 or > 5 || string.IsNullOrWhiteSpace(s.Reason)))
        {
            return Refusal.Invalid("criteria-unscored", "Each criterion has a score from 0 to 5 and a reason.", "/opening/scores");
        }

        foreach (var (role, code) in new[] { (Role.LeadAssessor, "lead-assessor-missing"), (Role.DevilsAdvocate, "devils-advocate-missing") })
        {
            if (!state.Assigned.Any(a => a.Value.Contains(role)))
            {
                return Refusal.Conflict(code, $"The case has no {CaseDecider.Name(role)} yet.");
            }
        }

        if (state.Panel is not { Drawn: true } panel || panel.Seats.Count == 0)
        {
            return Refusal.Conflict("panel-missing", "The panel must be drawn before the case is opened.");
        }

        var open = panel.Sitting.Where(s => s.Accepted is false).ToList();
        if (open.Count > 0)
        {
            return Refusal.Conflict("declarations-missing", $"{open.Count} drawn members have not accepted and declared yet.");
        }

        if (!panel.CanBeQuorate)
        {
            return QuorumImpossible;
        }

        var stale = panel.Sitting.Select(s => s.Person)
            .Concat(state.Assigned.Where(a => a.Value.Contains(Role.LeadAssessor) || a.Value.Contains(Role.DevilsAdvocate)).Select(a => a.Key))
            .Where(p => !state.Interests.TryGetValue(p, out var d) || (move.At - d.At).TotalSeconds >= policy.DeclarationValiditySeconds)
            .ToList();
        return stale.Count == 0
            ? null
            : Refusal.Conflict("declarations-stale", $"{stale.Count} people of the case have no interest declaration younger than twelve months.");
    }

    private static Refusal? HasCallForEvidence(Case state, CaseCommand.Move move, Policy policy) => string.IsNullOrWhiteSpace(move.CallForEvidence)
        ? Refusal.Invalid("call-for-evidence-missing", "Collecting starts with a written call for evidence.", "/callForEvidence")
        : null;

    private static Refusal? CanBeAssessed(Case state, CaseCommand.Move move, Policy policy)
    {
        if (AssessmentRules.HypothesisFault(state, policy) is { } fault)
        {
            return fault;
        }

        if (!state.Counting.Any())
        {
            return Refusal.Conflict("evidence-missing", "There is no accepted evidence to assess.");
        }

        if (state.Counting.FirstOrDefault(e => e.Grade is null) is { } ungraded)
        {
            return Refusal.Conflict("evidence-ungraded", $"Evidence {ungraded.Id} has no grade from someone other than its submitter.");
        }

        return state.ContraryMemo is null
            ? Refusal.Conflict("contrary-memo-missing", "The devil's advocate has not filed the contrary memo.")
            : null;
    }

    private static Refusal? HasAdmittedPetition(Case state, CaseCommand.Move move, Policy policy) =>
        state.Petitions.Any(p => p.Standing == PetitionStanding.Admitted)
            ? null
            : Refusal.Conflict("petition-missing", "A case is taken back only on an admitted petition.");

    private static Refusal? CanBeReviewed(Case state, CaseCommand.Move move, Policy policy)
    {
        if (state.CurrentAssessment is null)
        {
            return Refusal.Conflict("assessment-not-frozen", "The assessment must be frozen before it is reviewed.");
        }

        var reviewers = state.Assigned.Count(a => a.Value.Contains(Role.ExternalReviewer));
        return reviewers >= policy.MinExternalReviewers
            ? null
            : Refusal.Conflict("reviewers-missing", $"The case needs {policy.MinExternalReviewers} external reviewers without conflict; it has {reviewers}.");
    }

    private static Refusal? Reviewed(Case state, Policy policy)
    {
        var current = state.CurrentAssessment;
        var reviews = state.Reviews.Where(r => r.Assessment == current?.Id).ToList();
        if (current is null || reviews.Select(r => r.By).Distinct().Count() < policy.MinExternalReviewers)
        {
            return Refusal.Conflict("reviews-missing", $"The frozen assessment needs {policy.MinExternalReviewers} external reviews.");
        }

        return reviews.Any(r => r.Points.Any(p => p.Answer is null))
            ? Refusal.Conflict("review-points-open", "Each point of each review must be answered.")
            : null;
    }

    private static Refusal? IsReviewedAndServed(Case state, CaseCommand.Move move, Policy policy)
    {
        if (Reviewed(state, policy) is { } refusal)
        {
            return refusal;
        }

        if (state.Parties.IsEmpty)
        {
            return Refusal.Conflict("no-party-named", "No party is named: there is nobody to hear, and deliberation may start.");
        }

        foreach (var party in state.Parties.Values)
        {
            var served = state.Services.Where(s => s.On == party.Person && s.Assessment == state.CurrentAssessment!.Id).SelectMany(s => s.Documents).ToHashSet();
            if (!served.IsSupersetOf(Service.BeforeReply))
            {
                return Refusal.Conflict("service-incomplete", $"Notice, draft and disclosure set must be served on {party.Represents} first.");
            }
        }

        return null;
    }

    private static Refusal? NoPartyIsNamed(Case state, CaseCommand.Move move, Policy policy)
    {
        if (!state.Parties.IsEmpty)
        {
            return Refusal.Conflict("right-of-reply", "A party is named: the right of reply cannot be skipped (L5).");
        }

        return Reviewed(state, policy) ?? EvidenceIsFrozen(move);
    }

    private static Refusal? ReplyPeriodIsOver(Case state, CaseCommand.Move move, Policy policy)
    {
        var seconds = state.Expedited ? policy.ExpeditedReplyPeriodSeconds : policy.ReplyPeriodSeconds;
        var last = state.Services.Where(s => s.Assessment == state.CurrentAssessment?.Id).Select(s => s.At).DefaultIfEmpty(DateTimeOffset.MaxValue).Max();
        if (last == DateTimeOffset.MaxValue || (move.At - last).TotalSeconds < seconds)
        {
            return Refusal.Conflict("reply-period-running", $"The reply period of {seconds} seconds after the last recorded service is not over.");
        }

        if (state.Replies.Any(r => r.Points.Any(p => p.Answer is null)))
        {
            return Refusal.Conflict("reply-points-open", "Each point of each reply must be answered.");
        }

        return EvidenceIsFrozen(move);
    }

    private static Refusal? EvidenceIsFrozen(CaseCommand.Move move) => Sha256Hex.IsWellFormed(move.EvidenceRoot)
        ? null
        : Refusal.Invalid("evidence-root-missing", "The evidence set is frozen by its Merkle root.", "/evidenceRoot");

    private static Refusal? QuorumIsPossible(Case state, CaseCommand.Move move, Policy policy)
    {
        if (state.CurrentAssessment is null)
        {
            return Refusal.Conflict("assessment-not-frozen", "There is no frozen assessment to vote on.");
        }

        return state.Panel is { Drawn: true } panel && panel.CanBeQuorate
            ? null
            : QuorumImpossible;
    }

    private static Refusal QuorumImpossible { get; } =
        Refusal.Conflict("quorum-impossible", "The panel has lost too many members: no quorum is possible. Freeze a new pool and draw again.");
}
