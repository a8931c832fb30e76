using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Tests.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Tests.Ballots;

/// <summary>A member's and a scrutineer's side of the escrow (V-56), without a server.</summary>
public sealed class EscrowTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("escrow-").FullName;
    private readonly StringWriter _output = new();
    private readonly ECDsa _ballotKey = BallotSealer.NewKey();
    private readonly List<ECDiffieHellman> _keys = [.. Enumerable.Range(0, 5).Select(_ => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256))];

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _ballotKey.Dispose();
        _keys.ForEach(k => k.Dispose());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static string IdOf(ECDiffieHellman key) => BallotEscrow.KeyId(key.ExportSubjectPublicKeyInfo());

    private Task<int> RunAsync(params string[] args) => Commands.RunAsync(args, _output, _output, RandomNumberGenerator.GetBytes, TimeProvider.System, CancellationToken.None);

    private JsonObject Round(bool escrow = true)
    {
        var spki = _ballotKey.ExportSubjectPublicKeyInfo();
        return new JsonObject
        {
            ["incident"] = "inc_1",
            ["number"] = 1,
            ["rulesHash"] = new string('1', 64),
            ["evidenceRoot"] = new string('2', 64),
            ["ballotKeys"] = new JsonArray(new JsonObject { ["id"] = BallotSeal.KeyId(spki), ["spki"] = B64Url.Encode(spki) }),
            ["escrow"] = !escrow ? null : new JsonObject
            {
                ["threshold"] = 3,
                ["scrutineers"] = new JsonArray([.. _keys.Select(k => new JsonObject { ["keyId"] = IdOf(k), ["spki"] = B64Url.Encode(k.ExportSubjectPublicKeyInfo()) })]),
                ["closes"] = "2026-01-18T12:00:00Z",
            },
        };
    }

    private Task<int> SealAsync(JsonObject round, string reasons = "Overlap.")
    {
        File.WriteAllText(At("round.json"), round.ToJsonString());
        File.WriteAllText(At("answers.json"), new JsonObject { ["Q1"] = new JsonObject { ["reasons"] = reasons } }.ToJsonString());
        File.WriteAllText(At("ballot.pem"), _ballotKey.ExportPkcs8PrivateKeyPem());
        File.Delete(At("sealed.json"));
        return RunAsync("ballot", "seal", "--round", At("round.json"), "--answers", At("answers.json"), "--key", At("ballot.pem"), "--out", At("sealed.json"));
    }

    [Fact]
    public async Task V_56_A_ballot_for_a_round_with_scrutineers_is_sealed_with_an_escrow_that_three_of_them_open()
    {
        (await SealAsync(Round())).Should().Be(ExitCode.Holds, _output.ToString());
        (await RunAsync("ballot", "verify", At("sealed.json"), "--round", At("round.json"))).Should().Be(ExitCode.Holds, _output.ToString());
        var ballot = SealedBallot.Parse(await File.ReadAllTextAsync(At("sealed.json")));
        var sent = ballot.EnvelopeRequest()["escrow"]!.AsObject();
        var statement = EscrowFile.Statement(sent["escrow"]!.AsObject());
        var shares = new[] { 0, 2, 3 }.Select(i => BallotEscrow.OpenShare(
            Convert.FromHexString(ballot.Commitment), IdOf(_keys[i]), B64Url.Decode(statement.Shares[i].Ephemeral), B64Url.Decode(statement.Shares[i].Box), _keys[i])!).ToList();
        BallotEscrow.Open(statement, B64Url.Decode((string)sent["ciphertext"]!), shares)!.Value.Ballot.Should().Equal(ballot.Ballot);
    }

    [Fact]
    public async Task V_56_Without_scrutineers_there_is_no_escrow_and_a_ballot_of_the_other_kind_does_not_hold()
    {
        (await SealAsync(Round(escrow: false))).Should().Be(ExitCode.Holds);
        SealedBallot.Parse(await File.ReadAllTextAsync(At("sealed.json"))).EnvelopeRequest().ContainsKey("escrow").Should().BeFalse();
        await File.WriteAllTextAsync(At("other.json"), Round().ToJsonString());
        (await RunAsync("ballot", "verify", At("sealed.json"), "--round", At("other.json"))).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().Contain("not in escrow");
    }

    public static TheoryData<string, Action<JsonNode>> Changes => new()
    {
        { "another commitment", escrow => escrow["escrow"]!["commitment"] = new string('0', 64) },
        { "not that of its ciphertext", escrow => escrow["ciphertext"] = B64Url.Encode(new byte[4112]) },
        { "other scrutineers", escrow => escrow["escrow"]!["shares"]!.AsArray().RemoveAt(0) },
        { "did not sign this escrow", escrow => escrow["escrow"]!["shares"]![0]!["digest"] = new string('0', 64) },
        { "did not sign this escrow", escrow => escrow["signature"] = B64Url.Encode(new byte[64]) },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task An_escrow_that_was_changed_does_not_hold(string says, Action<JsonNode> change)
    {
        await SealAsync(Round());
        var file = JsonNode.Parse(await File.ReadAllTextAsync(At("sealed.json")))!;
        change(file["escrow"]!);
        await File.WriteAllTextAsync(At("sealed.json"), file.ToJsonString());
        (await RunAsync("ballot", "verify", At("sealed.json"), "--round", At("round.json"))).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().Contain(says);
    }

    [Fact]
    public async Task No_ballot_is_sealed_to_keys_that_are_not_what_they_are_called_or_for_another_threshold()
    {
        var (swapped, weaker, four) = (Round(), Round(), Round());
        swapped["escrow"]!["scrutineers"]![0]!["spki"] = swapped["escrow"]!["scrutineers"]![1]!["spki"]!.DeepClone();
        weaker["escrow"]!["threshold"] = 1;
        four["escrow"]!["scrutineers"]!.AsArray().RemoveAt(4);
        foreach (var round in new[] { swapped, weaker, four })
        {
            (await SealAsync(round)).Should().Be(ExitCode.WrongUse);
            File.Exists(At("sealed.json")).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_ballot_too_long_for_an_escrow_is_not_sealed_and_says_so()
    {
        (await SealAsync(Round(), new string('x', 131_072))).Should().Be(ExitCode.WrongUse);
        _output.ToString().Should().Contain("at most 131036 bytes");
    }

    [Fact]
    public async Task An_escrow_key_is_made_into_a_file_of_its_owner_and_replaces_none()
    {
        (await RunAsync("scrutineer", "key", "--out", At("escrow.pem"))).Should().Be(ExitCode.Holds);
        using var key = PrivateFile.ReadEscrowKey(At("escrow.pem"));
        _output.ToString().Should().StartWith(IdOf(key)).And.Contain(B64Url.Encode(key.ExportSubjectPublicKeyInfo()));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(At("escrow.pem")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var before = await File.ReadAllTextAsync(At("escrow.pem"));
        (await RunAsync("scrutineer", "key", "--out", At("escrow.pem"))).Should().Be(ExitCode.WrongUse);
        (await File.ReadAllTextAsync(At("escrow.pem"))).Should().Be(before);
    }

    [Fact]
    public async Task A_scrutineer_releases_what_their_key_opens_and_hears_of_what_it_does_not()
    {
        await SealAsync(Round());
        var ballot = SealedBallot.Parse(await File.ReadAllTextAsync(At("sealed.json")));
        var box = ballot.Escrow!["escrow"]!["shares"]![1]!;
        JsonObject Pending(string id, string commitment, bool released = false) => new()
        {
            ["ballotKeyId"] = id,
            ["commitment"] = commitment,
            ["share"] = new JsonObject { ["ephemeral"] = box["ephemeral"]!.DeepClone(), ["box"] = box["box"]!.DeepClone() },
            ["released"] = released,
        };
        var answer = new JsonObject
        {
            ["keyId"] = IdOf(_keys[1]),
            ["pending"] = new JsonArray(Pending("k-1", ballot.Commitment), Pending("k-2", new string('0', 64)), Pending("k-3", ballot.Commitment, released: true)),
        };
        var server = new Answering((request, _) => Answering.Json(HttpStatusCode.OK, request.Method == HttpMethod.Get ? answer.ToJsonString() : "{}"));
        using var client = server.Client("key");

        var (released, unusable) = await ScrutineerCommand.ReleaseAsync(client, "rnd_1", _keys[1], CancellationToken.None);

        (released, unusable.Single()).Should().Be((1, "k-2"));
        var sent = JsonNode.Parse(server.Asked[1].Body)!["shares"]!.AsArray().Single()!;
        server.Asked[1].Path.Should().Be("/v1/rounds/rnd_1/shares");
        ((string?)sent["ballotKeyId"]).Should().Be("k-1");
        BallotEscrow.IsShare(B64Url.Decode((string)sent["share"]!), (string)box["digest"]!, 2).Should().BeTrue();
        var other = async () => await ScrutineerCommand.ReleaseAsync(client, "rnd_1", _keys[2], CancellationToken.None);
        await other.Should().ThrowAsync<FormatException>().WithMessage($"*{IdOf(_keys[1])}*");
    }
}
