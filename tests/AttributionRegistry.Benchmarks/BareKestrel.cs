using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Benchmarks;

/// <summary>The yardstick for published documents: Kestrel that answers everything with the same bytes, and nothing else.</summary>
internal static class BareKestrel
{
    public static async Task RunAsync(string port, int length)
    {
        var body = new byte[length];
        Array.Fill(body, (byte)'x');
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.Run(http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = length;
            return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
        });
        await app.RunAsync();
    }
}
