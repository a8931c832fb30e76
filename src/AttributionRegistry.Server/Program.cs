using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;
using AttributionRegistry.Server;
using AttributionRegistry.Server.Doctor;
using AttributionRegistry.Server.Recovery;
using AttributionRegistry.Server.Witness;
using AttributionRegistry.Storage;

if (args is ["doctor", .. var rest])
{
    return await DoctorCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None);
}

if (args is ["recover", .. var lost])
{
#pragma warning disable RS0030 // Where this verb meets the system clock.
    return await RecoverCommand.RunAsync(lost, Console.Out, Console.Error, TimeProvider.System, CancellationToken.None);
#pragma warning restore RS0030
}

if (args is ["witness", .. var asked])
{
    return await WitnessCommand.RunAsync(asked, Console.Out, Console.Error);
}

try
{
    var app = await RegistryApp.BuildAsync(args);
    await app.StartAsync();
    await Startup.AfterStartAsync(app, Console.Out);
    await app.WaitForShutdownAsync();
    await app.DisposeAsync();
    return 0;
}
catch (OperationCanceledException)
{
    return 0; // Stopped while a demo was loading; the next start goes on.
}
catch (Exception failure) when (failure is LoadStoppedException or ExerciseException or CaseFileException or RegistryUnreachableException or FormatException)
{
    await Console.Error.WriteLineAsync($"The demo was not loaded: {failure.Message}");
    return 1;
}
catch (Exception failure) when (failure is StoreRefusedException or LogDamagedException or InvalidOperationException or IOException)
{
    // Whoever runs the server needs the sentence, not the stack.
    await Console.Error.WriteLineAsync($"The registry did not start: {failure.Message}");
    return 1;
}
