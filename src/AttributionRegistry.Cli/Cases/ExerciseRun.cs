using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using Stage = AttributionRegistry.Domain.Cases.Stage;

namespace AttributionRegistry.Cli.Cases;

/// <summary>One incident on its way through the exercise; what the registry called things is kept here.</summary>
internal sealed partial class ExerciseRun(CaseEntry entry, Cast cast, Func<int, byte[]> entropy, TextWriter output, StopAt? stopAt) : IDisposable
{
    private readonly Player _referrer = cast.One("referrer");
    private readonly Player _registrar = cast.One("registrar");
    private readonly Player _board = cast.One("selectionBoard");
    private readonly Player _analyst = cast.One("analyst");
    private readonly Player _custodian = cast.One("custodian");
    private readonly Player _lead = cast.One("leadAssessor");
    private readonly Player _advocate = cast.One("devilsAdvocate");
    private readonly Dictionary<string, string> _hypotheses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _evidence = new(StringComparer.Ordinal);
    private readonly HashSet<string> _released = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Player> _parties = new(StringComparer.Ordinal);
    private string _incident = "";
    private string _assessment = "";
    private string _step = "";

    private string Case => $"/v1/incidents/{_incident}";

    public Task<LoadedCase> RunAsync(CancellationToken cancel) => PlayAsync(async () =>
    {
        await ReferAsync(cancel);
        await ConstituteAsync(cancel);
        await OpenAsync(cancel);
        if (stopAt is { Stage: Stage.Collecting })
        {
            return Left();
        }

        await CollectAsync(cancel);
        return await DecideAsync(cancel);
    });

    /// <summary>Another version of a case that was published and then taken back to its assessment: by a panel of its own, in a round of its own.</summary>
    public Task<LoadedCase> AgainAsync(CancellationToken cancel) => PlayAsync(async () =>
    {
        _panel.Clear();
        await ConstituteAsync(cancel);
        return await DecideAsync(cancel);
    });

    public void Dispose()
    {
        foreach (var key in _ballotKeys.Values)
        {
            key.Dispose();
        }
    }

    private async Task<LoadedCase> PlayAsync(Func<Task<LoadedCase>> play)
    {
        try
        {
            return await play();
        }
        catch (RegistryRefusedException refusal)
        {
            throw new LoadStoppedException(entry.Id, _step, refusal);
        }
    }

    private async Task<LoadedCase> DecideAsync(CancellationToken cancel)
    {
        await AssessAsync(cancel);
        await ReviewAsync(cancel);
        await HearAsync(cancel);
        await ReleaseAsync(cancel);
        await DeliberateAsync(cancel);
        var round = await OpenRoundAsync(cancel);
        if (stopAt is not null)
        {
            await LeaveRoundOpenAsync(round, stopAt, cancel);
            return Left();
        }

        var vote = await VoteAsync(round, cancel);
        return await PublishAsync(vote, cancel);
    }

    private LoadedCase Left() => new(entry.Id, _incident, "", $"left at {Wire.Name(stopAt!.Stage)}", AsExpected: true);

    /// <summary>Names what is being done, so that a refusal can say where the exercise stopped.</summary>
    private void Step(string name) => _step = name;

    private Task SayAsync(FormattableString line) => output.WriteLineAsync($"{entry.Id}: {line.ToString(CultureInfo.InvariantCulture)}");

    // What is about the case is signed by whoever does it; what is about a round or a panel carries signatures of its own.
    private async Task<string> PostAsync(Player by, string path, JsonObject? body, CancellationToken cancel)
    {
        var signer = _incident.Length > 0 && (path.StartsWith($"{Case}/", StringComparison.Ordinal) || path.StartsWith("/v1/evidence/", StringComparison.Ordinal))
            ? await by.SignerAsync(_incident, cancel)
            : null;
        return (string?)(await (signer is null ? by.Client.PostAsync(path, body, cancel) : by.Client.PostSignedAsync(path, body, signer, null, cancel)))["id"] ?? "";
    }

    private Task<string> MoveAsync(Player by, string to, string reason, CancellationToken cancel, Action<JsonObject>? more = null)
    {
        Step($"move to {to}");
        var body = new JsonObject { ["to"] = to, ["reason"] = $"Exercise: {reason}" };
        more?.Invoke(body);
        return PostAsync(by, $"{Case}/transitions", body, cancel);
    }

    /// <summary>The matrix under the registry's ids, as the panel will have it: withheld items are not disclosed.</summary>
    private MatrixInput Matrix() => MatrixOf(entry, id => HypothesisId.Of(_hypotheses[id]), id => EvidenceId.Of(_evidence[id]));

    internal static MatrixInput MatrixOf(CaseEntry entry, Func<string, HypothesisId> hypothesis, Func<string, EvidenceId> evidence) => new(
        [.. entry.Hypotheses.Select(each => new Hypothesis(hypothesis(each.Id), each.Statement, HypothesisKinds.Of(each.Kinds), each.Residual))],
        [.. entry.Evidence.Select(each => new MatrixItem(
            evidence(each.Id), each.SourceGrade, each.InformationGrade, each.Spoofability, each.Withheld is null, each.Origin))],
        [.. from item in entry.Evidence
            from cell in item.Ratings
            select new Cell(hypothesis(cell.Key), evidence(item.Id), cell.Value)]);

    private string FileIdOf(HypothesisId hypothesis) => _hypotheses.First(each => each.Value == hypothesis.Value).Key;

    private readonly Dictionary<string, ECDsa> _ballotKeys = new(StringComparer.Ordinal);
}
