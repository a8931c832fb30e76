using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The parties are served and heard, what may be shown is shown, and the evidence set is frozen.</summary>
internal sealed partial class ExerciseRun
{
    private async Task HearAsync(CancellationToken cancel)
    {
        if (_parties.Count == 0)
        {
            return;
        }

        Step("serve notice, draft, disclosure set and gists");
        foreach (var (represents, player) in _parties)
        {
            await ServeAsync(player, ["notice", "draft", "disclosureSet", "gists"], $"{CaseTexts.Exercise} Served on the representative of {represents}.", cancel);
        }

        await MoveAsync(_registrar, "replying", "everything is served.", cancel);
        foreach (var reply in entry.Replies)
        {
            Step($"file the reply of {reply.By}");
            var id = await PostAsync(_parties[reply.Represents], $"{Case}/replies", new JsonObject
            {
                ["body"] = Wire.Text(BodyOf(reply), reply.Language),
                ["points"] = Wire.List(reply.Points.Select(each => Wire.Text($"{each.Point}\n\n{each.Words}", reply.Language))),
            }, cancel);
            Step($"answer the reply of {reply.By}");
            for (var point = 0; point < reply.Points.Count; point++)
            {
                await PostAsync(_lead, $"{Case}/replies/{id}/points/{point + 1}/answer", new JsonObject { ["answer"] = Wire.Text(reply.Points[point].Answer) }, cancel);
            }
        }

        await SayAsync($"{_parties.Count} parties served, {entry.Replies.Count} replies with {entry.Replies.Sum(each => each.Points.Count)} points answered");
    }

    // Before deliberation: the frozen set and the crosscheck must know what the public will see.
    private async Task ReleaseAsync(CancellationToken cancel)
    {
        var released = 0;
        // Once for all versions: a release is not taken back.
        foreach (var item in entry.Evidence.Where(each => each.Withheld is null && _released.Add(each.Id)))
        {
            Step($"release evidence {item.Id}");
            var to = item.Tlp is Domain.Scales.Tlp.Clear ? "public" : "parties";
            if (item.Tlp >= Domain.Scales.Tlp.Amber)
            {
                await PostAsync(_custodian, $"/v1/evidence/{_evidence[item.Id]}/release", new JsonObject { ["to"] = to, ["reason"] = "Exercise: the record of something already published." }, cancel);
                released++;
            }
        }

        await SayAsync($"{released} items released");
    }

    private async Task DeliberateAsync(CancellationToken cancel)
    {
        await MoveAsync(_chair, "deliberating", "the parties were heard.", cancel);
        await MoveAsync(_chair, "voting", "the questions are settled.", cancel);
        await SayAsync($"deliberated on the frozen evidence set");
    }

    private async Task ServeAsync(Player party, IEnumerable<string> documents, string letter, CancellationToken cancel) =>
        await PostAsync(_registrar, $"{Case}/services", new JsonObject
        {
            ["on"] = await party.IdAsync(cancel),
            ["documents"] = Wire.Words(documents),
            ["method"] = "through the registry, in an exercise",
            ["letter"] = Wire.Text(letter),
        }, cancel);

    private static string BodyOf(CaseReply reply)
    {
        var body = new StringBuilder($"As said in public by {reply.By}, {reply.Date}. Nobody replied to this exercise.");
        foreach (var source in reply.Sources.Concat(reply.Points.SelectMany(each => each.Sources)).DistinctBy(each => each.Reference))
        {
            body.Append($"\nSource ({Wire.Name(source.Status)}): {source.Reference}");
        }

        return body.ToString();
    }
}
