using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Server.Security;
using AttributionRegistry.Server.Witness;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server;

/// <summary>The composition root: settings in, a server that is ready to run out.</summary>
public static class RegistryApp
{
    /// <summary>Builds the server. Tests pass their own clock and settings.</summary>
    /// <param name="args">The command line; the first word may be <c>demo</c>.</param>
    /// <param name="configure">Changes to the services, such as another clock.</param>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        var demo = args is ["demo", ..];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = demo ? args[1..] : args, ContentRootPath = AppContext.BaseDirectory });
        var settings = RegistrySettings.From(builder.Configuration, demo);
        builder.WebHost.UseUrls(settings.Urls);
        // Requests are not logged: addresses of readers and ids of hidden cases stay out of the logs.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A wrong key is the caller's affair, and whoever tries many must not fill the log.
        builder.Logging.AddFilter(typeof(ApiKeyAuthentication).FullName, LogLevel.Warning);
#pragma warning disable RS0030 // The one place that names the system clock.
        builder.Services.AddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Entropy>();
        builder.Services.AddSingleton(OpenStore);
        builder.Services.AddSingleton(services => new RegistryCore(
            services.GetRequiredService<RegistryStore>(), services.GetRequiredService<Entropy>(),
            Secrets.LoadOrCreate(settings.KeysPath, "pseudonym.key", services.GetRequiredService<Entropy>().Bytes)));
        builder.Services.AddSingleton<Writes>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<IApiKeyLookup>(services => services.GetRequiredService<KeyRing>());
        builder.Services.AddRegistryHttp(builder.Configuration);
        builder.Services.AddReadiness("store", (services, _) => ValueTask.FromResult(services.GetRequiredService<RegistryStore>().Writer.Health.Accepting));
        builder.Services.AddRegistryFeatures();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseRegistryHttp();
        app.UseMiddleware<DraftProtocol>();
        app.MapRegistryFeatures();
        _ = app.Services.GetRequiredService<WitnessBook>(); // A policy that cannot be read must not be taken for none.
        await Startup.BeginAsync(app);
        await app.Services.GetRequiredService<Findings.Derivations>().EnsureAsync(CancellationToken.None);
        return app;
    }

    private static RegistryStore OpenStore(IServiceProvider services)
    {
        var settings = services.GetRequiredService<RegistrySettings>();
        return RegistryStore.Open(
            new StoreOptions(settings.DataPath, settings.KeysPath, settings.LogOrigin, services.GetRequiredService<Entropy>().Bytes),
            services.GetRequiredService<TimeProvider>().GetUtcNow());
    }
}
