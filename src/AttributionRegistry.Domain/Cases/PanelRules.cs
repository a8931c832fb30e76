using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    /// <summary>A drawn member accepts the seat and declares conflicts, or gives the seat up (V-10, V-11, V-13).</summary>
    public sealed record Declare(
        PanelId Panel, bool Accepts, DeclarationKind Kind, Text? Statement, bool NamedAnActor, string TextDigest, BallotKey? Key, bool KeyIsTheirs) : CaseCommand
    {
        /// <summary>The signature under the declaration, as sent.</summary>
        public string? Signature { get; init; }

        /// <summary>The long-term key that made it.</summary>
        public KeyId? SigningKey { get; init; }

        /// <summary>Whether it is the member's own signature over this very declaration. Checked outside.</summary>
        public bool SignatureValid { get; init; }

        public override Duty Duty { get; } = new([Role.PanelMember], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel!.Id != Panel)
            {
                return CaseDecider.NoSuchCase;
            }

            if (Kind != DeclarationKind.None && (Statement is null || Statement.IsBlank))
            {
                return Refusal.Invalid("declaration-incomplete", "A declared interest, relationship or statement is described.", "/statement");
            }

            if (state.CurrentRound is { Outcome: null })
            {
                return Refusal.Conflict("round-open", "Declarations and ballot keys are fixed while a round is open.");
            }

            if (Accepts && (Key is null || !KeyIsTheirs))
            {
                return Refusal.Invalid("ballot-key-invalid", "Accepting a seat takes a ballot key signed by one of your registered signing keys (V-70).", "/ballotKey");
            }

            // V-11: what a member declares stands under their own signature; whoever gives the seat up need not sign.
            if (!SignatureValid && (Accepts || Signature is not null))
            {
                return Refusal.Invalid("declaration-unsigned", "Accepting a seat takes a declaration signed by one of your registered signing keys (V-11).", "/signature");
            }

            // V-70: exactly one key per seat; a key that two members share would count as one ballot of two people.
            if (Accepts && state.Panel.Seats.Any(s => s.Person != By.Id && s.Key?.Id == Key!.Id))
            {
                return Refusal.Invalid("ballot-key-invalid", "Accepting a seat takes a fresh ballot key of your own (V-70).", "/ballotKey/spki");
            }

            // V-10: silence is refusal. Giving the seat up is never too late.
            var seat = state.Panel.SeatOf(By.Id)!;
            if (Accepts && seat.Declaration is null && At >= seat.OfferedAt.AddDays(RuleSet.Default.Windows.AcceptanceDays))
            {
                return Refusal.Conflict("declaration-too-late", $"A seat is accepted within {RuleSet.Default.Windows.AcceptanceDays} days (V-10); the integrity officer fills it now.");
            }

            var declaration = new Declaration(Accepts, Kind, Statement, NamedAnActor, At, TextDigest)
            {
                Signature = Signature,
                SigningKey = Signature is null ? null : SigningKey,
            };
            var declared = new CaseEvent.Declared(Panel, declaration, Accepts ? Key : null);

            // V-13: whoever attributed this incident in public to a named actor cannot sit. V-10: who declines is replaced.
            var ground = NamedAnActor ? "prior-public-attribution" : Accepts ? null : "declined";
            return ground is null ? declared : Decision<CaseEvent>.Accept([declared, .. PanelRules.Removal(state, By.Id, ground)]);
        }
    }

    /// <summary>Fills the seats whose members have let the time to declare run out: silence is refusal (V-10).</summary>
    public sealed record LapseSeats : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar, Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            var (now, events) = (state, new List<CaseEvent>());
            foreach (var silent in (state.Panel?.Sitting ?? []).Where(s => s.IsSilent && At >= s.OfferedAt.AddDays(RuleSet.Default.Windows.AcceptanceDays)))
            {
                foreach (var @event in PanelRules.Removal(now, silent.Person, "no-declaration"))
                {
                    now = @event.Apply(now, new Recorded(By.Id, At));
                    events.Add(@event);
                }
            }

            return events.Count > 0 ? Decision<CaseEvent>.Accept(events) : Refusal.Conflict("no-seat-lapsed", "No seat has been left without an answer for longer than its time.");
        }
    }

    /// <summary>Recuses a member: at their own wish, or found by the integrity officer (V-12).</summary>
    public sealed record Recuse(PersonId Member, string Ground) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember, Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.SeatOf(Member) is not { Removed: false })
            {
                return Refusal.NotFound("not-seated", "This person holds no seat of this panel.", "/member");
            }

            if (Member != By.Id && !state.Is(By, Role.IntegrityOfficer))
            {
                return Refusal.Forbidden("role-required", "Only the integrity officer recuses somebody else.");
            }

            return string.IsNullOrWhiteSpace(Ground)
                ? Refusal.Invalid("reason-missing", "A recusal has a ground.", "/ground")
                : Decision<CaseEvent>.Accept([.. PanelRules.Removal(state, Member, Ground)]);
        }
    }
}

/// <summary>Who leaves the panel, and who takes the seat.</summary>
internal static class PanelRules
{
    internal static DrawInput Input(Case state, Pool pool, byte[] seed, Voting.PanelRules rules, DateOnly on)
    {
        var concerns = ConcernsOf(state, pool, on);
        var excluded = pool.Candidates.Where(c => Exclusion.Of(c, concerns, on).Count > 0 || IsTaken(state, c)).Select(c => c.Id);
        return new DrawInput(seed, [.. pool.Candidates.Select(c => c.ForDraw(on))], rules, state.ConcernedStates, excluded.ToHashSet());
    }

    internal static CaseConcerns ConcernsOf(Case state, Pool pool, DateOnly on)
    {
        var submitters = state.Evidence.Select(e => e.SubmittedBy.Value).ToHashSet();
        var employers = pool.Candidates.Where(c => submitters.Contains(c.Id))
            .SelectMany(c => c.Employments).Where(e => e.Until is null || e.Until >= on).Select(e => e.Group).ToHashSet();
        return new CaseConcerns(state.ConcernedStates, submitters, employers);
    }

    /// <summary>Members affected by states named for the first time leave, one after the other (V-03, V-12).</summary>
    internal static IEnumerable<CaseEvent> RecusalsFor(Case state, ImmutableArray<string> newStates)
    {
        foreach (var @event in ChamberDraw.RecusalsFor(state, newStates))
        {
            yield return @event;
        }

        if (state.Panel is not { Drawn: true } panel || newStates.IsEmpty)
        {
            yield break;
        }

        var entries = state.Pool!.Candidates.ToDictionary(c => c.Id);
        var on = DateOnly.FromDateTime(panel.DrawnAt.UtcDateTime);
        var affected = newStates
            .SelectMany(s => Exclusion.AffectedBy(s, [.. panel.Sitting.Select(x => entries[x.Person.Value])], on))
            .Distinct().Select(PersonId.Of).ToList();

        // The replacements must not belong to the new states either: they count as concerned from now on.
        var now = state with { Facts = state.Facts with { VictimStates = [.. state.Facts.VictimStates, .. newStates] } };
        foreach (var member in affected)
        {
            foreach (var @event in Removal(now, member, "concerned-state"))
            {
                now = @event.Apply(now, new Recorded(member, panel.DrawnAt));
                yield return @event;
            }
        }
    }

    /// <summary>A member leaves; before the vote an alternate or the next rank takes the seat, else it stays empty (V-12, V-35).</summary>
    internal static IEnumerable<CaseEvent> Removal(Case state, PersonId member, string ground)
    {
        yield return new CaseEvent.MemberRecused(member, ground);
        var panel = state.Panel!;
        if (state.Rounds.Any(r => r.OpenedAt >= panel.DrawnAt) || state.Pool is not { } pool)
        {
            yield break;
        }

        var input = Input(state, pool, Convert.FromHexString(panel.Seed), RuleSet.Default.Panel with { Seats = panel.Size }, DateOnly.FromDateTime(panel.DrawnAt.UtcDateTime));
        var gone = panel.Seats.Where(s => s.Removed).Select(s => s.Person.Value).Concat(state.Recused.Select(r => r.Value)).ToHashSet();
        var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
        var alternates = panel.Alternates.GroupBy(a => regions[a.Value]).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]);
        var vacancy = new Vacancy(input, alternates, [.. panel.Sitting.Select(s => s.Person.Value)], member.Value, gone);
        if (Replacement.For(vacancy) is ReplacementResult.Replaced next)
        {
            yield return new CaseEvent.SeatFilled(PersonId.Of(next.MemberId), regions[next.MemberId], member);
        }
    }

    // Whoever worked on the case or referred it, parties, those recused, and the last panel (V-62 would allow a third) are not drawn.
    internal static bool IsTaken(Case state, Candidate candidate)
    {
        var person = PersonId.Of(candidate.Id);
        return state.WorkedOn(person) || state.ReferredBy == person || state.Recused.Contains(person) || state.FormerPanel.Contains(person) ||
            state.Chamber?.SeatOf(person) is not null;
    }
}
