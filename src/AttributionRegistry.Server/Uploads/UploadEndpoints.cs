using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace AttributionRegistry.Server.Uploads;

public static class UploadEndpoints
{
    public static IServiceCollection AddUploads(this IServiceCollection services)
    {
        services.AddProblems(UploadProblems.All);
        services.AddSingleton<UploadLocks>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<PieceIntake>();
        services.AddSingleton<CreateUpload>();
        services.AddHostedService<UploadSweeper>();
        return services;
    }

    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        var limit = new RequestSizeLimitAttribute(routes.ServiceProvider.GetRequiredService<RegistrySettings>().MaxEvidenceBytes);
        var piece = new AcceptsMetadata([Tus.PieceType, "*/*"], typeof(Stream), isOptional: true); // Else routing says 415 before anybody asks who it is.
        var any = routes.MapGroup("/uploads").WithTags("Uploads");
        any.MapMethods("/", [HttpMethods.Options], DescribeUploads.Handle).WithName("DescribeUploads").AllowAnonymous();
        any.MapMethods("/{uploadId}", [HttpMethods.Options], DescribeUploads.Handle).AllowAnonymous().ExcludeFromDescription();

        var uploads = routes.MapGroup("/uploads").WithTags("Uploads").RequiresRole(Role.Analyst, Role.Custodian).AddEndpointFilter(Tus.RequireVersionAsync);
        uploads.MapGet("/", ReadUploads.List).WithName("ListUploads");

        // Pieces take longer than any other request may; the least data rate still ends those that stand still.
        uploads.MapPost("/", CreateUpload.HandleAsync).WithName("CreateUpload")
            .WithMetadata(limit, piece).DisableRequestTimeout().Refuses(412, 413, 415, 422, Tus.ChecksumMismatch, 507);
        uploads.MapGet("/{uploadId}", ReadUploads.GetAsync).WithName("GetUpload").Refuses(404, 412);
        uploads.MapPatch("/{uploadId}", AppendUpload.HandleAsync).WithName("AppendUpload")
            .WithMetadata(limit, piece).DisableRequestTimeout().Refuses(404, 409, 412, 413, 415, Tus.ChecksumMismatch, 507);
        uploads.MapDelete("/{uploadId}", DeleteUpload.HandleAsync).WithName("DeleteUpload").Refuses(404, 412);
    }
}

/// <summary>At the start and every hour: removes uploads that nobody has gone on with.</summary>
public sealed class UploadSweeper(Uploads uploads, TimeProvider clock, ILogger<UploadSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await uploads.SweepAsync(stoppingToken) is > 0 and var removed)
                {
                    log.LogInformation("Removed {Count} unfinished uploads.", removed);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or Storage.CommitFailedException or Storage.ReadOnlyModeException or Storage.WriterStoppedException)
            {
                log.LogError(fault, "Unfinished uploads could not be swept; it will be tried again in an hour.");
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
