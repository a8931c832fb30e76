using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Demo;
using AttributionRegistry.Server.Keys;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Setup;
using Dapper;

namespace AttributionRegistry.Server;

/// <summary>What happens once, before the first request.</summary>
public static class Startup
{
    /// <summary>The machine acts under this id where no person does.</summary>
    public static Caller Machine { get; } = new(PersonId.Of("per_00000000000000000000000000000000"), new HashSet<Role>());

    /// <summary>Gives a new instance its policy; an instance keeps for good whether it is an exercise.</summary>
    public static async Task BeginAsync(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var core = app.Services.GetRequiredService<RegistryCore>();
        var settings = app.Services.GetRequiredService<RegistrySettings>();
        var at = Instant.Whole(app.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        await LogGenesis.EnsureAsync(core, settings, at);
        if (core.Policy is { } policy)
        {
            if (policy.Exercise != settings.Demo)
            {
                throw new InvalidOperationException(
                    $"The data folder {settings.DataPath} holds {(policy.Exercise ? "a demo: start with 'demo'" : "a real instance: it cannot be started as a demo")}, or name another data folder.");
            }

            return;
        }

        var first = settings.Demo ? DemoPolicy : new Policy();
        var outcome = await core.RunAsync(
            Machine, at,
            session => session.Append(PolicyJournal.Definition, PolicyJournal.Stream, PolicyDecider.Decide(null, new PolicyCommand.Begin(first) { At = at })),
            null, CancellationToken.None);
        if (outcome is Outcome.Refused(var refusal))
        {
            throw new InvalidOperationException($"The first policy was refused: {refusal.Message}");
        }
    }

    /// <summary>Once the server listens: a demo loads its cases, a fresh instance prints its setup token.</summary>
    public static async Task AfterStartAsync(WebApplication app, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(output);
        var core = app.Services.GetRequiredService<RegistryCore>();
        var address = app.Urls.First();
        if (app.Services.GetRequiredService<RegistrySettings>().Demo)
        {
            await DemoRun.RunAsync(app, address, output, app.Lifetime.ApplicationStopping);
            return;
        }

        await output.WriteLineAsync($"The registry listens on {address}; its log is {core.Store.Signer.Vkey}");
        if (core.Store.Database.Read(c => c.ExecuteScalar<long>("SELECT count(*) FROM person")) == 0)
        {
            var token = app.Services.GetRequiredService<SetupToken>().Make(core.Entropy);
            await output.WriteLineAsync($$"""
                Nobody has an account yet. Make the first operator within 30 minutes, once:
                  curl -X POST {{address}}/v1/setup -H 'Content-Type: application/json' -d '{"token":"{{token}}","name":"Your name"}'
                """);
        }
    }

    // An exercise replays months in seconds: no waiting times, but every step of the process.
    private static Policy DemoPolicy { get; } = new()
    {
        Exercise = true,
        CoverSealsPerSeat = 0, // Its turnout is no secret, and whoever reads the demo's log sees only what people did.
        ReplyPeriodSeconds = 0,
        ExpeditedReplyPeriodSeconds = 0,
        AdvanceCopySeconds = 0,
        IndicativeRoundFirst = false,
        DeliberationSeconds = 0,
        Funding = [new FundingSource("none", "exercise", "2026", "No money is involved in a demo.")],
    };
}
