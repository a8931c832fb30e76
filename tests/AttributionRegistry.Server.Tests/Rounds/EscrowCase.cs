using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Panels;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>A scrutineer with an account and an escrow key.</summary>
internal sealed record ScrutineerOf(PersonId Id, HttpClient Client, ECDiffieHellman Key)
{
    public string KeyId => BallotEscrow.KeyId(Key.ExportSubjectPublicKeyInfo());
}

/// <summary>A panel in a round whose ballots five scrutineers can open (V-56).</summary>
internal sealed class EscrowCase(PanelCase voting) : IAsyncDisposable
{
    public PanelCase Voting { get; } = voting;

    public List<ScrutineerOf> Scrutineers { get; } = [];

    public RoundFile File { get; private set; } = null!;

    public string Path => $"/v1/rounds/{Voting.Round}";

    public static Func<Policy, Policy> OneRound { get; } = p => p with { IndicativeRoundFirst = false };

    /// <summary>A case about to vote, and five people who could be its scrutineers.</summary>
    public static async Task<EscrowCase> ReadyAsync()
    {
        var made = new EscrowCase(await PanelCase.VotingAsync(OneRound));
        for (var i = 0; i < 5; i++)
        {
            made.Scrutineers.Add(await made.NewScrutineerAsync());
        }

        return made;
    }

    /// <summary>As above, with the round open.</summary>
    public static async Task<EscrowCase> InRoundAsync()
    {
        var made = await ReadyAsync();
        var chair = made.Voting.Sitting[0].Client;
        await made.Voting.OpenedAsync(await made.Voting.OpenRoundAsync(chair, scrutineers: made.Scrutineers.Select(s => s.Id)));
        made.File = RoundFile.Parse(await chair.GetStringAsync(made.Path));
        return made;
    }

    public async Task<ScrutineerOf> NewScrutineerAsync(bool withKey = true, params Role[] roles)
    {
        var (caller, client) = await Voting.Registry.NewPersonAsync([.. roles.DefaultIfEmpty(Role.Scrutineer)]);
        var made = new ScrutineerOf(caller.Id, client, ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));
        if (withKey)
        {
            var added = await client.PostAsJsonAsync($"/v1/people/{caller.Id}/escrow-keys", new { spki = B64Url.Encode(made.Key.ExportSubjectPublicKeyInfo()) });
            added.StatusCode.Should().Be(HttpStatusCode.Created, await added.Content.ReadAsStringAsync());
        }

        return made;
    }

    public SealedBallot Seal(Member member, int bp = 9000, SealedBallot? previous = null, string reasons = "Infrastructure overlaps.") =>
        member.Sealer.Seal(Voting.Frame, Voting.Answers(bp, reasons), previous, File.Scrutineers);

    /// <summary>A ballot with something else in escrow than what is sealed.</summary>
    public SealedBallot SealWithout(Member member)
    {
        var ballot = Seal(member);
        return member.Sealer.Deposit(ballot, File.Scrutineers, RandomNumberGenerator.GetBytes(300), RandomNumberGenerator.GetBytes(32));
    }

    /// <summary>All commit; those of the first <paramref name="opened"/> open; then the reveal window closes.</summary>
    public async Task<List<(Member Member, SealedBallot Ballot)>> VoteAsync(int opened, Func<Member, int, SealedBallot>? seal = null)
    {
        var ballots = Voting.Sitting.Select((m, i) => (Member: m, Ballot: seal?.Invoke(m, i) ?? Seal(m))).ToList();
        foreach (var (member, ballot) in ballots)
        {
            var answer = await Voting.CommitAsync(member, ballot);
            answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        }

        Voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        foreach (var (member, ballot) in ballots.Take(opened))
        {
            (await Voting.OpenAsync(member, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        Voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        return ballots;
    }

    /// <summary>What the scrutineer's client would release: each share under its ballot.</summary>
    public async Task<JsonArray> SharesAsync(ScrutineerOf scrutineer)
    {
        var escrow = await PanelCase.Json(await scrutineer.Client.GetAsync($"{Path}/escrow"));
        return new JsonArray([.. escrow["pending"]!.AsArray().Select(p => new JsonObject
        {
            ["ballotKeyId"] = (string)p!["ballotKeyId"]!,
            ["share"] = B64Url.Encode(BallotEscrow.OpenShare(
                Convert.FromHexString((string)p["commitment"]!), scrutineer.KeyId, B64Url.Decode((string)p["share"]!["ephemeral"]!),
                B64Url.Decode((string)p["share"]!["box"]!), scrutineer.Key)!),
        })]);
    }

    public Task<HttpResponseMessage> ReleaseAsync(HttpClient client, JsonArray shares) =>
        client.PostAsJsonAsync($"{Path}/shares", new JsonObject { ["shares"] = shares.DeepClone() });

    public async Task ReleaseAllAsync(params int[] scrutineers)
    {
        foreach (var scrutineer in scrutineers.Select(i => Scrutineers[i]))
        {
            var answer = await ReleaseAsync(scrutineer.Client, await SharesAsync(scrutineer));
            answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Counts, unless the registry has done so already, and reads the count.</summary>
    public async Task<JsonNode> CountedAsync()
    {
        var counted = await Voting.Sitting[0].Client.PostAsync($"{Path}/tally", null);
        counted.StatusCode.Should().Be(HttpStatusCode.Created, await counted.Content.ReadAsStringAsync());
        return (await PanelCase.Json(await Voting.Registry.As(Role.Auditor).GetAsync($"{Path}/tally")))["result"]!;
    }

    public ValueTask DisposeAsync() => Voting.DisposeAsync();
}
