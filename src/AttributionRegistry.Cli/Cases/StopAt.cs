using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Cli.Cases;

/// <summary>Where a load ends before the finding: the case stays there, open to whoever plays on.</summary>
/// <param name="Stage">Collecting, with no evidence yet; or Voting, with a round open and ballots missing.</param>
/// <param name="BallotFolder">Where the members' ballot keys and sealed ballots go when a round is left open: without them nobody could vote on.</param>
public sealed record StopAt(Stage Stage, string BallotFolder)
{
    /// <summary>So many members of a panel have not voted when a round is left open.</summary>
    public const int VotersLeft = 3;

    /// <summary>The stage that the command line names, or null.</summary>
    public static Stage? StageOf(string word) => word switch
    {
        "collecting" => Stage.Collecting,
        "voting" => Stage.Voting,
        _ => null,
    };

    /// <summary>The folder of one case: <c>MEMBER.pem</c> for each member, <c>MEMBER.sealed.json</c> for each who has voted.</summary>
    public static string FolderOf(string ballotFolder, string incident) => Path.Combine(ballotFolder, incident);

    public static string KeyFile(string member) => $"{member}.pem";

    public static string SealedFile(string member) => $"{member}.sealed.json";
}
