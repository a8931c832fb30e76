using AttributionRegistry.Server.Actors;
using AttributionRegistry.Server.Anchors;
using AttributionRegistry.Server.Heads;
using AttributionRegistry.Server.Bundles;
using AttributionRegistry.Server.Chambers;
using AttributionRegistry.Server.Changes;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Evidence.Observables;
using AttributionRegistry.Server.Feeds;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Keys;
using AttributionRegistry.Server.LogServing;
using AttributionRegistry.Server.OpenData;
using AttributionRegistry.Server.Pages;
using AttributionRegistry.Server.Panels;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Policies;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Scales;
using AttributionRegistry.Server.Setup;
using AttributionRegistry.Server.Site;
using AttributionRegistry.Server.Stix;
using AttributionRegistry.Server.TrackRecord;
using AttributionRegistry.Server.Uploads;
using AttributionRegistry.Server.Webhooks;
using AttributionRegistry.Server.Witness;

namespace AttributionRegistry.Server;

/// <summary>Every feature, in one list: its services and its routes.</summary>
public static class Features
{
    public static IServiceCollection AddRegistryFeatures(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddProblems(RuleProblems.Entries);
        services.AddProblems(SigningProblems.Entries);
        services.AddSingleton<SetupToken>();
        services.AddSingleton<PersonWrites>();
        services.AddSingleton<CaseWrites>();
        services.AddSingleton<CaseReads>();
        services.AddSingleton<Dossier>();
        services.AddSingleton<EraseText>();
        services.AddFeeds();
        services.AddFindings();
        services.AddBundles();
        services.AddStix();
        services.AddOpenData();
        services.AddChanges();
        services.AddWebhooks();
        services.AddSingleton<CaseLists>();
        services.AddActors();
        services.AddEvidence();
        services.AddUploads();
        services.AddObservables();
        services.AddRounds();
        services.AddWitnesses();
        services.AddAnchors();
        services.AddHealthNotices(s => s.GetRequiredService<RegistryCore>().Store.LogKeys.Closure is { } closure ? [closure.Said] : []);
        services.AddHeads();
        services.AddSite();
        return services;
    }

    public static void MapRegistryFeatures(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapLog();
        routes.MapWitnessedLog();
        routes.MapPages();
        routes.MapFeeds();
        routes.MapSite();
        routes.MapStix();
        routes.MapOpenData();
        var v1 = routes.MapGroup("/v1");
        v1.MapSetup();
        v1.MapPeople();
        v1.MapPolicy();
        v1.MapMasterKey();
        v1.MapLogKeys();
        v1.MapAnchors();
        v1.MapFindings();
        v1.MapBundles();
        v1.MapChanges();
        v1.MapProofs();
        v1.MapWitnesses();
        v1.MapIncidents();
        v1.MapActors();
        v1.MapEvidence();
        v1.MapUploads();
        v1.MapObservables();
        v1.MapScales();
        v1.MapPanels();
        v1.MapRounds();
        v1.MapChambers();
        v1.MapTrackRecord();
        v1.MapWebhooks();
    }
}
