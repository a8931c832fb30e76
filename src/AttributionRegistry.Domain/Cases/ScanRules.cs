namespace AttributionRegistry.Domain.Cases;

/// <summary>What a malware scanner said of the bytes of an item.</summary>
public enum ScanVerdict
{
    /// <summary>No signature matched. That is no proof of harmlessness.</summary>
    Clean,

    /// <summary>A signature matched.</summary>
    Malware,

    /// <summary>The scanner did not look at all of it, such as for its size.</summary>
    NotScanned,
}

/// <summary>One scan. It labels; nothing is ever deleted or kept from those who may read it.</summary>
/// <param name="Engine">The scanner with the version of its signatures.</param>
/// <param name="Verdict">What it said.</param>
/// <param name="Signature">The name of the signature that matched, or why the item was not scanned.</param>
/// <param name="By">Who had it scanned; the machine's id where it did so by itself.</param>
/// <param name="At">When.</param>
public sealed record Scan(string Engine, ScanVerdict Verdict, string? Signature, PersonId By, DateTimeOffset At);

public abstract partial record CaseCommand
{
    /// <summary>Records what a scanner said of the bytes. The server gives this command after it has asked one.</summary>
    public sealed record RecordScan(EvidenceId Evidence, string Engine, ScanVerdict Verdict, string? Signature) : CaseCommand
    {
        public override Duty Duty { get; } = new([.. Case.Insiders], Stages.All, WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null or { Payload: null } => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Quarantined or EvidenceStanding.Erased } => NotUsable,
            _ => new CaseEvent.Scanned(Evidence, Engine, Verdict, Signature),
        };
    }
}

public abstract partial record CaseEvent
{
    public sealed record Scanned(EvidenceId Evidence, string Engine, ScanVerdict Verdict, string? Signature) : CaseEvent
    {
        // Replaced without the care of Change: a label changes nothing of what a finding discloses.
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var item = state!.Find(Evidence)!;
            return state.Replace(item with { Scans = item.Scans.Add(new Scan(Engine, Verdict, Signature, recorded.By, recorded.At)) });
        }
    }
}
