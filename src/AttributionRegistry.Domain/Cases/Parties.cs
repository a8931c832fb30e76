using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

/// <summary>What is served on a party.</summary>
public enum ServedDocument
{
    Notice,
    Draft,
    DisclosureSet,
    Gists,
    AdvanceCopy,
}

/// <summary>A service on a party. The reply clock starts at the last one (L6).</summary>
public sealed record Service(
    ServiceId Id, PersonId On, AssessmentId? Assessment, ImmutableArray<ServedDocument> Documents, string Method, DateTimeOffset At, Text? Letter)
{
    /// <summary>What must have been served before a party can reply.</summary>
    public static IReadOnlyList<ServedDocument> BeforeReply { get; } = [ServedDocument.Notice, ServedDocument.Draft, ServedDocument.DisclosureSet];
}

public sealed record ReplyPoint(int Number, Text Statement, Text? Answer = null);

/// <summary>A party's reply, kept and published verbatim, answered point by point.</summary>
public sealed record Reply(ReplyId Id, PersonId By, DateTimeOffset At, Text Body, ImmutableArray<ReplyPoint> Points);

public abstract partial record CaseCommand
{
    private static Refusal PersonUnknown { get; } = Refusal.Invalid("person-unknown", "No account has this id; create the person first.", "/person");

    /// <summary>
    /// Gives a person a role in this case. Duties that exclude each other are not given to one person. Instance roles are null
    /// where there is no such person.
    /// </summary>
    public sealed record Assign(PersonId Person, Role Role, IReadOnlySet<Role>? InstanceRoles) : CaseCommand
    {
        /// <summary>Roles that a case gives; the panel's come from the draw, the parties' with what they stand for.</summary>
        public static IReadOnlyList<Role> Assignable { get; } =
            [Role.Analyst, Role.Custodian, Role.LeadAssessor, Role.DevilsAdvocate, Role.ExternalReviewer, Role.InvitedSpecialist];

        public override Duty Duty { get; } = new([Role.Registrar], [Stage.Referred, Stage.Screening, .. Stages.Open, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (!Assignable.Contains(Role))
            {
                return Refusal.Invalid("role-not-assignable", $"The role {CaseDecider.Name(Role)} is not given this way.", "/role");
            }

            if (InstanceRoles is null)
            {
                return PersonUnknown;
            }

            if (state.Recused.Contains(Person) && Role != Role.InvitedSpecialist)
            {
                return Refusal.Conflict("person-recused", "This person is recused from the case.", "/person");
            }

            if (InstanceRoles.Overlaps(Separation.NeverInACase))
            {
                return Refusal.Conflict("duties-not-separable", "Registrar, operator, auditor and integrity officer hold no role inside a case.", "/person");
            }

            if (Separation.Conflict(state, Person, Role) is { } conflict)
            {
                return Refusal.Conflict("duties-not-separable", conflict, "/person");
            }

            return state.Assigned.GetValueOrDefault(Person)?.Contains(Role) == true
                ? Refusal.Conflict("role-held", "This person holds the role already.", "/person")
                : new CaseEvent.Assigned(Person, Role);
        }
    }

    /// <summary>Takes a role in this case away.</summary>
    public sealed record Unassign(PersonId Person, Role Role, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar, Role.IntegrityOfficer], [Stage.Referred, Stage.Screening, .. Stages.Open, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            state.Assigned.GetValueOrDefault(Person)?.Contains(Role) != true ? CaseDecider.NoSuchCase
            : string.IsNullOrWhiteSpace(Reason) ? Transitions.NoReason
            : new CaseEvent.Unassigned(Person, Role, Reason);
    }

    /// <summary>Names a party: the accused state's or organisation's representative, or the victim. Instance roles as in <see cref="Assign"/>.</summary>
    public sealed record NameParty(PersonId Person, Role As, string Represents, string Lang, IReadOnlySet<Role>? InstanceRoles) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], [Stage.Screening, .. Stages.Working, Stage.Reviewing]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (As is not (Role.NamedParty or Role.Victim))
            {
                return Refusal.Invalid("role-not-assignable", "A party is a named party or the victim.", "/as");
            }

            if (string.IsNullOrWhiteSpace(Represents))
            {
                return Refusal.Invalid("party-unnamed", "A party stands for a state, an organisation or a person.", "/represents");
            }

            if (InstanceRoles is null)
            {
                return PersonUnknown;
            }

            if (state.Parties.ContainsKey(Person))
            {
                return Refusal.Conflict("party-named", "This person is a party already.", "/person");
            }

            return Separation.HoldsDuty(state, Person) || Separation.IsScrutineer(state, Person) || InstanceRoles.Any(r => r is not (Role.NamedParty or Role.Victim or Role.Referrer))
                ? Refusal.Conflict("duties-not-separable", "A party holds no other role.", "/person")
                : new CaseEvent.PartyNamed(Person, As, Represents, Lang);
        }
    }

    /// <summary>Declares one's interests in this case; renewed yearly.</summary>
    public sealed record DeclareInterests(Text? Statement) : CaseCommand
    {
        public override Duty Duty { get; } = new(
            [Role.LeadAssessor, Role.DevilsAdvocate, Role.ExternalReviewer, Role.Analyst, Role.Custodian, Role.PanelMember],
            [Stage.Referred, Stage.Screening, .. Stages.Open, .. Stages.Decided, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => new CaseEvent.InterestsDeclared(Statement);
    }

    /// <summary>Records a service on a party.</summary>
    public sealed record Serve(ServiceId Id, PersonId On, ImmutableArray<ServedDocument> Documents, string Method, Text? Letter) : CaseCommand
    {
        public override Duty Duty { get; } = new(
            [Role.Registrar], [Stage.Reviewing, Stage.Replying, Stage.Deliberating, .. Stages.Decided, .. Stages.Standing, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (!state.Parties.ContainsKey(On))
            {
                return Refusal.Invalid("party-unknown", "Services are made on parties of the case.", "/on");
            }

            if (Documents.IsDefaultOrEmpty || string.IsNullOrWhiteSpace(Method))
            {
                return Refusal.Invalid("service-empty", "A service names what was served and how.", "/documents");
            }

            if (Documents.Contains(ServedDocument.Draft) && state.CurrentAssessment is null)
            {
                return Refusal.Conflict("assessment-not-frozen", "There is no frozen draft to serve.");
            }

            if (Documents.Contains(ServedDocument.AdvanceCopy) && state.Draft is null)
            {
                return Refusal.Conflict("draft-missing", "There is no drafted finding to serve in advance.");
            }

            return new CaseEvent.Served(Id, On, state.CurrentAssessment?.Id, Documents, Method, Letter);
        }
    }

    /// <summary>Files a party's reply, in numbered points.</summary>
    public sealed record FileReply(ReplyId Id, Text Body, ImmutableArray<Text> Points) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.NamedParty, Role.Victim], [Stage.Replying]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            Body.IsBlank ? Refusal.Invalid("reply-empty", "A reply has a text.", "/body/value")
            : Points.IsDefaultOrEmpty || Points.Any(p => p.IsBlank) ? Refusal.Invalid("reply-points-missing", "A reply is made in points, so that each can be answered.", "/points")
            : new CaseEvent.Replied(Id, Body, Points);
    }

    /// <summary>Answers one point of a reply.</summary>
    public sealed record AnswerReplyPoint(ReplyId Reply, int Point, Text Answer) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.LeadAssessor], [Stage.Replying]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            var point = state.Replies.Find(r => r.Id == Reply)?.Points.FirstOrDefault(p => p.Number == Point);
            return PointRules.Answer(point is not null, point?.Answer, Answer, new CaseEvent.ReplyPointAnswered(Reply, Point, Answer));
        }
    }
}

/// <summary>Points of replies and of reviews are answered alike: once, and in words.</summary>
internal static class PointRules
{
    internal static Decision<CaseEvent> Answer(bool exists, Text? earlier, Text answer, CaseEvent answered) =>
        !exists ? CaseDecider.NoSuchCase
        : earlier is not null ? Refusal.Conflict("point-answered", "This point has been answered already.")
        : answer.IsBlank ? Refusal.Invalid("answer-missing", "An answer is a text.", "/answer/value")
        : answered;
}

/// <summary>Which duties one person may not unite, in one case.</summary>
internal static class Separation
{
    internal static readonly ImmutableHashSet<Role> NeverInACase = [Role.Registrar, Role.Operator, Role.Auditor, Role.IntegrityOfficer];

    private static readonly ImmutableHashSet<Role> Assessing = [Role.LeadAssessor, Role.DevilsAdvocate, Role.ExternalReviewer];

    internal static string? Conflict(Case state, PersonId person, Role role)
    {
        if (state.Parties.ContainsKey(person))
        {
            return "A party holds no other role.";
        }

        if (state.Panel?.SeatOf(person) is { Removed: false })
        {
            return "A member of the panel holds no other role in the case.";
        }

        if (IsScrutineer(state, person))
        {
            return "A scrutineer holds no other role in the case (V-56).";
        }

        var held = state.Assigned.GetValueOrDefault(person) ?? [];
        if (Assessing.Contains(role) && held.Overlaps(Assessing.Remove(role)))
        {
            return "Lead assessor, devil's advocate and external reviewer are three different people.";
        }

        return role == Role.ExternalReviewer && (held.Contains(Role.Analyst) || state.Contributed(person))
            ? "Whoever worked on the evidence does not review the assessment from outside."
            : null;
    }

    internal static bool IsScrutineer(Case state, PersonId person) => state.Rounds.Any(r => r.Scrutineers.Contains(person));

    internal static bool HoldsDuty(Case state, PersonId person) =>
        state.Panel?.SeatOf(person) is not null || state.WorkedOn(person);
}
