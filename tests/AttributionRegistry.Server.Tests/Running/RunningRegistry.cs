using System.Net.Http.Headers;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Running;

/// <summary>The whole server on a loopback port and a throw-away folder, with real keys and a clock that the test moves.</summary>
public sealed class RunningRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly Dictionary<Role, (Caller Caller, HttpClient Client)> _byRole = [];

    private RunningRegistry(WebApplication app, string folder, FakeTimeProvider clock)
    {
        (_app, _folder, Clock) = (app, folder, clock);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Stranger = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public static DateTimeOffset Noon { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Clock { get; }

    public string Address { get; }

    public HttpClient Stranger { get; }

    public IServiceProvider Services => _app.Services;

    public RegistryCore Core => Services.GetRequiredService<RegistryCore>();

    public string DataFolder => Path.Combine(_folder, "data");

    public DateTimeOffset Now => Instant.Whole(Clock.GetUtcNow());

    /// <summary>Starts a registry; another one on the same folder may follow once this is disposed with <c>keep</c>.</summary>
    public static async Task<RunningRegistry> StartAsync(string? folder = null, bool demo = false, params string[] settings)
    {
        folder ??= Directory.CreateTempSubdirectory("registry-").FullName;
        var clock = new FakeTimeProvider(Noon);
        string[] args =
        [
            .. demo ? ["demo"] : Array.Empty<string>(), "--urls", "http://127.0.0.1:0", "--Registry:DataPath", Path.Combine(folder, "data"),
            "--Registry:RateLimit:PermitsPerMinute", "0", "--Registry:RateLimit:AnonymousPermitsPerMinute", "0",
            "--Registry:SubjectHeadsHours", "0", .. settings, // tests that move the clock by days count entries
        ];
        var app = await RegistryApp.BuildAsync(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        });
        await app.StartAsync();
        return new RunningRegistry(app, folder, clock);
    }

    /// <summary>The client of the one person of this role.</summary>
    public HttpClient As(Role role) => Of(role).Client;

    public Caller CallerOf(Role role) => Of(role).Caller;

    /// <summary>Another person with these roles, and a client with their key.</summary>
    public async Task<(Caller Caller, HttpClient Client)> NewPersonAsync(params Role[] roles)
    {
        var person = Core.Entropy.NewId<PersonId>();
        var key = ApiKey.Create(Core.Entropy.Bytes);
        var stream = PersonJournal.Stream(person);
        await RunAsync(new Caller(person, new HashSet<Role>()), session =>
            session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(null, new PersonCommand.Create(person, "Test person", [.. roles]) { By = null, At = Now }))
            ?? session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(
                session.Load(PersonJournal.Definition, stream),
                new PersonCommand.IssueKey(Core.Entropy.NewId<KeyId>(), "test", key.Sha256, Now.AddDays(90)) { By = null, At = Now })));
        var client = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Text);
        return (new Caller(person, roles.ToHashSet()), client);
    }

    /// <summary>Changes the policy by the operator.</summary>
    public Task SetPolicyAsync(Func<Policy, Policy> change) => RunAsync(
        CallerOf(Role.Operator), session => session.Append(PolicyJournal.Definition, PolicyJournal.Stream, PolicyDecider.Decide(
            session.Policy, new PolicyCommand.Change(session.By, change(session.Policy), "A test.") { At = session.At })));

    /// <summary>Gives a command to a case directly; fails the test if it is refused.</summary>
    public Task DoAsync(IncidentId incident, Func<Case?, CaseCommand> command) => RunAsync(
        command(Core.Load(CaseJournal.Definition, incident.Value).State).By,
        session =>
        {
            var state = session.Load(CaseJournal.Definition, CaseJournal.Stream(incident));
            return session.Append(CaseJournal.Definition, CaseJournal.Stream(incident), CaseDecider.Decide(state, command(state), session.Policy));
        });

    public Case State(IncidentId incident) => Core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State!;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Stops the server and leaves its folder for the next start. Whatever the test did, the log it leaves must hold for a stranger.</summary>
    public async Task<string> StopAsync()
    {
        await _app.StopAsync();
        try
        {
            AsAStranger.Audit(Core);
        }
        finally
        {
            await _app.DisposeAsync();
        }

        return _folder;
    }

    private async Task RunAsync(Caller by, Func<Session, Refusal?> work)
    {
        var outcome = await Core.RunAsync(by, Now, work, null, CancellationToken.None);
        if (outcome is Outcome.Refused(var refusal))
        {
            throw new InvalidOperationException($"{refusal.Code}: {refusal.Message}");
        }
    }

    private (Caller Caller, HttpClient Client) Of(Role role)
    {
        if (!_byRole.TryGetValue(role, out var person))
        {
            _byRole[role] = person = NewPersonAsync(role).GetAwaiter().GetResult();
        }

        return person;
    }
}
