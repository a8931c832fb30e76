using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The plain statement of a finding, in each language. At most 200 words; "the panel assesses" (P6).</summary>
public sealed record FindingDraft(FindingId Id, ImmutableArray<Text> Statements, PersonId By, DateTimeOffset At);

public enum VersionKind
{
    Published,
    Corrected,
    Revised,
    ConfidenceLowered,
}

/// <summary>One published version. Its bytes never change; a later one supersedes it (L7).</summary>
public sealed record FindingVersion(
    int Version, VersionKind Kind, string Digest, ImmutableArray<Text> Statements, string? ChangeNote, Confidence? ConfidenceCap,
    DateTimeOffset At, PersonId ProposedBy, PersonId ConfirmedBy);

public enum FindingStatus
{
    Current,
    UnderReconsideration,
    Superseded,
    Withdrawn,

    /// <summary>The tally no longer reproduces from the record (V-63).</summary>
    Disputed,

    /// <summary>By the appeals chamber (V-61).</summary>
    Annulled,
}

public abstract partial record CaseCommand
{
    internal const string PublishAct = "publish";

    /// <summary>Drafts the plain statement of the finding.</summary>
    public sealed record DraftFinding(FindingId Id, ImmutableArray<Text> Statements) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Chair, Role.LeadAssessor], Stages.Decided);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            PublicationRules.StatementFault(state, Statements, policy) is { } fault ? fault : new CaseEvent.FindingDrafted(state.FindingId ?? Id, Statements);
    }

    /// <summary>
    /// Publishes the drafted finding: the registrar proposes, the chair confirms (L4). What the finding says beside the
    /// statement is computed from the record; <c>Digest</c> is that of the canonical finding.
    /// </summary>
    public sealed record Publish(string Number, string Digest, EssenceCheck Essence, string Reason) : CaseCommand
    {
        /// <summary>Who must witness, as the instance is set up: see the event.</summary>
        public string? WitnessPolicy { get; init; }

        public override Duty Duty { get; } = new([Role.Registrar, Role.Chair], Stages.Decided);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Draft is not { } draft)
            {
                return Refusal.Conflict("draft-missing", "There is no drafted finding to publish.");
            }

            if (PublicationRules.Incomplete(state, policy, At) is { } incomplete)
            {
                return incomplete;
            }

            if (!Essence.Holds)
            {
                return Refusal.Conflict("essence-rule", Essence.Reason);
            }

            var role = state.RolesOf(By).Contains(Role.Registrar) ? Role.Registrar : Role.Chair;
            if (state.Pending is not { Act: PublishAct } pending)
            {
                return state.Pending is { } other ? AnotherPending(other) : new CaseEvent.ActProposed(PublishAct, draft.Id.Value, role, Reason);
            }

            if (pending.By == By.Id || pending.As == role)
            {
                return SecondPerson;
            }

            var again = state.HasFinding;
            return Decision<CaseEvent>.Accept(
                new CaseEvent.FindingPublished(
                    draft.Id, state.FindingNumber ?? Number, state.Versions.Count + 1, again ? VersionKind.Revised : VersionKind.Published,
                    Digest, draft.Statements, null, null, policy.Exercise, pending.By) { WitnessPolicy = WitnessPolicy },
                new CaseEvent.Moved(state.Stage, again ? Stage.Revised : Stage.Published, role, Reason));
        }
    }

    /// <summary>Corrects an error that does not touch the assessment; registrar and chair, two people. The old version stays readable.</summary>
    public sealed record Correct(ImmutableArray<Text> Statements, string ChangeNote, string Digest) : CaseCommand
    {
        /// <summary>Who must witness, as the instance is set up: see the event.</summary>
        public string? WitnessPolicy { get; init; }

        internal const string Act = "correct";

        public override Duty Duty { get; } = new([Role.Registrar, Role.Chair], Stages.Standing);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (PublicationRules.StatementFault(state, Statements, policy) is { } fault)
            {
                return fault;
            }

            if (state.CurrentIsAnnulled)
            {
                return Annulled;
            }

            if (string.IsNullOrWhiteSpace(ChangeNote))
            {
                return Refusal.Invalid("change-note-missing", "A correction says what was wrong.", "/changeNote");
            }

            var role = state.RolesOf(By).Contains(Role.Registrar) ? Role.Registrar : Role.Chair;
            var target = Sha256Hex.Of(ChangeNote + "\n" + string.Join('\n', Statements.Select(s => $"{s.Lang} {s.Value}")));
            if (state.Pending is not { Act: Act } pending)
            {
                return state.Pending is { } other ? AnotherPending(other) : new CaseEvent.ActProposed(Act, target, role, ChangeNote);
            }

            if (pending.Target != target)
            {
                return AnotherPending(pending);
            }

            if (pending.By == By.Id || pending.As == role)
            {
                return SecondPerson;
            }

            return Decision<CaseEvent>.Accept(
                new CaseEvent.FindingPublished(
                    state.FindingId!.Value, state.FindingNumber!, state.Versions.Count + 1, VersionKind.Corrected,
                    Digest, Statements, ChangeNote, state.CurrentVersion!.ConfidenceCap, policy.Exercise, pending.By) { WitnessPolicy = WitnessPolicy },
                new CaseEvent.Moved(state.Stage, Stage.Corrected, role, ChangeNote));
        }
    }

    /// <summary>Takes back a proposed act that its second person has not confirmed.</summary>
    public sealed record DropPendingAct(string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar, Role.Chair, Role.Custodian, Role.ReviewPanelMember], Stages.All);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Pending is null
            ? Refusal.Conflict("nothing-pending", "No act waits for a second person.")
            : string.IsNullOrWhiteSpace(Reason) ? Transitions.NoReason : new CaseEvent.PendingActDropped(state.Pending.Act, Reason);
    }
}

public abstract partial record CaseEvent
{
    public sealed record FindingDrafted(FindingId Finding, ImmutableArray<Text> Statements) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Draft = new FindingDraft(Finding, Statements, recorded.By, recorded.At),

            // What was proposed was another text.
            Pending = state.Pending is { Act: CaseCommand.PublishAct } ? null : state.Pending,
        };
    }

    public sealed record FindingPublished(
        FindingId Finding, [property: Open] string Number, int Version, VersionKind Kind, [property: Open] string Digest, ImmutableArray<Text> Statements, string? ChangeNote,
        Confidence? ConfidenceCap, bool Exercise, PersonId ProposedBy) : CaseEvent
    {
        /// <summary>
        /// Who must have witnessed the log before this version is official, fixed when it is published: the digest of that policy, or <c>none</c>.
        /// Null in events from before it was recorded.
        /// </summary>
        [Open]
        public string? WitnessPolicy { get; init; }

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            FindingId = Finding,
            FindingNumber = Number,
            Draft = null,
            Pending = null,
            Dispute = null, // It was about the version before; the next recount looks at this one.
            Versions = state.Versions.Add(new FindingVersion(
                Version, Kind, Digest, Statements, ChangeNote, ConfidenceCap, recorded.At, ProposedBy, recorded.By)),
        };
    }

    public sealed record PendingActDropped(string Act, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Pending = null };
    }
}

/// <summary>Whether the essence rule P4 holds over the present matrix; computed by the assessment's own rules.</summary>
public sealed record EssenceCheck(bool Holds, string Reason);

internal static class PublicationRules
{
    internal static Refusal? StatementFault(Case state, ImmutableArray<Text> statements, Policy policy)
    {
        if (statements.IsDefaultOrEmpty)
        {
            return Refusal.Invalid("statement-missing", "A finding has a plain statement.", "/statements");
        }

        if (statements.Select(s => s.Lang).Distinct().Count() != statements.Length)
        {
            return Refusal.Invalid("statement-twice", "There is one statement per language.", "/statements");
        }

        for (var i = 0; i < statements.Length; i++)
        {
            if (statements[i].IsBlank || statements[i].Words > policy.StatementMaxWords)
            {
                return Refusal.Invalid("statement-length", $"A statement has 1 to {policy.StatementMaxWords} words; this has {statements[i].Words}.", $"/statements/{i}/value");
            }

            // P6: the registry never says "X did it".
            var english = statements[i].Lang.Split('-')[0].Equals("en", StringComparison.OrdinalIgnoreCase);
            if (english && !statements[i].Value.Contains("the panel assesses", StringComparison.OrdinalIgnoreCase))
            {
                return Refusal.Invalid("wording", "The wording of a finding is \"the panel assesses\" (P6).", $"/statements/{i}/value");
            }
        }

        // P5: what was found of a territory, a group or a person is not said of a state.
        if (HighestFound(state) is { } level)
        {
            for (var i = 0; i < statements.Length; i++)
            {
                if (Wording.CheckStatement(level, statements[i].Value) is { } exceeds)
                {
                    return exceeds with { Pointer = $"/statements/{i}/value" };
                }
            }
        }

        var missing = policy.RequiredLanguages.Except(statements.Select(s => s.Lang)).ToList();
        return missing.Count == 0 ? null : Refusal.Invalid("language-missing", $"The statement is missing in: {string.Join(", ", missing)}.", "/statements");
    }

    /// <summary>The highest level at which something was attributed; null when nothing was.</summary>
    private static PropositionLevel? HighestFound(Case state)
    {
        var found = state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null)?.Outcome!.Questions
            .Where(q => q.Outcome == TallyOutcome.Attributed)
            .Select(q => state.Hypotheses.Find(h => h.Id.Value == q.Hypothesis)?.Content.TerritoryOnly == true ? PropositionLevel.Territory : q.Level switch
            {
                Level.Individual => PropositionLevel.Individual,
                Level.Group => PropositionLevel.Group,
                Level.StateSponsored => PropositionLevel.StateSponsored,
                _ => PropositionLevel.State,
            }).ToList() ?? [];
        PropositionLevel[] falling = [PropositionLevel.State, PropositionLevel.StateSponsored, PropositionLevel.Individual, PropositionLevel.Group, PropositionLevel.Territory];
        return found.Count == 0 ? null : falling.First(found.Contains);
    }

    /// <summary>P2 and the advance copy: what must be there before a finding goes out.</summary>
    internal static Refusal? Incomplete(Case state, Policy policy, DateTimeOffset at)
    {
        if (state.Counting.FirstOrDefault(e => !e.Disclosed && (e.Withheld is null || e.Gist is null)) is { } unexplained)
        {
            return Refusal.Conflict("withholding-unexplained", $"Evidence {unexplained.Id} is neither disclosed nor withheld with reason and gist.");
        }

        if (state.Replies.Any(r => r.Points.Any(p => p.Answer is null)))
        {
            return Refusal.Conflict("reply-points-open", "Each point of each reply must be answered.");
        }

        foreach (var party in state.Parties.Values)
        {
            var copy = state.Services.Where(s => s.On == party.Person && s.Documents.Contains(ServedDocument.AdvanceCopy) && s.At >= state.Draft!.At)
                .Select(s => (DateTimeOffset?)s.At).Max();
            if (copy is null || (at - copy.Value).TotalSeconds < policy.AdvanceCopySeconds)
            {
                return Refusal.Conflict("advance-copy-missing", $"The advance copy must have been served on {party.Represents} {policy.AdvanceCopySeconds} seconds ahead.");
            }
        }

        return null;
    }
}
