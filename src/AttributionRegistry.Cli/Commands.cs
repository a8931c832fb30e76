using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Cli.Doctor;
using AttributionRegistry.Cli.Draws;
using AttributionRegistry.Cli.Evidence;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Mirrors;
using AttributionRegistry.Cli.Tally;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Cli.Verification;

namespace AttributionRegistry.Cli;

/// <summary>The verbs of <c>attribution</c>, and what becomes of their failures.</summary>
public static class Commands
{
    public const string Usage = """
        usage: attribution VERB …

          case load FILE --server URL --credentials FILE [--stop-at collecting|voting]
                                                               run a case file as an exercise, through the public API;
                                                               or leave it open to evidence or to votes
          tally FILE                                           recount a file of tally cases
          ballot seal --round ROUND --answers FILE --key PEM --out SEALED [--previous SEALED]
                                                               seal a ballot for a round (as GET /v1/rounds/ID answered it)
          ballot commit SEALED --server URL --round ID CALLER  hand in the sealed ballot, check the receipt ([--vkey KEY] [--receipt FILE])
          ballot open SEALED --server URL --round ID CALLER    open it in the reveal window
          ballot verify SEALED [--round ROUND]                 check a sealed ballot
          scrutineer key --out PEM [--server URL CALLER]       make an escrow key, and register it where a server is given
          scrutineer release --round ID --key PEM --server URL CALLER
                                                               release one's shares of the ballots that nobody opened
          draw verify FILE                                     repeat a draw (as GET /v1/panels/ID/draw answered it)
          draw verify --panel ID --server URL CALLER           the same, asking the server
          verify FILE|URL [--record FILE] [--vkey KEY] [--policy FILE]
                                                               check a published finding: a bundle (zip), a saved finding, an address
          log opening FILE --vkey KEY                          check an entry that somebody shows, field by field
          log audit URL|DIR [--vkey KEY] [--since CHECKPOINT] [--policy FILE [--witness-lag HOURS]] [--predecessor URL|DIR]
                                                               walk a whole log: entries, chains, seals, tiles, root; that it grew from
                                                               a checkpoint that was kept; that the witnesses of a policy vouch for it,
                                                               but for entries of the last hour; that it goes on from a log that
                                                               was closed, at the very head that it names
          log monitor URL|DIR --state DIR [--vkey KEY] [--policy FILE [--witness-lag HOURS]] [--embargo DAYS] [--max-age HOURS]
                                                               for cron: what was seen must still be there, what is new must hold; what
                                                               was seen an hour ago must be witnessed
          log witnesses URL [--policy FILE] [--witness-lag HOURS]
                                                               check the newest witnessed checkpoint against a pinned policy, and that
                                                               only entries of the last hour are newer
          mirror URL DIR [--vkey KEY]                          copy the log and what is published, verified; again to go on
          mirror serve DIR [--listen URL]                      serve such a copy under the same paths
          log anchors URL [--ca PEM] [--vkey KEY]              check the time stamps of outside authorities against the log
          doctor --server URL [CALLER] [--vkey KEY]            look at a running registry from outside: health, clock, log, findings,
                                                               and with a custodian's, auditor's or operator's key its stored bytes
          evidence submit FILE --incident ID --title TEXT --description TEXT --server URL CALLER
                          [--kind KIND] [--tlp LABEL] [--interest TEXT] [--media-type TYPE] [--resumable always|never] [--key FILE]
                                                               files over 64 MiB go in pieces that survive cuts; with your long-term
                                                               signing key what you hand in is signed (the key of the case is kept beside it)
          evidence get ID --out FILE --server URL CALLER       fetch an item and check its digest
          evidence export INCIDENT --out TAR --server URL CALLER
                                                               fetch all evidence of a case as a BagIt bag and check it
          evidence custody ID --server URL CALLER              print the chain of custody
          help                                                 this text; so does --help anywhere

        CALLER says whose API key is used: --credentials FILE --as NAME, or --api-key-file FILE, or ATTRIBUTION_API_KEY in the environment.
        'doctor' asks a running registry; a stopped one is looked at by the server's own verb: AttributionRegistry.Server doctor --data DIR --keys DIR.
        So is a log completed that a restored older backup has cut short: AttributionRegistry.Server recover --from URL|DIR --data DIR --keys DIR.
        A witness is run by the server too: AttributionRegistry.Server witness --state DIR --name NAME --log VKEY [--listen URL] [--keys DIR].
        Exit codes: 0 it holds, 1 it does not hold or was refused, 2 wrong use, 3 the server could not be reached.
        """;

    /// <summary>Runs one verb. Never throws for what comes from outside: it says so and answers an exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, Func<int, byte[]> entropy, TimeProvider clock, CancellationToken cancel)
    {
        try
        {
            return args switch
            {
                ["help" or "-h", ..] => Help(output),
                _ when args.Contains("--help") => Help(output),
                ["tally", .. var rest] => TallyCommand.Run(rest, output, error),
                ["case", "load", .. var rest] => await CaseLoadCommand.RunAsync(rest, output, entropy, cancel),
                ["ballot", "seal", .. var rest] => BallotCommand.Seal(rest, output, entropy),
                ["ballot", "commit", .. var rest] => await BallotCommand.CommitAsync(rest, output, entropy, cancel),
                ["ballot", "open", .. var rest] => await BallotCommand.OpenAsync(rest, output, entropy, cancel),
                ["ballot", "verify", .. var rest] => BallotCommand.Verify(rest, output),
                ["scrutineer", "key", .. var rest] => await ScrutineerCommand.KeyAsync(rest, output, entropy, cancel),
                ["scrutineer", "release", .. var rest] => await ScrutineerCommand.ReleaseAsync(rest, output, entropy, cancel),
                ["draw", "verify", .. var rest] => await DrawCommand.VerifyAsync(rest, output, entropy, cancel),
                ["verify", .. var rest] => await VerifyCommand.RunAsync(rest, output, entropy, cancel),
                ["log", "audit", .. var rest] => await LogAuditCommand.RunAsync(rest, output, entropy, clock, cancel),
                ["log", "anchors", .. var rest] => await AnchorsCommand.RunAsync(rest, output, entropy, cancel),
                ["log", "opening", .. var rest] => await OpeningCommand.RunAsync(rest, output, cancel),
                ["log", "monitor", .. var rest] => await LogMonitorCommand.RunAsync(rest, output, entropy, clock, cancel),
                ["mirror", "serve", .. var rest] => await MirrorServer.RunAsync(rest, output, cancel),
                ["mirror", .. var rest] => await MirrorCommand.RunAsync(rest, output, entropy, cancel),
                ["log", "witnesses", .. var rest] => await LogWitnessesCommand.RunAsync(rest, output, entropy, clock, cancel),
                ["doctor", .. var rest] => await DoctorCommand.RunAsync(rest, output, entropy, clock, cancel),
                ["evidence", "submit", .. var rest] => await EvidenceCommand.SubmitAsync(rest, output, entropy, cancel),
                ["evidence", "get", .. var rest] => await EvidenceCommand.GetAsync(rest, output, entropy, cancel),
                ["evidence", "export", .. var rest] => await EvidenceCommand.ExportAsync(rest, output, entropy, cancel),
                ["evidence", "custody", .. var rest] => await EvidenceCommand.CustodyAsync(rest, output, entropy, cancel),
                [] => throw new UsageException("A verb is missing."),
                _ => throw new UsageException($"'{string.Join(' ', args.Take(2))}' is no verb of this tool."),
            };
        }
        catch (UsageException fault)
        {
            await error.WriteLineAsync($"{fault.Message}\n\n{Usage}");
            return ExitCode.WrongUse;
        }
        catch (Exception fault) when (fault is CaseFileException or FormatException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.WrongUse;
        }
        catch (Exception fault) when (fault is LoadStoppedException or ExerciseException or RegistryRefusedException or DraftRefusedException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.DoesNotHold;
        }
        catch (Exception fault) when (fault is RegistryUnreachableException or OperationCanceledException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.CouldNotReach;
        }
    }

    private static int Help(TextWriter output)
    {
        output.WriteLine(Usage);
        return ExitCode.Holds;
    }
}
