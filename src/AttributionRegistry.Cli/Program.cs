using AttributionRegistry.Cli;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
#pragma warning disable RS0030 // The composition root of randomness and of the clock: everything else takes it as an argument.
return await Commands.RunAsync(args, Console.Out, Console.Error, System.Security.Cryptography.RandomNumberGenerator.GetBytes, TimeProvider.System, stop.Token);
#pragma warning restore RS0030
