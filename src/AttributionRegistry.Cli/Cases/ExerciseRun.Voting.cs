using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>One binding round by rule, its opinions, and the finding.</summary>
internal sealed partial class ExerciseRun
{
    private const string QuestionId = "Q1";

    private async Task<OpenedRound> OpenRoundAsync(CancellationToken cancel)
    {
        Step("open the round");
        var matrix = Matrix();
        var answers = BallotRule.Answers(matrix, $"exercise:{entry.Id}:ballots", [.. _panel.Select(each => each.Member!.Id)]);
        var scrutineers = await ScrutineersAsync(LevelOfQuestion(entry), cancel);
        var round = await PostAsync(_chair, $"{Case}/rounds", new JsonObject
        {
            ["binding"] = true,
            ["scrutineers"] = Wire.Words(scrutineers),
            ["questions"] = Wire.List(
            [
                new JsonObject
                {
                    ["id"] = QuestionId,
                    ["level"] = Wire.Name(LevelOfQuestion(entry)),
                    ["hypotheses"] = Wire.Words(entry.Hypotheses.Select(each => _hypotheses[each.Id])),
                    ["residual"] = _hypotheses[entry.Hypotheses.First(each => each.Residual).Id],
                },
            ]),
        }, cancel);
        Step("read the round");
        var view = await _chair.Client.GetObjectAsync($"/v1/rounds/{round}", cancel);
        return new OpenedRound(round, RoundFile.Parse(view.ToJsonString()), answers);
    }

    private async Task<List<(Player Member, SealedBallot Ballot)>> CommitAsync(OpenedRound round, IEnumerable<ExerciseAnswer> answers, CancellationToken cancel)
    {
        Step("seal and commit ballots");
        var sealedBallots = new List<(Player Member, SealedBallot Ballot)>();
        foreach (var answer in answers)
        {
            var member = _panel.First(each => each.Member!.Id == answer.Member);
            var ballot = new BallotSealer(_ballotKeys[await member.IdAsync(cancel)], entropy)
                .Seal(round.File.Frame, new JsonObject { [QuestionId] = AnswerOf(answer) }, scrutineers: round.File.Scrutineers);
            sealedBallots.Add((member, ballot));
            await PostAsync(member, $"/v1/rounds/{round.Id}/envelopes", ballot.EnvelopeRequest(), cancel);
        }

        return sealedBallots;
    }

    /// <summary>Commits all ballots but a few, and keeps on disk what the members need to vote and to open what they sealed.</summary>
    private async Task LeaveRoundOpenAsync(OpenedRound round, StopAt stop, CancellationToken cancel)
    {
        Step("keep the ballot keys");
        var folder = StopAt.FolderOf(stop.BallotFolder, _incident);
        PrivateFile.MakeFolder(folder);
        foreach (var member in _panel)
        {
            PrivateFile.Write(Path.Combine(folder, StopAt.KeyFile(member.Member!.Id)), _ballotKeys[await member.IdAsync(cancel)].ExportPkcs8PrivateKeyPem() + "\n");
        }

        foreach (var (member, ballot) in await CommitAsync(round, round.Answers.SkipLast(StopAt.VotersLeft), cancel))
        {
            PrivateFile.Write(Path.Combine(folder, StopAt.SealedFile(member.Member!.Id)), ballot.ToJson());
        }

        await SayAsync($"round {round.Id} open, {_panel.Count - StopAt.VotersLeft} of {_panel.Count} ballots sealed; keys in {folder}");
    }

    private async Task<CountedVote> VoteAsync(OpenedRound opened, CancellationToken cancel)
    {
        var (round, answers) = (opened.Id, opened.Answers);
        var sealedBallots = await CommitAsync(opened, answers, cancel);
        Step("close the commit window");
        await PostAsync(_chair, $"/v1/rounds/{round}/windows", null, cancel);
        Step("open the ballots");
        // Where there is an escrow, one member has lost the ballot key: three scrutineers open in their place.
        foreach (var (member, ballot) in opened.File.Scrutineers.Count > 0 ? sealedBallots.SkipLast(1) : sealedBallots)
        {
            await PostAsync(member, $"/v1/rounds/{round}/openings", ballot.OpeningRequest(), cancel);
        }

        Step("close the reveal window");
        await PostAsync(_chair, $"/v1/rounds/{round}/windows", null, cancel);
        if (opened.File.Scrutineers.Count > 0)
        {
            await ReleaseAsync(round, cancel);
        }

        Step("count");
        await PostAsync(_chair, $"/v1/rounds/{round}/tally", null, cancel);
        var vote = await CountedAsync(round, cancel);
        await SayAsync($"{sealedBallots.Count} ballots sealed, opened and counted: {vote.Outcome}{(vote.Adopted is null ? "" : $" {vote.Adopted}")}");
        await DissentAsync(round, answers, vote, cancel);
        return vote;
    }

    /// <summary>The gravest level among the leading hypotheses.</summary>
    internal static Level LevelOfQuestion(CaseEntry entry)
    {
        // Ids of its own will do: the ranking does not depend on them.
        var ids = entry.Hypotheses.Select((each, index) => (each.Id, New: LocalIds.Hypothesis(index))).ToDictionary(each => each.Id, each => each.New);
        var items = entry.Evidence.Select((each, index) => (each.Id, New: LocalIds.Evidence(index))).ToDictionary(each => each.Id, each => each.New);
        var leaders = Domain.Assessment.Matrix.Evaluate(MatrixOf(entry, id => ids[id], id => items[id])).Leaders;
        return entry.Hypotheses.Where(each => leaders.Contains(ids[each.Id])).Max(each => each.Level);
    }

    private async Task<CountedVote> CountedAsync(string round, CancellationToken cancel)
    {
        var tally = await _chair.Client.GetObjectAsync($"/v1/rounds/{round}/tally", cancel);
        var result = (tally["result"] as JsonObject ?? tally)["questions"]?[QuestionId]
            ?? throw new RegistryUnreachableException($"The tally of {round} holds no question {QuestionId}.");
        var adopted = (string?)result["hypothesis"];
        return new CountedVote(
            (string)result["outcome"]!, adopted is null ? null : FileIdOf(HypothesisId.Of(adopted)),
            (string?)result["likelihoodTerm"] ?? "", (string?)result["confidence"] ?? "");
    }

    private async Task DissentAsync(string round, IReadOnlyList<ExerciseAnswer> answers, CountedVote vote, CancellationToken cancel)
    {
        Step("file dissents");
        var adopted = vote.Adopted is null ? null : _hypotheses[vote.Adopted];
        var rule = RuleSet.Default.Levels.For(LevelOfQuestion(entry));
        var dissenting = answers
            .Where(each => adopted is null ? each.Favours is not null : each.Likelihood[adopted] < rule.SupportFloor || each.Confidence < rule.MinConfidence)
            .ToList();
        foreach (var answer in dissenting)
        {
            var member = _panel.First(each => each.Member!.Id == answer.Member);
            await PostAsync(member, $"/v1/rounds/{round}/opinions", new JsonObject
            {
                ["kind"] = "dissent",
                ["body"] = Wire.Text(CaseTexts.Dissent(entry, answer.Favours is { } favours ? FileIdOf(favours) : null, answer.Reasons)),
            }, cancel);
        }

        await SayAsync($"{dissenting.Count} dissents filed");
    }

    private async Task<LoadedCase> PublishAsync(CountedVote vote, CancellationToken cancel)
    {
        var crosscheckable = vote.Adopted is { } adopted && Crosscheck.Run(Matrix(), HypothesisId.Of(_hypotheses[adopted])).Holds;
        Step("draft the finding");
        await _chair.Client.PutAsync(
            $"{Case}/finding", new JsonObject { ["statements"] = Wire.List([Wire.Text(CaseTexts.Statement(entry, vote, crosscheckable))]) }, cancel);
        Step("serve the advance copy");
        foreach (var (represents, player) in _parties)
        {
            await ServeAsync(player, ["advanceCopy"], $"{CaseTexts.Exercise} Advance copy for the representative of {represents}.", cancel);
        }

        await MoveAsync(_registrar, "published", "the finding is complete.", cancel);
        await MoveAsync(_chair, "published", "the finding is complete.", cancel);
        Step("read the finding's number");
        var number = (string?)(await _registrar.Client.GetObjectAsync(Case, cancel))["finding"] ?? "(number not shown)";
        var outcome = vote.Adopted is null ? "inconclusive" : crosscheckable ? "attributed" : "attributed-not-crosscheckable";
        return new LoadedCase(
            entry.Id, _incident, number, outcome, entry.Expected is not { } expected || (expected.Outcome == outcome && expected.Adopts == vote.Adopted));
    }

    private sealed record OpenedRound(string Id, RoundFile File, IReadOnlyList<ExerciseAnswer> Answers);

    private static JsonObject AnswerOf(ExerciseAnswer answer) => new()
    {
        ["likelihood"] = new JsonObject(answer.Likelihood.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value))),
        ["confidence"] = Wire.Name(answer.Confidence),
        ["cites"] = Wire.Words(answer.Cites),
        ["reasons"] = answer.Reasons,
    };
}
