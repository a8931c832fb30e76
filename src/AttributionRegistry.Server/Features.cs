using AttributionRegistry.Server.Actors;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Scales;

namespace AttributionRegistry.Server;

/// <summary>Every feature, in one list: its services and its routes.</summary>
public static class Features
{
    public static IServiceCollection AddRegistryFeatures(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<CaseWrites>();
        services.AddSingleton<CaseReads>();
        services.AddActors();
        services.AddEvidence();
        return services;
    }

    public static void MapRegistryFeatures(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var v1 = routes.MapGroup("/v1");
        v1.MapActors();
        v1.MapEvidence();
        v1.MapScales();
    }
}
