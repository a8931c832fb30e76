using AttributionRegistry.Domain;
using AttributionRegistry.Server.Incidents;

namespace AttributionRegistry.Server.Evidence;

/// <summary>An item whose stored bytes were not found whole.</summary>
/// <param name="Evidence">The item.</param>
/// <param name="Incident">Its case.</param>
/// <param name="State">What was found.</param>
/// <param name="At">When.</param>
public sealed record BadPayloadView(EvidenceId Evidence, IncidentId Incident, PayloadState State, DateTimeOffset At);

/// <summary>How the stored bytes of all items stand.</summary>
/// <param name="Payloads">How many items have bytes here.</param>
/// <param name="Unchecked">How many of them were not read again yet.</param>
/// <param name="Whole">How many were found whole the last time.</param>
/// <param name="Damaged">How many were not.</param>
/// <param name="CheckedSince">Every item was read again since then: the last full pass. Null while one never was.</param>
/// <param name="PeriodSeconds">How often each item is read again.</param>
/// <param name="Orphans">Files older than a day that no item holds; the daily sweep removes them.</param>
/// <param name="DamagedItems">The damaged items of the cases that the caller may read, at most 100.</param>
public sealed record IntegrityView(
    long Payloads, long Unchecked, long Whole, long Damaged, DateTimeOffset? CheckedSince, long PeriodSeconds, int Orphans, IReadOnlyList<BadPayloadView> DamagedItems);

public static class ReadIntegrity
{
    private const int MostItems = 100;

    /// <summary>What the integrity sweep has found. Which items are damaged is shown to those who may read their cases.</summary>
    public static IntegrityView Handle(Caller caller, PayloadChecks checks, Payloads payloads, CaseReads cases, RegistrySettings settings, TimeProvider clock)
    {
        var counts = checks.Counts();
        return new IntegrityView(
            counts.Payloads, counts.Unchecked, counts.Whole, counts.Bad, counts.Since, (long)settings.IntegrityPeriod.TotalSeconds,
            payloads.CountOrphans(clock.GetUtcNow()),
            [.. checks.Bad().Where(b => cases.ForReader(b.Incident, caller) is not null).Take(MostItems).Select(b => new BadPayloadView(b.Evidence, b.Incident, b.State, b.At))]);
    }
}
