using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Evidence.Observables;

public static class ObservableEndpoints
{
    public static IServiceCollection AddObservables(this IServiceCollection services)
    {
        services.AddProblems(ObservableProblems.All);
        services.AddSingleton<ObservableIndex>();
        return services;
    }

    public static void MapObservables(this IEndpointRouteBuilder routes)
    {
        routes.MapGroup("/observables").WithTags("Evidence").MapGet("/", SearchObservables.Handle).WithName("SearchObservables").PublicRead().Refuses(422);
        var ofItem = routes.MapGroup("/evidence/{evidenceId}/observables").WithTags("Evidence");
        ofItem.MapPost("/", RecordItemObservables.HandleAsync).WithName("RecordObservables").Refuses(403, 404, 409, 422);
        ofItem.MapGet("/", ListItemObservables.HandleAsync).WithName("ListObservables").Refuses(404, 409, 422);
    }
}
