using AttributionRegistry.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>Something at a witness's address that answers as the test says.</summary>
internal sealed class FaultyWitness : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FaultyWitness(WebApplication app) => _app = app;

    public NoteSigner Signer { get; } = NoteSigner.Witness("witness.example/faulty", [.. Enumerable.Repeat((byte)99, NoteSigner.SeedSize)]);

    public string Url => _app.Urls.First();

    public int Asked { get; private set; }

    /// <summary>Whether a request is waiting for its answer.</summary>
    public bool Busy { get; private set; }

    public Func<HttpContext, AddCheckpointRequest, Task> Answer { get; set; } = (http, _) => Say(http, 500, "");

    public static async Task<FaultyWitness> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var witness = new FaultyWitness(app);
        app.MapPost("/add-checkpoint", async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            var request = AddCheckpointRequest.Parse(await body.ReadToEndAsync());
            witness.Asked++;
            witness.Busy = true;
            try
            {
                await witness.Answer(http, request);
            }
            finally
            {
                witness.Busy = false;
            }
        });
        await app.StartAsync();
        return witness;
    }

    public static Task Say(HttpContext http, int status, string body, string type = "text/plain")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        return http.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Signer.Dispose();
    }
}
