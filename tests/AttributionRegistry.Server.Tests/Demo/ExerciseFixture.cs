using System.Net.Http.Headers;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Demo;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Demo;

/// <summary>A demo registry with two real cases taken from referral to published finding over HTTP.</summary>
public sealed class ExerciseFixture : IAsyncLifetime
{
    private readonly string[] _cases;

    private readonly Func<Policy, Policy>? _policy;

    private Credentials _credentials = null!;

    public ExerciseFixture()
        : this(["viasat-kasat-2022", "wannacry-2017"])
    {
    }

    internal ExerciseFixture(string[] cases, Func<Policy, Policy>? policy = null) => (_cases, _policy) = (cases, policy);

    /// <summary>What happens beside it each time that a ballot is about to be sealed.</summary>
    internal Action WhileSealing { get; init; } = () => { };

    public RunningRegistry Registry { get; private set; } = null!;

    public IReadOnlyList<LoadedCase> Loaded { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Registry = await RunningRegistry.StartAsync(null, true, "--Registry:WebhooksMayCallLoopback", "true");
        // Windows are cut short one after the other: time must pass between two closings.
        Registry.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(10);
        if (_policy is not null)
        {
            await Registry.SetPolicyAsync(_policy);
        }

        var settings = new RegistrySettings(Registry.DataFolder, "", "", "", 0, true);
        var path = await DemoPeople.EnsureAsync(Registry.Core, settings, Registry.Address, Registry.Now);
        _credentials = Credentials.Parse(await File.ReadAllTextAsync(path));
        using var cast = Cast();
        var loaded = new List<LoadedCase>();
        foreach (var name in _cases)
        {
            loaded.AddRange(await CaseLoader.LoadAsync(CaseFile(name), cast, Bytes, TextWriter.Null, CancellationToken.None));
        }

        Loaded = loaded;
    }

    /// <summary>Everybody, to play a case by hand.</summary>
    internal Cast Cast() => _credentials.ToCast(new Uri(Registry.Address), Registry.DataFolder, Registry.Core.Entropy.Bytes);

    public async Task DisposeAsync() => await Registry.DisposeAsync();

    private byte[] Bytes(int count)
    {
        WhileSealing();
        return Registry.Core.Entropy.Bytes(count);
    }

    /// <summary>The n-th person with a role, as the credentials file names them.</summary>
    public HttpClient As(string role, int index = 0)
    {
        var person = _credentials.People.Where(p => p.Roles.Contains(role)).ElementAt(index);
        return With(person.ApiKey);
    }

    /// <summary>Whoever presides over the panel of a case: found by asking, as the chair would.</summary>
    public HttpClient Chair(string incident)
    {
        return Of(Registry.State(Domain.IncidentId.Of(incident)).Panel!.Chair!.Value);
    }

    /// <summary>A person by id.</summary>
    public HttpClient Of(Domain.PersonId person)
    {
        var name = Registry.Core.Load(People.PersonJournal.Definition, person.Value).State!.Name;
        return With(_credentials.People.Single(p => p.Name == name).ApiKey);
    }

    /// <summary>The members of the panel that decided a case, in the order of their seats.</summary>
    public List<HttpClient> Panel(string incident)
    {
        var members = Registry.State(Domain.IncidentId.Of(incident)).DecidedPanel!.Sitting.OrderBy(s => s.Order);
        return [.. members.Select(s => Registry.Core.Load(People.PersonJournal.Definition, s.Person.Value).State!.Name)
            .Select(name => With(_credentials.People.Single(p => p.Name == name).ApiKey))];
    }

    private HttpClient With(string apiKey)
    {
        var client = new HttpClient { BaseAddress = new Uri(Registry.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        return client;
    }

    public static string CaseFile(string name)
    {
        using var reader = new StreamReader(typeof(DemoRun).Assembly.GetManifestResourceStream($"cases.{name}.json")!);
        return reader.ReadToEnd();
    }
}
