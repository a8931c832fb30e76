using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Cases;

/// <summary>Evidence, matrix, frozen assessment and its reviews.</summary>
internal sealed partial class ExerciseRun
{
    private async Task CollectAsync(CancellationToken cancel)
    {
        foreach (var item in entry.Evidence)
        {
            Step($"submit evidence {item.Id}");
            var id = _evidence[item.Id] = await PostAsync(_analyst, $"{Case}/evidence", EvidenceOf(item), cancel);
            if (item.Withheld is null)
            {
                await _analyst.Client.PutBytesAsync($"/v1/evidence/{id}/content", CaseTexts.Record(entry, item), "text/markdown", cancel);
            }

            Step($"accept evidence {item.Id}");
            await PostAsync(_custodian, $"/v1/evidence/{id}/admissibility", new JsonObject { ["accepted"] = true, ["reason"] = "Exercise: published, cited and relevant." }, cancel);
            if (item.Withheld is { } withheld)
            {
                Step($"write the gist of {item.Id}");
                await _custodian.Client.PutAsync($"/v1/evidence/{id}/gist", new JsonObject
                {
                    ["gist"] = Wire.Text(withheld.Gist),
                    ["reasonCode"] = withheld.ReasonCode,
                    ["seenBy"] = "Nobody in this exercise: whoever holds it has not published it.",
                }, cancel);
            }

            Step($"grade evidence {item.Id}");
            await PostAsync(SecondAnalyst, $"/v1/evidence/{id}/grades", new JsonObject
            {
                ["source"] = Wire.Name(item.SourceGrade),
                ["information"] = (int)item.InformationGrade,
                ["reason"] = CaseTexts.GradeReason(item),
            }, cancel);
        }

        await SayAsync($"{_evidence.Count} items of evidence accepted and graded, {entry.Evidence.Count(each => each.Withheld is not null)} of them withheld");
        Step("file the contrary memo");
        var (leader, strongest, rival) = Contrary();
        await PostAsync(_advocate, $"{Case}/memo", new JsonObject { ["body"] = Wire.Text(CaseTexts.Memo(entry, leader, strongest, rival)) }, cancel);
        await MoveAsync(_lead, "assessing", "the evidence is in, accepted and graded.", cancel);
    }

    private async Task AssessAsync(CancellationToken cancel)
    {
        Step("rate the matrix");
        await PostAsync(_analyst, $"{Case}/matrix", new JsonObject
        {
            ["ratings"] = Wire.List(
                from item in entry.Evidence
                from cell in item.Ratings
                select new JsonObject
                {
                    ["hypothesis"] = _hypotheses[cell.Key],
                    ["evidence"] = _evidence[item.Id],
                    ["rating"] = Wire.Name(cell.Value),
                    ["reason"] = item.RatingNote is null ? item.RatedBy : $"{item.RatedBy}. {item.RatingNote}",
                }),
        }, cancel);
        Step("list assumptions and gaps");
        foreach (var (statement, breaksIf) in new[]
        {
            ("What the publishers say they observed was there to be observed.", "An independent examination of the same samples or machines that does not find it."),
            ("Items of one original report are one source.", "Proof that the publishers came to the same result from observations of their own."),
        })
        {
            await PostAsync(_analyst, $"{Case}/assumptions", new JsonObject { ["statement"] = Wire.Text(statement), ["breaksIf"] = Wire.Text(breaksIf) }, cancel);
        }

        await PostAsync(_analyst, $"{Case}/gaps", new JsonObject { ["gap"] = Wire.Text("The originals behind the reports: none was examined in this exercise.") }, cancel);
        Step("freeze the assessment");
        var result = Domain.Assessment.Matrix.Evaluate(Matrix());
        var leaders = string.Join(" and ", result.Leaders.Select(each => $"“{CaseTexts.StatementOf(entry, FileIdOf(each))}”"));
        _assessment = await PostAsync(_lead, $"{Case}/assessments", new JsonObject
        {
            ["summary"] = Wire.Text($"{CaseTexts.Exercise} Least inconsistent: {leaders}{(result.StrictLeader is null ? ", level" : $", by {result.Margin} points")}. {result.Linchpins.Count} linchpins."),
        }, cancel);
        await MoveAsync(_registrar, "reviewing", "the assessment is frozen.", cancel);
        await SayAsync($"{entry.Evidence.Count * entry.Hypotheses.Count} cells rated, assessment {_assessment} frozen");
    }

    private async Task ReviewAsync(CancellationToken cancel)
    {
        Step("review the assessment");
        foreach (var reviewer in new[] { Reviewer(0), Reviewer(1) })
        {
            var review = await PostAsync(reviewer, $"{Case}/reviews", new JsonObject
            {
                ["assessment"] = _assessment,
                ["noConflict"] = true,
                ["conclusion"] = Wire.Text("Exercise review: the result follows from the ratings by the published rule; whether the ratings are right is another question."),
                ["points"] = Wire.List([Wire.Text("What do the ratings rest on that was not read at its source?")]),
            }, cancel);
            await PostAsync(
                _lead, $"{Case}/reviews/{review}/points/1/answer",
                new JsonObject { ["answer"] = Wire.Text($"Each item cites where it was read. {Unread()} of {entry.Evidence.Count} items were not read at their source, and say so.") }, cancel);
        }

        await SayAsync($"two external reviews answered");
    }

    private Player SecondAnalyst => cast.With("analyst").FirstOrDefault(each => each != _analyst) ?? _custodian;

    private int Unread() => entry.Evidence.Count(each => each.Sources.All(source => source.Status != Domain.Cases.SourceStatus.Read || source.Title is not null));

    /// <summary>The leading hypothesis, the item that is worst for it or else carries it, and who gains from doubting that.</summary>
    private (string Leader, CaseEvidence Strongest, string Rival) Contrary()
    {
        var result = Domain.Assessment.Matrix.Evaluate(Matrix());
        var leader = result.Leaders[0];
        var against = result.Contributions.Where(each => each.Hypothesis == leader).MaxBy(each => each.Points);
        var carrying = result.Contributions.Where(each => each.Hypothesis != leader).MaxBy(each => each.Points);
        var item = (against ?? carrying)?.Item.Value;
        var strongest = entry.Evidence.FirstOrDefault(each => _evidence[each.Id] == item) ?? entry.Evidence[0];
        return (FileIdOf(leader), strongest, FileIdOf(result.Ranking.First(each => each.Id != leader).Id));
    }

    private JsonObject EvidenceOf(CaseEvidence item)
    {
        var withheld = item.Withheld is not null;
        var json = new JsonObject
        {
            ["title"] = $"{item.Id} {item.Publisher}, {item.Date.Value}",
            ["kind"] = item.Mictic is Domain.Cases.MicticAspect.Intelligence ? "statement" : "report",
            ["description"] = Wire.Text(item.Description),
            ["declaredMediaType"] = withheld ? null : "text/markdown",
            ["interestInOutcome"] = "none: an exercise",
            ["tlp"] = withheld ? "TLP:AMBER" : Wire.Name(item.Tlp),
            ["spoofability"] = Wire.Name(item.Spoofability),
            ["mictic"] = item.Mictic is { } mictic ? Wire.Name(mictic) : null,
            ["origin"] = item.Origin,
            ["sources"] = Wire.Sources(item.Sources),
            ["payloadHeldElsewhere"] = withheld,
        };
        if (item.CollectedHow is not null)
        {
            json["collected"] = new JsonObject { ["when"] = Wire.Date(item.CollectedWhen!), ["where"] = null, ["how"] = item.CollectedHow, ["by"] = item.Publisher };
        }

        return json;
    }
}
