using AttributionRegistry.Server;

var app = await RegistryApp.BuildAsync(args);
await app.RunAsync();
