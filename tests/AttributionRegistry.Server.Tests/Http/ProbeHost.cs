using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Http;

/// <summary>The conventions on a real Kestrel, with probe endpoints in place of features.</summary>
public sealed class ProbeHost : IAsyncLifetime
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, string> _settings;
    private WebApplication? _app;

    public ProbeHost()
        : this([])
    {
    }

    private ProbeHost(Dictionary<string, string> settings) => _settings = settings;

    public KnownKeys Keys { get; } = new();

    public CountingLogger Log { get; } = new();

    public FakeTimeProvider Clock { get; } = new(Noon);

    public HttpClient Client { get; private set; } = null!;

    public HttpClient Stranger { get; private set; } = null!;

    public int Port { get; private set; }

    public IServiceProvider Services => _app!.Services;

    public static async Task<ProbeHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var host = new ProbeHost(settings.ToDictionary(s => s.Name, s => s.Value));
        await host.InitializeAsync();
        return host;
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(_settings!);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IApiKeyLookup>(Keys);
        builder.Services.AddRegistryHttp(builder.Configuration);
        builder.Services.AddProblems(new ProblemEntry("too-late", 409, "Too late", "The <deadline> has passed.", "Be earlier."));
        builder.Services.AddReadiness("works", (_, _) => ValueTask.FromResult(Keys.StoreWorks));
        _app = builder.Build();
        _app.UseRegistryHttp();
        _app.MapProbes();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Port = new Uri(address).Port;
        Stranger = NewClient(null);
        Client = NewClient(Keys.Add(Noon.AddDays(90), Role.Analyst));
    }

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => PostAsync(path, Encoding.UTF8.GetBytes(json), "application/json");

    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await Client.PostAsync(path, content);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        Stranger.Dispose();
        await _app!.DisposeAsync();
    }
}

public static class ProblemAssertions
{
    /// <summary>Every refusal has this one form; what varies is compared.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, int status, string code, string? pointer = null)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, text);
        response.Content.Headers.ContentType?.ToString().Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be(code, text);
        problem.GetProperty("type").GetString().Should().Be($"/problems/{code}");
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        if (pointer is not null)
        {
            problem.GetProperty("errors")[0].GetProperty("pointer").GetString().Should().Be(pointer, text);
        }

        return problem;
    }
}

/// <summary>Keys in memory, by digest as the real store keeps them.</summary>
public sealed class KnownKeys : IApiKeyLookup
{
    private readonly Dictionary<string, AuthenticatedPerson> _people = [];
    private byte _next;

    public bool StoreWorks { get; set; } = true;

    public int Lookups { get; private set; }

    public string Add(DateTimeOffset expiresAt, params Role[] roles)
    {
        var seed = ++_next;
        var key = ApiKey.Create(count => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 7) + seed))]);
        var id = PersonId.Of($"per_{seed:x32}");
        _people[key.Sha256] = new AuthenticatedPerson(id, roles.ToHashSet(), KeyId.Of($"key_{seed:x32}"), expiresAt);
        return key.Text;
    }

    public void Revoke(string key) => _people.Remove(Sha256Hex.Of(key));

    public ValueTask<AuthenticatedPerson?> FindAsync(string keySha256, CancellationToken cancel)
    {
        Lookups++;
        return ValueTask.FromResult(_people.GetValueOrDefault(keySha256));
    }
}

public sealed class CountingLogger : ILoggerProvider, ILogger
{
    private int _errors;

    public int Errors => _errors;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            Interlocked.Increment(ref _errors);
        }
    }

    public void Dispose()
    {
    }
}
