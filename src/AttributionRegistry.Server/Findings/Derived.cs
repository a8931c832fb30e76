using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Findings;

/// <summary>What has changed in public about a finding: a new version, or what has become of the current one.</summary>
/// <param name="Case">The case after the act.</param>
/// <param name="Version">The current version.</param>
/// <param name="Finding">What it says.</param>
/// <param name="Round">The round that decided it.</param>
/// <param name="Kind">As the list of changes names it.</param>
/// <param name="IsNewVersion">Whether the version came with this act.</param>
/// <param name="LogIndex">The entry of the act.</param>
/// <param name="AtMicroseconds">Its instant.</param>
public sealed record PublishedChange(
    Case Case, FindingVersion Version, CanonicalFinding Finding, Round Round, string Kind, bool IsNewVersion, long LogIndex, long AtMicroseconds)
{
    public string Number => Finding.Number;

    /// <summary>Nothing has changed: the program that derives is another one, and what is stored is derived again.</summary>
    public bool Again { get; init; }

    public FindingStatus Status => Case.StatusOf(Version);
}

/// <summary>
/// Something public that follows from what is published: the search index, feeds, exports. Written in the transaction of the publication,
/// and again from what is stored when the program that makes it has changed.
/// </summary>
public interface IDerivedFromFindings
{
    /// <summary>Which form it has. Another form than the stored one: everything is derived again at the start.</summary>
    string Form { get; }

    /// <summary>Before everything is derived again: takes away what would stand in the way, and makes what is there before the first finding.</summary>
    void Begin(RowWriter rows)
    {
    }

    /// <summary>Writes rows and documents, on the writer's thread: no waiting. May be called again with the same change.</summary>
    void Write(RowWriter rows, PublishedChange change);

    /// <summary>Called when the change is durable.</summary>
    void Committed(PublishedChange change)
    {
    }
}
