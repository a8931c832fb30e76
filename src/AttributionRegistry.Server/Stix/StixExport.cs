using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Stix;

/// <summary>Stores the STIX bundle of a version when it is published, and again when what has become of it changes.</summary>
public sealed class StixExport(RegistrySettings settings, RegistryStore store, PublishedDocuments documents) : IDerivedFromFindings
{
    private const string Prefix = "stix:";

    public string Form => "stix 2";

    /// <summary>Where the bundle of a version is; without one, that of the current version.</summary>
    public static string PathOf(string number, int? version = null) => version is null ? $"{Prefix}{number}" : $"{Prefix}{number}:{version}";

    public void Write(RowWriter rows, PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var bytes = new StixBundle(change, store.Signer.Name, settings.PublicUrl).Bytes();
        documents.Write(rows, PathOf(change.Number), StixParts.MediaType, bytes);
        documents.Write(rows, PathOf(change.Number, change.Version.Version), StixParts.MediaType, bytes);
        // What an earlier version was when it was published, it is no more: superseded, or annulled since.
        foreach (var earlier in change.Case.Versions.Where(v => v.Version != change.Version.Version))
        {
            if (documents.Read(rows, PathOf(change.Number, earlier.Version)) is { } stored)
            {
                var ruling = change.Case.Appeals.Find(a => a.Version == earlier.Version && a.Ruling is { Granted: true })?.Ruling;
                var at = ruling?.At ?? change.Case.Versions[earlier.Version].At;
                documents.Write(rows, PathOf(change.Number, earlier.Version), StixParts.MediaType, StixBundle.Restamped(stored, change.Case.StatusOf(earlier), at));
            }
        }
    }
}
