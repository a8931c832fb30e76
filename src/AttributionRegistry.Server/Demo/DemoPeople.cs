using System.Security.Cryptography;
using System.Text.Json;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;

namespace AttributionRegistry.Server.Demo;

/// <summary>The people of a demo: one for each duty, and a fictitious roster from which the panels are drawn.</summary>
public static class DemoPeople
{
    public const string CredentialsFile = "demo-credentials.json";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly (string Name, Role Role)[] Duties =
    [
        ("Olga, operator", Role.Operator), ("Rosa, registrar", Role.Registrar), ("Sami, selection board", Role.SelectionBoard),
        ("Remi, referrer", Role.Referrer), ("Ana, analyst", Role.Analyst), ("Ben, analyst", Role.Analyst), ("Chidi, custodian", Role.Custodian),
        ("Lena, lead assessor", Role.LeadAssessor), ("Dmitra, devil's advocate", Role.DevilsAdvocate), ("Elif, external reviewer", Role.ExternalReviewer),
        ("Farid, external reviewer", Role.ExternalReviewer), ("Ines, integrity officer", Role.IntegrityOfficer), ("Abdou, auditor", Role.Auditor),
        ("Nadia, review panel", Role.ReviewPanelMember), ("Otto, review panel", Role.ReviewPanelMember),
        ("Party A, representative (exercise)", Role.NamedParty), ("Party B, representative (exercise)", Role.NamedParty),
        ("Party C, representative (exercise)", Role.NamedParty), ("Victim's representative (exercise)", Role.Victim),
        ("Scrutineer 1 (exercise)", Role.Scrutineer), ("Scrutineer 2 (exercise)", Role.Scrutineer), ("Scrutineer 3 (exercise)", Role.Scrutineer),
        ("Scrutineer 4 (exercise)", Role.Scrutineer), ("Scrutineer 5 (exercise)", Role.Scrutineer),
    ];

    /// <summary>Makes the accounts and writes the credentials file; with the file there, everybody is there.</summary>
    public static async Task<string> EnsureAsync(RegistryCore core, RegistrySettings settings, string baseUrl, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(settings);
        var path = Path.Combine(settings.DataPath, CredentialsFile);
        if (File.Exists(path))
        {
            return path;
        }

        var keys = Directory.CreateDirectory(Path.Combine(settings.DataPath, "demo-signing-keys"), OwnerOnly | UnixFileMode.UserExecute).FullName;
        var people = new List<Credential>();
        foreach (var (name, role) in Duties.Concat(Roster.Members.Select(m => (m.Name, Role.PanelMember))))
        {
            var apiKey = await MakeAsync(core, name, role, at);
            var keyFile = Path.Combine("demo-signing-keys", $"{people.Count:000}.pem");
            using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            {
                WritePrivate(Path.Combine(keys, Path.GetFileName(keyFile)), key.ExportPkcs8PrivateKeyPem() + "\n");
            }

            var isScrutineer = role == Role.Scrutineer;
            people.Add(new Credential(
                name, [JsonNamingPolicy.CamelCase.ConvertName(role.ToString())], apiKey, isScrutineer ? null : keyFile, isScrutineer ? keyFile : null));
        }

        // Crash before this: accounts without a file. The next start makes new ones; the old keys open nothing that matters and expire.
        WritePrivate(path, JsonSerializer.Serialize(new { baseUrl, people }, Http.ApiJson.Options));
        return path;
    }

    private static async Task<string> MakeAsync(RegistryCore core, string name, Role role, DateTimeOffset at)
    {
        var person = core.Entropy.NewId<PersonId>();
        var key = ApiKey.Create(core.Entropy.Bytes);
        var stream = PersonJournal.Stream(person);
        var outcome = await core.RunAsync(
            new Caller(person, new HashSet<Role>()), at,
            session => session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(null, new PersonCommand.Create(person, name, [role]) { By = null, At = at }))
                ?? session.Append(PersonJournal.Definition, stream, PersonDecider.Decide(
                    session.Load(PersonJournal.Definition, stream),
                    new PersonCommand.IssueKey(core.Entropy.NewId<KeyId>(), "demo", key.Sha256, at + PersonDecider.LongestKeyLife) { By = null, At = at })),
            null, CancellationToken.None);
        return outcome is Outcome.Done ? key.Text : throw new InvalidOperationException($"The demo could not make the account of {name}.");
    }

    internal static void WritePrivate(string path, string text)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        File.Move(temporary, path, overwrite: true);
    }
}
