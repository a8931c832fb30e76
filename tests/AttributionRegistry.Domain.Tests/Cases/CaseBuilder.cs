using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>Walks a case from stage to stage by real commands. Nothing is written into the state by hand.</summary>
internal sealed partial class CaseBuilder
{
    private int _ids;

    public static DateTimeOffset Start { get; } = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Most walks vote once; what the policy asks of the rounds has tests of its own.</summary>
    public static Policy Rules { get; } = new() { IndicativeRoundFirst = false, EscrowLevels = [] };

    public Policy InForce { get; init; } = Rules;

    public static Caller X { get; } = Cast.Stranger;

    public static DateTimeOffset T { get; } = Start;

    public Case State { get; private set; } = null!;

    public DateTimeOffset Now { get; private set; } = Start;

    public List<(CaseEvent Event, Recorded Recorded)> Log { get; } = [];

    public bool NobodyNamed { get; init; }

    public static IncidentId Id { get; } = IncidentId.Of($"inc_{1:x32}");

    public static string Root { get; } = Sha256Hex.Of("evidence");

    public TId New<TId>()
        where TId : struct, ITypedId<TId> => TId.Of($"{TId.Prefix}_{++_ids:x32}");

    public Decision<CaseEvent> Try(Caller by, CaseCommand command) => CaseDecider.Decide(State, command with { By = by, At = Now }, InForce);

    /// <summary>Gives a command that must be accepted.</summary>
    public CaseBuilder Do(Caller by, CaseCommand command)
    {
        var decision = Try(by, command);
        decision.Refusal.Should().BeNull("{0} by {1} at {2} is part of the walk", command.GetType().Name, by.Id, State?.Stage);
        foreach (var @event in decision.Events)
        {
            var recorded = new Recorded(by.Id, Now);
            State = CaseDecider.Evolve(State, @event, recorded);
            Log.Add((@event, recorded));
        }

        Now = Now.AddMinutes(1);
        return this;
    }

    /// <summary>Gives a command that must be refused with this code.</summary>
    public CaseBuilder Refused(Caller by, CaseCommand command, string code)
    {
        var decision = Try(by, command);
        decision.IsRefused.Should().BeTrue("{0} should be refused with {1}", command.GetType().Name, code);
        decision.Refusal!.Code.Should().Be(code);
        return this;
    }

    public CaseBuilder Wait(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public CaseBuilder Copy()
    {
        var copy = new CaseBuilder { NobodyNamed = NobodyNamed, State = State, Now = Now, _ids = _ids };
        copy.Log.AddRange(Log);
        return copy;
    }

    public Caller Chair => Cast.Member(State.Panel!.Chair!.Value);

    public Caller Member(int number) => Cast.Member(State.Panel!.Sitting.OrderBy(s => s.Order).ElementAt(number).Person);

    public CaseBuilder Move(Caller by, Stage to, CaseCommand.Move? with = null) =>
        Do(by, with ?? new CaseCommand.Move(to, $"On to {to}.") { By = X, At = T });

    public static CaseCommand.Move MoveTo(Stage to) => new(to, "For its reason.")
    {
        By = X,
        At = T,
        Decline = DeclineReason.BelowSeverity,
        MergeInto = IncidentId.Of($"inc_{2:x32}"),
        Opening = new Opening(
            [.. Rules.SelectionCriteria.Select(c => new CriterionScore(c, 4, "Looked at."))],
            new Timetable(Date("2026-03"), Date("2026-05"), Date("2026-09"))),
        CallForEvidence = "Whoever saw the beacon, write to us.",
        EvidenceRoot = Root,
    };

    public static VagueDate Date(string month) => new(month, DatePrecision.Month);

    public static IncidentFacts Facts { get; } = new()
    {
        Name = "The night of the valves",
        Summary = new Text("Water works stood still for six hours."),
        VictimStates = [Cast.VictimState],
    };

    public static EvidenceDescription Described(Tlp tlp = Tlp.Clear, string? origin = null, params Parent[] parents) => new()
    {
        Title = "Memory image",
        Kind = EvidenceKind.DiskImage,
        Description = new Text("Taken from the gateway."),
        InterestInOutcome = "none",
        Tlp = tlp,
        Spoofability = Spoofability.Low,
        Origin = origin,
        Parents = [.. parents],
    };

    public static HypothesisContent Content(HypothesisKind kind, bool residual = false, params string[] states) => new()
    {
        Statement = new Text($"It was {kind}."),
        Kinds = [kind],
        Level = Level.State,
        States = [.. states],
        Residual = residual,
    };

    public static Payload Bytes(string text) => new(Sha256Hex.Of(text), text.Length, "application/octet-stream", Sha256Hex.Of("salt " + text));

    public static ImmutableArray<Text> Statement(string value = "The panel assesses that it is very likely that the attack was conducted by the state of Zetland.") =>
        [new Text(value)];

    public static Circumstances ByCourier { get; } = new() { Place = "Vault 2", Method = "courier", Purpose = "analysis", SealNumber = "A-17" };

    public static Activity Made { get; } = new() { Tool = "redactor", ToolVersion = "2.1", Operator = "custodian", Parameters = [new ToolParameter("faces", "blurred")] };

    public static Parent CopyOf(EvidenceId original, Derivation how = Derivation.Redaction) => new(original, how, Made);

    public static Parent Stripped(EvidenceId original) => CopyOf(original, Derivation.MetadataStripped);

    /// <summary>Stands for the commitment that the server computes.</summary>
    public static Dictionary<EvidenceId, string> Committed(params EvidenceId[] originals) => originals.ToDictionary(o => o, o => $"commitment to {o}");
}
