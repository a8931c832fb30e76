using System.Collections.Immutable;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>Somebody proposed as scrutineer, as the instance knows them.</summary>
/// <param name="Person">Who.</param>
/// <param name="InstanceRoles">Null where there is no such account, or it is suspended.</param>
/// <param name="HasEscrowKey">Whether they have registered an escrow key that is not retired.</param>
public sealed record ScrutineerCandidate(PersonId Person, IReadOnlySet<Role>? InstanceRoles, bool HasEscrowKey);

/// <summary>Who may hold a share of the key to every ballot of a round (V-56): five people who have nothing else to do with the case.</summary>
internal static class ScrutineerRules
{
    internal static Refusal? Fault(Case state, Policy policy, ImmutableArray<Question> questions, ImmutableArray<ScrutineerCandidate> proposed)
    {
        if (proposed.IsDefaultOrEmpty)
        {
            return questions.Any(q => policy.EscrowLevels.Contains(q.Level))
                ? Refusal.Invalid("scrutineers-missing", "A question of this level is voted on with every ballot in escrow: name five scrutineers (V-56).", "/scrutineers")
                : null;
        }

        if (proposed.Length != RoundEscrow.Size || proposed.Select(p => p.Person).Distinct().Count() != RoundEscrow.Size)
        {
            return Refusal.Invalid("scrutineers-missing", "A round has five different scrutineers, or none (V-56).", "/scrutineers");
        }

        for (var i = 0; i < proposed.Length; i++)
        {
            if (Unfit(state, proposed[i]) is { } why)
            {
                return Refusal.Invalid("scrutineer-unfit", why, $"/scrutineers/{i}");
            }
        }

        return null;
    }

    private static string? Unfit(Case state, ScrutineerCandidate candidate)
    {
        if (candidate.InstanceRoles?.Contains(Role.Scrutineer) != true)
        {
            return "A scrutineer has the role scrutineer, in an account that is not suspended.";
        }

        var person = candidate.Person;
        return !candidate.HasEscrowKey ? "A scrutineer has registered an escrow key, and not retired it."
            : state.RolesOf(new Caller(person, candidate.InstanceRoles)).Count > 0 || Separation.HoldsDuty(state, person) || state.ReferredBy == person ||
              state.Recused.Contains(person) || state.FormerPanel.Contains(person) || state.Pool?.Candidates.Any(c => c.Id == person.Value) == true
                ? "A scrutineer holds no other duty in the case, has done no work in it, and is not in the pool of its panel."
            : null;
    }
}
