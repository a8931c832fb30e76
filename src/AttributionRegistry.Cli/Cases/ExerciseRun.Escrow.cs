using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The scrutineers of rounds at the levels where the policy wants them (V-56).</summary>
internal sealed partial class ExerciseRun
{
    /// <summary>Which of the five release their shares: three are enough.</summary>
    private static readonly int[] Releasing = [1, 2, 4];

    /// <summary>The person ids of five scrutineers with their escrow keys registered, or nobody.</summary>
    private async Task<List<string>> ScrutineersAsync(Level level, CancellationToken cancel)
    {
        var policy = await _chair.Client.GetObjectAsync("/v1/policy", cancel);
        if (policy["escrowLevels"]?.AsArray().Any(each => (string?)each == Wire.Name(level)) != true)
        {
            return [];
        }

        Step("register the scrutineers' escrow keys");
        var ids = new List<string>();
        foreach (var scrutineer in Scrutineers())
        {
            await scrutineer.RegisterEscrowKeyAsync(cancel);
            ids.Add(await scrutineer.IdAsync(cancel));
        }

        Step("open the round");
        return ids;
    }

    private async Task ReleaseAsync(string round, CancellationToken cancel)
    {
        Step("open out of escrow");
        foreach (var scrutineer in Releasing.Select(each => Scrutineers()[each]))
        {
            await ScrutineerCommand.ReleaseAsync(scrutineer.Client, round, scrutineer.EscrowKey!, cancel);
        }

        await SayAsync($"one member did not open; {Releasing.Length} scrutineers of {BallotEscrow.Scrutineers} did");
    }

    private List<Player> Scrutineers() => cast.With("scrutineer") is { Count: >= BallotEscrow.Scrutineers } there
        ? [.. there.Take(BallotEscrow.Scrutineers)]
        : throw new ExerciseException($"A round at this level needs {BallotEscrow.Scrutineers} people with the role scrutineer, and the credentials name fewer.");
}
