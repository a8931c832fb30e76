using System.Globalization;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The findings that a case file came to.</summary>
/// <param name="Case">The case's id in the file.</param>
/// <param name="Incident">Its incident in the registry.</param>
/// <param name="Number">The number of the finding; empty when the case was left open.</param>
/// <param name="Outcome">attributed, attributed-not-crosscheckable or inconclusive; or where the case was left.</param>
/// <param name="AsExpected">Whether that is what the file expects; true when it expects nothing.</param>
public sealed record LoadedCase(string Case, string Incident, string Number, string Outcome, bool AsExpected);

/// <summary>A step of the exercise that was refused: nothing after it was done.</summary>
public sealed class LoadStoppedException(string incident, string step, RegistryRefusedException refusal)
    : Exception($"{incident}: {step}: {refusal.Message}", refusal)
{
    public string Step { get; } = step;

    public RegistryRefusedException Refusal { get; } = refusal;
}

/// <summary>
/// Loads case files as exercises: each incident goes from referral to a published finding through the public API, by the people
/// who would do it, with a panel drawn from a fictitious roster and ballots made by <see cref="BallotRule"/>.
/// </summary>
public static class CaseLoader
{
    /// <summary>Reads the whole file first; then loads its incidents one after the other.</summary>
    /// <param name="json">The case file.</param>
    /// <param name="cast">Who plays. Not disposed.</param>
    /// <param name="entropy">Random bytes for salts, nonces and keys of repetition.</param>
    /// <param name="output">One line for each group of steps, and one with number and outcome.</param>
    /// <param name="cancel">Stops between two requests.</param>
    /// <param name="stopAt">Where to leave the cases open; null takes them to their findings.</param>
    /// <exception cref="CaseFileException">The file is at fault; nothing was done.</exception>
    /// <exception cref="LoadStoppedException">The registry refused a step.</exception>
    /// <exception cref="ExerciseException">The instance is no exercise, or the credentials lack somebody.</exception>
    /// <exception cref="RegistryUnreachableException">The registry did not answer.</exception>
    public static async Task<IReadOnlyList<LoadedCase>> LoadAsync(
        string json, Cast cast, Func<int, byte[]> entropy, TextWriter output, CancellationToken cancel, StopAt? stopAt = null)
    {
        ArgumentNullException.ThrowIfNull(cast);
        ArgumentNullException.ThrowIfNull(output);
        var file = CaseFileReader.Read(json);
        await RequireExerciseAsync(cast, cancel);
        var loaded = new List<LoadedCase>();
        foreach (var entry in file.Cases)
        {
            using var run = new ExerciseRun(entry, cast, entropy, output, stopAt);
            var result = await run.RunAsync(cancel);
            loaded.Add(result);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Id}: {(result.Number.Length == 0 ? result.Incident : result.Number)} {result.Outcome}{(result.AsExpected ? "" : $" (the file expects {entry.Expected!.Outcome})")}"));
        }

        return loaded;
    }

    // Made-up votes must never stand among real ones: only an instance that says so itself is loaded into.
    private static async Task RequireExerciseAsync(Cast cast, CancellationToken cancel)
    {
        var policy = await cast.Players[0].Client.GetObjectAsync("/v1/policy", cancel);
        if ((bool?)policy["exercise"] != true)
        {
            throw new ExerciseException("This instance is not an exercise; case files with their made-up ballots are loaded into exercises only.");
        }
    }
}
