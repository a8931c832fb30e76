using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Doctor;

/// <summary><c>attribution doctor --server URL</c>: looks at a running registry from outside and changes nothing, one line a check.</summary>
public static class DoctorCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, TimeProvider clock, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "vkey"]);
        read.None();
        var address = Arguments.Address(read.Required("server"));
        using var http = Connections.Http(address);
        using var anonymous = Connections.Anonymous(address, entropy);
        using var caller = read.Option("credentials") is not null || read.Option("api-key-file") is not null ? await Connections.CallerAsync(read, entropy, cancel) : null;
        return await ExamineAsync(new OutsideExamination(http, anonymous, caller, read.Option("vkey"), clock), output, cancel);
    }

    internal static async Task<int> ExamineAsync(OutsideExamination examination, TextWriter output, CancellationToken cancel)
    {
        var holds = true;
        foreach (var (name, check) in examination.Checks)
        {
            var (fits, found) = await Judged(check, cancel);
            holds &= fits;
            await output.WriteLineAsync($"{(fits ? "ok  " : "FAIL")} {name}: {found.ReplaceLineEndings(" ")}");
        }

        return holds ? ExitCode.Holds : ExitCode.DoesNotHold;
    }

    // A refusal is a finding of this one check; silence ends all of them, and the caller of this verb says so.
    private static async Task<Finding> Judged(Func<CancellationToken, Task<Finding>> check, CancellationToken cancel)
    {
        try
        {
            return await check(cancel);
        }
        catch (RegistryRefusedException refused)
        {
            return Finding.Fault(refused.Message);
        }
    }
}

/// <summary>What one check found.</summary>
internal readonly record struct Finding(bool Holds, string Found)
{
    internal static Finding Ok(string found) => new(true, found);

    internal static Finding Fault(string found) => new(false, found);
}
