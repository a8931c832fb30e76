using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Panels;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>Indicative and binding rounds, motions and deadlines, through the server and its clock.</summary>
public sealed class RoundsInTimeTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public async Task V_44_to_V_46_the_panel_hears_itself_deliberates_reads_the_contrary_argument_and_decides()
    {
        await using var voting = await VotingAsync(policy => policy);
        var chair = voting.Sitting[0].Client;
        await RefusedAsync(await voting.OpenRoundAsync(chair), 409, "indicative-round-first", "/binding");
        await voting.OpenedAsync(await voting.OpenRoundAsync(chair, binding: false));
        await VoteAsync(voting, opened: 11, bp: i => i < 6 ? 9000 : 3000);
        var feedback = await CountedAsync(voting);
        var terms = feedback["terms"]!["Q1"]![voting.Named.Value]!;
        ((int?)terms["very_likely"], (int?)terms["unlikely"]).Should().Be((6, 5));
        var spread = feedback["result"]!["questions"]!["Q1"]!["information"]!["spread"]![voting.Named.Value]!;
        ((int?)spread["lowerQuartile"], (int?)spread["median"], (int?)spread["upperQuartile"]).Should().Be((3000, 9000, 9000));

        await RefusedAsync(await voting.OpenRoundAsync(chair, contrary: "The tools are for sale."), 409, "deliberation-running");
        voting.Registry.Clock.Advance(Week);
        await RefusedAsync(await voting.OpenRoundAsync(chair), 422, "contrary-argument-missing", "/contraryArgument");
        await voting.OpenedAsync(await voting.OpenRoundAsync(chair, contrary: "The tools are for sale."));
        var first = voting.Sitting[3];
        await RefusedAsync(await voting.CommitAsync(first, voting.Seal(first)), 409, "contrary-argument-unread");
        var view = await Json(await first.Client.GetAsync($"/v1/rounds/{voting.Round}"));
        ((string?)view["contraryArgument"]!["value"], (bool?)view["mine"]!["acknowledged"]).Should().Be(("The tools are for sale.", false));
        foreach (var member in voting.Sitting)
        {
            (await member.Client.PostAsync($"/v1/rounds/{voting.Round}/acknowledgement", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await VoteAsync(voting, opened: 11, bp: _ => 9000);
        ((string?)(await CountedAsync(voting))["result"]!["questions"]!["Q1"]!["outcome"]).Should().Be("attributed");
        voting.State.Stage.Should().Be(Stage.Adopted);
    }

    [Fact]
    public async Task V_48_a_motion_carried_before_the_close_extends_the_window_for_all()
    {
        await using var voting = await InRoundAsync();
        var motions = $"/v1/rounds/{voting.Round}/motions";
        voting.Registry.Clock.Advance(TimeSpan.FromDays(6));
        await RefusedAsync(await voting.Sitting[1].Client.PostAsJsonAsync(motions, Motion("extendCommit", 8 * 86_400)), 422, "extension-too-long", "/seconds");
        (await voting.Registry.As(Role.Analyst).PostAsJsonAsync(motions, Motion("extendCommit", 3600))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await RefusedAsync(await voting.Registry.As(Role.Registrar).PostAsJsonAsync(motions, Motion("extendCommit", 3600)), 404, "not-found");
        var raised = await voting.Sitting[1].Client.PostAsJsonAsync(motions, Motion("extendCommit", 86_400));
        raised.StatusCode.Should().Be(HttpStatusCode.Created, await raised.Content.ReadAsStringAsync());
        var motion = $"{motions}/{(string)(await Json(raised))["id"]!}";
        foreach (var member in voting.Sitting.Take(4))
        {
            (await member.Client.PostAsJsonAsync($"{motion}/votes", new { vote = "yes" })).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await RefusedAsync(await voting.Sitting[1].Client.PostAsync($"{motion}/decision", null), 403, "role-required");
        await RefusedAsync(await voting.Sitting[0].Client.PostAsync($"{motion}/decision", null), 409, "motion-inquorate");
        var open = (await Json(await voting.Sitting[9].Client.GetAsync(motions)))["motions"]![0]!;
        (open["yes"], open["mine"], open["outcome"]).Should().Be((null, null, null), "nobody sees how others voted while the vote is open");
        foreach (var member in voting.Sitting.Skip(4).Take(2))
        {
            await member.Client.PostAsJsonAsync($"{motion}/votes", new { vote = "no" });
        }

        (await voting.Sitting[0].Client.PostAsync($"{motion}/decision", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        var decided = (await Json(await voting.Sitting[9].Client.GetAsync(motions)))["motions"]![0]!;
        ((string?)decided["outcome"], (int?)decided["yes"], (int?)decided["no"]).Should().Be(("carried", 4, 2));

        voting.Registry.Clock.Advance(TimeSpan.FromDays(1.5));
        (await voting.CommitAsync(voting.Sitting[2], voting.Seal(voting.Sitting[2]))).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(0.5));
        await RefusedAsync(await voting.CommitAsync(voting.Sitting[3], voting.Seal(voting.Sitting[3])), 409, "commit-window-closed");
    }

    [Fact]
    public async Task V_49_the_clerk_extends_for_unrevealed_ballots_once_and_then_counts_without_being_asked()
    {
        await using var voting = await InRoundAsync();
        var ballots = await VoteAsync(voting, opened: 7, bp: _ => 9000);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        await UntilAsync(voting, () => RoundOf(voting).ExtendedForUnrevealed);
        await RefusedAsync(await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null), 409, "reveal-window-open");
        (await voting.OpenAsync(voting.Sitting[7], ballots[7])).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.Registry.Clock.Advance(TimeSpan.FromHours(72));
        await UntilAsync(voting, () => RoundOf(voting).Result is not null);
        RoundOf(voting).Result!.Questions["Q1"].Counts.Votes.Should().Be(8);
        voting.State.Stage.Should().Be(Stage.Adopted);
    }

    [Fact]
    public async Task V_47_deadlines_act_by_themselves_after_a_jump_of_the_clock_over_all_windows()
    {
        await using var voting = await InRoundAsync();
        await VoteAsync(voting, opened: 0, bp: _ => 9000, open: false);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(400));
        await UntilAsync(voting, () => RoundOf(voting).Result is not null);
        RoundOf(voting).Result!.Questions["Q1"].Counts.Unrevealed.Should().Be(11);
        voting.State.Stage.Should().Be(Stage.NotAdopted);
    }

    [Fact]
    public async Task V_47_a_suspended_case_waits_and_is_counted_once_it_is_resumed()
    {
        await using var voting = await InRoundAsync();
        await VoteAsync(voting, opened: 11, bp: _ => 9000);
        (await voting.Registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"/v1/incidents/{voting.Incident}/suspension", new { reason = "A threat." })).EnsureSuccessStatusCode();
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        await Task.Delay(200);
        RoundOf(voting).Result.Should().BeNull();
        (await voting.Registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"/v1/incidents/{voting.Incident}/resumption", new { reason = "Settled." })).EnsureSuccessStatusCode();
        await UntilAsync(voting, () => RoundOf(voting).Result is not null);
    }

    [Fact]
    public async Task V_46_a_carried_motion_holds_another_round_and_there_is_never_a_fourth()
    {
        await using var voting = await InRoundAsync();
        for (var round = 1; round <= 3; round++)
        {
            await VoteAsync(voting, opened: 11, bp: i => i < 6 ? 9000 - (800 * round) : 3000);
            await CountedAsync(voting);
            voting.State.Stage.Should().Be(Stage.NotAdopted);
            var moved = await voting.Sitting[2].Client.PostAsJsonAsync($"/v1/rounds/{voting.Round}/motions", Motion("furtherRound", null));
            if (round == 3)
            {
                await RefusedAsync(moved, 409, "no-further-round");
                return;
            }

            var motion = $"/v1/rounds/{voting.Round}/motions/{(string)(await Json(moved))["id"]!}/votes";
            foreach (var member in voting.Sitting.Take(6))
            {
                (await member.Client.PostAsJsonAsync(motion, new { vote = "yes" })).StatusCode.Should().Be(HttpStatusCode.OK);
            }

            voting.State.Stage.Should().Be(Stage.Voting);
            await voting.OpenedAsync(await voting.OpenRoundAsync(voting.Sitting[0].Client));
        }
    }

    [Fact]
    public async Task V_46_rounds_end_where_nobody_has_moved()
    {
        await using var voting = await InRoundAsync();
        for (var round = 1; round <= 2; round++)
        {
            await VoteAsync(voting, opened: 11, bp: i => i < 6 ? 9000 - round : 3000);
            await CountedAsync(voting);
            var moved = await voting.Sitting[2].Client.PostAsJsonAsync($"/v1/rounds/{voting.Round}/motions", Motion("furtherRound", null));
            if (round == 2)
            {
                await RefusedAsync(moved, 409, "round-settled");
                return;
            }

            foreach (var member in voting.Sitting.Take(6))
            {
                await member.Client.PostAsJsonAsync($"/v1/rounds/{voting.Round}/motions/{(string)(await Json(moved))["id"]!}/votes", new { vote = "yes" });
            }

            await voting.OpenedAsync(await voting.OpenRoundAsync(voting.Sitting[0].Client));
        }
    }

    [Fact]
    public async Task V_10_seats_left_without_an_answer_fall_to_the_next_without_anybody_asking()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var faithful = panels.Sitting[0];
        (await panels.DeclareAsync(faithful)).EnsureSuccessStatusCode();
        panels.Registry.Clock.Advance(Week);
        await UntilAsync(panels, () => panels.State.Panel!.Seats.Count(s => s.RemovedBecause == "no-declaration") == 10);
        panels.Sitting.Should().Contain(faithful);
        panels.State.Panel!.NextLapse.Should().Be(panels.State.Panel.Seats.Where(s => !s.Removed && s.Replaces is not null).Min(s => s.OfferedAt) + Week);
    }

    private static Round RoundOf(PanelCase voting) => voting.Registry.Core.Load(RoundJournal.Definition, voting.Round).State!;

    private static JsonObject Motion(string kind, long? seconds) => new()
    {
        ["kind"] = kind,
        ["seconds"] = seconds,
        ["reasons"] = new JsonObject { ["value"] = "Two members travel.", ["lang"] = "en" },
    };

    // Every member seals in the commit window; the first so many open in the reveal window that follows.
    private static async Task<List<Cli.Ballots.SealedBallot>> VoteAsync(PanelCase voting, int opened, Func<int, int> bp, bool open = true)
    {
        var ballots = voting.Sitting.Select((member, i) => voting.Seal(member, bp(i))).ToList();
        for (var i = 0; i < ballots.Count; i++)
        {
            (await voting.CommitAsync(voting.Sitting[i], ballots[i])).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        if (open)
        {
            voting.Registry.Clock.Advance(RoundOf(voting).RevealOpens - voting.Registry.Now);
            for (var i = 0; i < opened; i++)
            {
                (await voting.OpenAsync(voting.Sitting[i], ballots[i])).StatusCode.Should().Be(HttpStatusCode.Created);
            }
        }

        return ballots;
    }

    private static async Task<JsonObject> CountedAsync(PanelCase voting)
    {
        voting.Registry.Clock.Advance(RoundOf(voting).RevealCloses - voting.Registry.Now);
        await UntilAsync(voting, () => RoundOf(voting).Result is not null);
        return await Json(await voting.Registry.As(Role.Auditor).GetAsync($"/v1/rounds/{voting.Round}/tally"));
    }

    // The clerk looks once a second of the registry's clock, which stands still between the steps of a test.
    private static async Task UntilAsync(PanelCase voting, Func<bool> done)
    {
        for (var i = 0; i < 800 && !done(); i++)
        {
            voting.Registry.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(25);
        }

        done().Should().BeTrue("the clerk acts at the deadline");
    }
}
