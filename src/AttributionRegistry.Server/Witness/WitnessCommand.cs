using AttributionRegistry.Cli;
using AttributionRegistry.Log;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Witness;

/// <summary>
/// <c>witness --listen URL --state DIR --name NAME --log VKEY [--log VKEY …]</c>: this program as a witness of logs. It shares nothing with
/// a registry but code.
/// </summary>
public static class WitnessCommand
{
    public const string Usage =
        "usage: witness [--listen http://127.0.0.1:5090] --state DIR [--keys DIR] --name NAME --log VKEY [--log VKEY ...] [--recover-memory]\n"
        + "       NAME is what others know the witness by, such as witness.example.org/w1; VKEY is what a log answers at /log/vkey;\n"
        + "       the key is made at the first start, in the state folder's name with -keys unless told otherwise;\n"
        + "       --recover-memory takes the marks beside the key for the memory, once, where that was lost or is an older copy.";

    /// <returns>0 stopped when asked, 1 did not start, 2 wrong use.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        WitnessSettings settings;
        try
        {
            settings = WitnessSettings.Parse(args);
        }
        catch (UsageException fault)
        {
            await error.WriteLineAsync($"{fault.Message}\n{Usage}");
            return ExitCode.WrongUse;
        }

        try
        {
            await using var app = WitnessApp.Build(settings);
            await app.StartAsync();
            var vkey = app.Services.GetRequiredService<WitnessState>().Signer.Vkey;
            await output.WriteLineAsync($"The witness listens on {app.Urls.First()}; its key is {vkey}");
            foreach (var log in settings.Logs)
            {
                await output.WriteLineAsync($"It cosigns {log.Name} ({log.KeyId:x8})");
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception failure) when (failure is StoreRefusedException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Whoever runs the witness needs the sentence, not the stack.
            await error.WriteLineAsync($"The witness did not start: {failure.Message}");
            return 1;
        }
    }
}

/// <param name="Listen">The address to listen on.</param>
/// <param name="StateFolder">Its memory.</param>
/// <param name="KeysFolder">Its key, apart from the memory.</param>
/// <param name="Name">The name of its key.</param>
/// <param name="Logs">The keys of the logs it cosigns; several of one origin while a log changes its key.</param>
/// <param name="RecoverMemory">Takes the marks beside the key for the memory, where that was lost or is older.</param>
public sealed record WitnessSettings(string Listen, string StateFolder, string KeysFolder, string Name, IReadOnlyList<NoteVerifier> Logs, bool RecoverMemory = false)
{
    /// <exception cref="UsageException">An option that is not there, twice, or cannot be understood.</exception>
    public static WitnessSettings Parse(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var (logs, others) = (new List<NoteVerifier>(), new List<string>());
        var recover = false;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--recover-memory")
            {
                recover = true;
            }
            else if (args[i] == "--log")
            {
                logs.Add(++i < args.Length ? LogOf(args[i]) : throw new UsageException("--log needs a value."));
            }
            else
            {
                others.Add(args[i]);
            }
        }

        var read = Arguments.Parse(others.ToArray(), "listen", "state", "keys", "name");
        read.None();
        var (name, state) = (read.Required("name"), Path.GetFullPath(read.Required("state")));
        if (!NoteKey.IsName(name))
        {
            throw new UsageException($"'{name}' cannot name a key: no white space and no plus sign.");
        }

        var listen = read.Option("listen") ?? "http://127.0.0.1:5090";
        _ = Arguments.Address(listen);
        return logs.Count == 0
            ? throw new UsageException("--log is missing: a witness cosigns only logs that it was told of.")
            : new WitnessSettings(listen, state, Path.GetFullPath(read.Option("keys") ?? state.TrimEnd('/') + "-keys"), name, logs, recover);
    }

    private static NoteVerifier LogOf(string vkey)
    {
        try
        {
            var key = NoteVerifier.Parse(vkey);
            return key.Type == NoteKeyType.Ed25519 ? key : throw new UsageException($"The key of {key.Name} is a witness's, not a log's.");
        }
        catch (NoteException fault)
        {
            throw new UsageException($"--log: {fault.Message}");
        }
    }
}
