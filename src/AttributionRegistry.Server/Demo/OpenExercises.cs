using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Dapper;

namespace AttributionRegistry.Server.Demo;

/// <summary>
/// Two unfinished exercises on an invented incident, so that visitors can do something themselves: one collects evidence, one has a
/// round open in which some members have not voted yet.
/// </summary>
public static class OpenExercises
{
    private const string IdsSql = "SELECT id FROM incident ORDER BY referred_us, id";

    private static readonly (Stage Stage, string Id, string Name)[] Kinds =
    [
        (Stage.Collecting, "harbour-clock-evidence", "Exercise: the harbour clocks (open to evidence)"),
        (Stage.Voting, "harbour-clock-vote", "Exercise: the harbour clocks (open to votes)"),
    ];

    /// <summary>Loads what is not there. One on which a visitor has played on is there.</summary>
    public static async Task EnsureAsync(RegistryCore core, RegistrySettings settings, Cast cast, TextWriter output, CancellationToken cancel)
    {
        foreach (var (stage, id, name) in Kinds.Where(k => Find(core, settings, k.Stage) is null))
        {
            await CaseLoader.LoadAsync(FileUnder(id, name), cast, core.Entropy.Bytes, output, cancel, new StopAt(stage, BallotFolder(settings)));
        }
    }

    /// <summary>The exercise that was left at this stage, wherever it is by now; null when it is not there or its loading was cut short.</summary>
    public static Case? Find(RegistryCore core, RegistrySettings settings, Stage stage)
    {
        ArgumentNullException.ThrowIfNull(core);
        var name = Kinds.Single(k => k.Stage == stage).Name;
        return core.Store.Database.Read(c => c.Query<string>(IdsSql).AsList())
            .Select(id => core.Load(CaseJournal.Definition, CaseJournal.Stream(IncidentId.Of(id))).State!)
            .FirstOrDefault(c => c.Facts.Name == name && c.Stage >= stage && (stage != Stage.Voting || Missing(settings, c).Count > 0));
    }

    /// <summary>The roster ids of those who have not sealed a ballot in the loading.</summary>
    public static IReadOnlyList<string> Missing(RegistrySettings settings, Case voting)
    {
        ArgumentNullException.ThrowIfNull(voting);
        var folder = FolderOf(settings, voting);
        return voting.CurrentRound is null || !Directory.Exists(folder)
            ? []
            : [.. Roster.Members.Select(m => m.Id).Where(m => File.Exists(Path.Combine(folder, StopAt.KeyFile(m))) && !File.Exists(Path.Combine(folder, StopAt.SealedFile(m))))];
    }

    /// <summary>Where the ballot keys of a case are.</summary>
    public static string FolderOf(RegistrySettings settings, Case voting)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(voting);
        return StopAt.FolderOf(BallotFolder(settings), voting.Id.Value);
    }

    private static string BallotFolder(RegistrySettings settings) => Path.Combine(settings.DataPath, "ballots");

    private static string FileUnder(string id, string name)
    {
        using var stream = typeof(OpenExercises).Assembly.GetManifestResourceStream("harbour-clock.json")!;
        var file = JsonNode.Parse(stream)!;
        file["cases"]![0]!["id"] = id;
        file["cases"]![0]!["name"]!["value"] = name;
        return file.ToJsonString();
    }
}
