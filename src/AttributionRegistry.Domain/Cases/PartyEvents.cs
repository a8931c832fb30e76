using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record Assigned(PersonId Person, Role Role) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Give(Person, Role);
    }

    public sealed record Unassigned(PersonId Person, Role Role, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var left = state!.Assigned[Person].Remove(Role);
            return state with { Assigned = left.IsEmpty ? state.Assigned.Remove(Person) : state.Assigned.SetItem(Person, left) };
        }
    }

    public sealed record PartyNamed(PersonId Person, Role As, string Represents, string Lang) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state!.Give(Person, As) with { Parties = state.Parties.Add(Person, new Party(Person, As, Represents, Lang)) };
    }

    public sealed record InterestsDeclared(Text? Statement) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Interests = state.Interests.SetItem(recorded.By, new InterestDeclaration(recorded.By, recorded.At, Statement)),
        };
    }

    public sealed record Served(
        ServiceId Service, PersonId On, AssessmentId? Assessment, ImmutableArray<ServedDocument> Documents, string Method, Text? Letter) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var next = state! with { Services = state.Services.Add(new Service(Service, On, Assessment, Documents, Method, recorded.At, Letter)) };
            if (!Documents.Contains(ServedDocument.Gists))
            {
                return next;
            }

            return next with
            {
                Evidence = [.. next.Evidence.Select(e => e.Gist is null ? e : e with { GistServedOn = e.GistServedOn.Add(On) })],
            };
        }
    }

    public sealed record Replied(ReplyId Reply, Text Body, ImmutableArray<Text> Points) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Replies = state.Replies.Add(new Reply(
                Reply, recorded.By, recorded.At, Body, [.. Points.Select((p, i) => new ReplyPoint(i + 1, p))])),
        };
    }

    public sealed record ReplyPointAnswered(ReplyId Reply, int Point, Text Answer) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var reply = state!.Replies.Find(r => r.Id == Reply)!;
            return state with
            {
                Replies = state.Replies.Replace(reply, reply with
                {
                    Points = [.. reply.Points.Select(p => p.Number == Point ? p with { Answer = Answer } : p)],
                }),
            };
        }
    }
}
