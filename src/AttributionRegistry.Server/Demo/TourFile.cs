using System.Text;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Dapper;

namespace AttributionRegistry.Server.Demo;

/// <summary>
/// <c>tour.env</c>: the addresses, ids and keys that the tour in the README uses, as shell variables. Made anew at every start from
/// what is in the record.
/// </summary>
public static class TourFile
{
    public const string Name = "tour.env";

    private const string FirstFindingSql = "SELECT min(number) FROM finding";

    /// <returns>Its path.</returns>
    public static string Write(RegistryCore core, RegistrySettings settings, Credentials people, string address)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(people);
        var (collecting, voting) = (OpenExercises.Find(core, settings, Stage.Collecting)!, OpenExercises.Find(core, settings, Stage.Voting)!);
        var member = Roster.Members.First(m => m.Id == OpenExercises.Missing(settings, voting)[0]);
        var chair = core.Load(PersonJournal.Definition, PersonJournal.Stream(voting.Panel!.Chair!.Value)).State!.Name;
        var analyst = people.People.First(p => p.Roles.Contains("analyst")).Name;
        var text = new StringBuilder("# Made by the demo; read it with: . data/demo/tour.env\n");
        Add("SERVER", address);
        Add("R", $"{address}/v1");
        Add("CREDENTIALS", Path.Combine(settings.DataPath, DemoPeople.CredentialsFile));
        Add("FINDING", core.Store.Database.Read(c => c.ExecuteScalar<string>(FirstFindingSql)) ?? "");
        Add("COLLECTING", collecting.Id.Value);
        Add("ANALYST", analyst);
        Add("ANALYST_KEY", KeyOf(analyst));
        Add("ROUND", voting.CurrentRound!.Id.Value);
        Add("MEMBER", member.Name);
        Add("MEMBER_KEY", KeyOf(member.Name));
        Add("BALLOT_KEY", Path.Combine(OpenExercises.FolderOf(settings, voting), StopAt.KeyFile(member.Id)));
        Add("CHAIR_KEY", KeyOf(chair));
        foreach (var (hypothesis, number) in voting.Hypotheses.Select((h, i) => (h, i + 1)))
        {
            Add($"H{number}", hypothesis.Id.Value);
        }

        Add("E1", voting.Counting.First().Id.Value);
        var path = Path.Combine(settings.DataPath, Name);
        DemoPeople.WritePrivate(path, text.ToString());
        return path;

        void Add(string name, string value) => text.Append(name).Append("='").Append(value.Replace("'", @"'\''", StringComparison.Ordinal)).Append("'\n");

        string KeyOf(string name) => people.People.First(p => p.Name == name).ApiKey;
    }
}
