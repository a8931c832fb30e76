using System.Text.Json;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>One person of the exercise roster, who does not exist.</summary>
/// <param name="Id">Region and number, such as APG-07; stays the same for ever.</param>
/// <param name="Name">What the account of this member is called, such as "Exercise member 07 (APG)".</param>
/// <param name="Region">Regional group.</param>
/// <param name="Nationalities">ISO 3166-1 alpha-2.</param>
/// <param name="Residence">ISO 3166-1 alpha-2.</param>
/// <param name="Employer">A made-up employer that belongs to no state.</param>
/// <param name="Expertise">Fields.</param>
public sealed record RosterMember(
    string Id, string Name, Region Region, IReadOnlyList<string> Nationalities, string Residence, string Employer, IReadOnlyList<string> Expertise)
{
    /// <summary>The entry as a pool takes it, under the id of the account that plays this member.</summary>
    public Candidate AsCandidate(string personId, string signingKeyId) =>
        new(personId, Region, Nationalities, Residence, [new Employment(Employer, null, null)], [], Expertise, signingKeyId);
}

/// <summary>The fixed fictitious roster from which every exercise draws its panel.</summary>
public static class Roster
{
    private const string Resource = "AttributionRegistry.Cli.Cases.roster.json";

    public static IReadOnlyList<RosterMember> Members { get; } = Load();

    /// <summary>The member whose account has this name, or null.</summary>
    public static RosterMember? ByName(string name) => Members.FirstOrDefault(each => each.Name == name);

    private static IReadOnlyList<RosterMember> Load()
    {
        using var stream = typeof(Roster).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded in the assembly; check the project file.");
        return JsonSerializer.Deserialize(stream, RosterJson.Default.RosterFile)!.Members;
    }
}

internal sealed record RosterFile(string Schema, string Note, IReadOnlyList<RosterMember> Members);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RosterFile))]
internal sealed partial class RosterJson : JsonSerializerContext;
