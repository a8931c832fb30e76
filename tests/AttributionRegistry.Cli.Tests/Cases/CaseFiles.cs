using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Cli.Tests.Cases;

/// <summary>The committed case files, found by walking up from the test assembly.</summary>
internal static class CaseFiles
{
    public static IReadOnlyList<string> Names { get; } = ["wannacry-2017", "notpetya-2017", "olympic-destroyer-2018", "viasat-kasat-2022", "sony-pictures-2014"];

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder("cases"), name + ".json"));

    public static string Original => File.ReadAllText(Path.Combine(Folder("vectors"), "cases-dev.json"));

    public static CaseEntry Entry(string name) => CaseFileReader.Read(Text(name)).Cases.Single();

    /// <summary>A case file, changed.</summary>
    public static string With(Action<JsonObject> change, string name = "wannacry-2017")
    {
        var file = JsonNode.Parse(Text(name))!.AsObject();
        change(file);
        return file.ToJsonString();
    }

    public static JsonObject Case(this JsonObject file) => file["cases"]![0]!.AsObject();

    public static JsonObject Evidence(this JsonObject file, int index = 0) => file.Case()["evidence"]![index]!.AsObject();

    public static JsonObject Hypothesis(this JsonObject file, int index = 0) => file.Case()["hypotheses"]![index]!.AsObject();

    public static JsonObject Reply(this JsonObject file, int index = 0) => file.Case()["replies"]![index]!.AsObject();

    /// <summary>Registry ids for the ids of a case file.</summary>
    public static HypothesisId HypothesisOf(string id) => LocalIds.Hypothesis(int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture));

    public static EvidenceId EvidenceOf(string id) => LocalIds.Evidence(int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture));

    public static string Folder(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", name);
            if (File.Exists(Path.Combine(folder.FullName, "AttributionRegistry.sln")) && Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"tests/{name} is part of the repository; check the clone.");
    }
}
