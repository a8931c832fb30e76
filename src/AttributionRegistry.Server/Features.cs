using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Panels;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server;

/// <summary>Every feature, in one list: its services and its routes.</summary>
public static class Features
{
    public static IServiceCollection AddRegistryFeatures(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<CaseWrites>();
        services.AddSingleton<CaseReads>();
        services.AddRounds();
        return services;
    }

    public static void MapRegistryFeatures(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var v1 = routes.MapGroup("/v1");
        v1.MapPanels();
        v1.MapRounds();
    }
}
