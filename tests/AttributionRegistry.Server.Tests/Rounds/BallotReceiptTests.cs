using System.Net;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Panels;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>The answer to a sealed ballot, as a member's client holds it against what it sent.</summary>
public sealed class BallotReceiptTests
{
    [Fact]
    public async Task V_73_a_member_is_answered_with_the_logs_word_for_this_ballot_and_refuses_anybody_elses()
    {
        await using var voting = await InRoundAsync();
        var vkey = (await voting.Registry.Stranger.GetStringAsync("/log/vkey")).Trim();
        var (a, b) = (voting.Sitting[0], voting.Sitting[1]);
        var (first, second) = (voting.Seal(a), voting.Seal(b));
        var (answer, others) = (await CommittedAsync(voting, a, first), await CommittedAsync(voting, b, second));
        BallotReceiptCheck.Fault(answer, first, vkey).Should().BeNull();

        BallotReceiptCheck.Fault(others, first, vkey).Should().Contain("another ballotKeyId", "the server gave two members one receipt (clash attack)");
        var swapped = answer.DeepClone().AsObject();
        swapped["receipt"] = others["receipt"]!.DeepClone();
        BallotReceiptCheck.Fault(swapped, first, vkey).Should().Contain("another leaf");
        swapped = answer.DeepClone().AsObject();
        swapped["receipt"]!["leafIndex"] = 0;
        BallotReceiptCheck.Fault(swapped, first, vkey).Should().Contain("does not lead");
        swapped.Remove("ballotReceipt");
        BallotReceiptCheck.Fault(swapped, first, vkey).Should().Contain("no ballot receipt");
        using var forger = new NoteSigner(voting.Registry.Core.Store.Signer.Name, new byte[32]);
        BallotReceiptCheck.Fault(answer, first, forger.Vkey).Should().NotBeNull("a pinned key is not the server's to choose");

        var revised = voting.Seal(a, 2000, first);
        var next = await CommittedAsync(voting, a, revised);
        BallotReceiptCheck.Fault(next, revised, vkey).Should().BeNull();
        BallotReceiptCheck.Fault(answer, revised, vkey).Should().Contain("another revision");
        BallotReceiptCheck.Fault(await CommittedAsync(voting, a, revised), revised, vkey).Should().BeNull("the same envelope again has the same leaf (V-52)");
    }

    private static async Task<JsonObject> CommittedAsync(PanelCase voting, Member member, SealedBallot ballot)
    {
        var answer = await voting.CommitAsync(member, ballot);
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        return await Json(answer);
    }
}
