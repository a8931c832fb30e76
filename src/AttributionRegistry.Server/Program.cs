using AttributionRegistry.Server.Http;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRegistryHttp(builder.Configuration);
var app = builder.Build();
app.UseRegistryHttp();
app.Run();
