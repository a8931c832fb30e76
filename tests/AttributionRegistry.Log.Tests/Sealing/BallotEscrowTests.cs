using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Sealing;

/// <summary>The vectors were made by another implementation; what follows from randomness is taken from them.</summary>
public sealed class BallotEscrowTests
{
    private static JsonNode File { get; } = Vectors.Own("escrow-vectors.json");

    private static List<EscrowRecipient> Scrutineers { get; } = [.. File.Cases("scrutineers").Select(s => new EscrowRecipient(s.Text("keyId"), B64Url.Decode(s.Text("spki"))))];

    private static JsonNode Short { get; } = File.Cases("seals").First();

    private static ECDiffieHellman Key(string pkcs8)
    {
        var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(B64Url.Decode(pkcs8), out _);
        return key;
    }

    private static EscrowStatement Statement(JsonNode escrow) => new(
        escrow.Text("commitment"), escrow.Text("nonce"), escrow.Text("ciphertextDigest"),
        [.. escrow.Cases("shares").Select(s => new EscrowShare(s.Text("keyId"), s.Text("ephemeral"), s.Text("box"), s.Text("digest")))]);

    private static List<byte[]> Shares(JsonNode seal) => [.. seal["shares"]!.AsArray().Select(s => B64Url.Decode((string)s!))];

    private static EscrowedBallot Fresh(int length, out byte[] commitment, out byte[] ballot, out byte[] salt)
    {
        (ballot, salt) = (RandomNumberGenerator.GetBytes(length), RandomNumberGenerator.GetBytes(32));
        commitment = BallotSeal.Commitment(salt, ballot);
        return BallotEscrow.Seal(commitment, ballot, salt, Scrutineers, RandomNumberGenerator.GetBytes, () => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));
    }

    [Fact]
    public void V_56_The_recorded_ballots_get_the_same_escrow_byte_for_byte()
    {
        foreach (var seal in File.Cases("seals"))
        {
            var random = new Queue<byte[]>([seal.Hex("key"), seal.Hex("nonce"), .. seal["coefficients"]!.AsArray().Select(c => Convert.FromHexString((string)c!))]);
            var ephemerals = new Queue<string>(seal["ephemerals"]!.AsArray().Select(e => (string)e!));
            var made = BallotEscrow.Seal(
                seal.Hex("commitment"), B64Url.Decode(seal.Text("ballot")), seal.Hex("salt"), Scrutineers,
                size => random.Dequeue() is var next && next.Length == size ? next : throw new InvalidOperationException("another amount of randomness"),
                () => Key(ephemerals.Dequeue()));

            CanonicalJson.Serialize(made.Statement.ToJson()).ShouldBe(CanonicalJson.Serialize(seal["escrow"]), seal.Text("name"));
            made.Ciphertext.ShouldBe(B64Url.Decode(seal.Text("ciphertext")), seal.Text("name"));
            made.Ciphertext.Should().HaveCount((int)seal["plainLength"]! + 16);
            Convert.ToHexStringLower(made.Statement.ToSign()).Should().Be(seal.Text("toSign"));
            BallotSeal.VerifyEs256(B64Url.Decode(File["ballotKey"]!.Text("spki")), made.Statement.ToSign(), B64Url.Decode(seal.Text("signature"))).Should().BeTrue();
        }
    }

    [Fact]
    public void V_56_Each_scrutineer_opens_their_own_recorded_share_and_nobody_elses()
    {
        var escrow = Statement(Short["escrow"]!);
        var keys = File.Cases("scrutineers").Select(s => Key(s.Text("pkcs8"))).ToList();
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 5; j++)
            {
                var share = BallotEscrow.OpenShare(
                    Short.Hex("commitment"), Scrutineers[j].KeyId, B64Url.Decode(escrow.Shares[j].Ephemeral), B64Url.Decode(escrow.Shares[j].Box), keys[i]);
                if (i == j)
                {
                    share.ShouldBe(Shares(Short)[i]);
                }
                else
                {
                    share.Should().BeNull("the box is for {0}", j);
                }
            }
        }
    }

    [Fact]
    public void V_56_Any_three_recorded_shares_open_the_ballot_and_two_do_not()
    {
        foreach (var seal in File.Cases("seals"))
        {
            var (escrow, ciphertext, shares) = (Statement(seal["escrow"]!), B64Url.Decode(seal.Text("ciphertext")), Shares(seal));
            foreach (var (a, b, c) in from a in shares from b in shares from c in shares where a[0] != b[0] && b[0] != c[0] && a[0] != c[0] select (a, b, c))
            {
                var opened = BallotEscrow.Open(escrow, ciphertext, [a, b, c]);
                opened!.Value.Ballot.ShouldBe(B64Url.Decode(seal.Text("ballot")));
                opened.Value.Salt.ShouldBe(seal.Hex("salt"));
                BallotEscrow.Open(escrow, ciphertext, [a, b]).Should().BeNull();
                BallotEscrow.Open(escrow, ciphertext, [a, b, b]).Should().BeNull();
            }
        }
    }

    [Fact]
    public void V_56_A_share_that_is_not_the_boxed_one_is_told_by_its_digest()
    {
        var (digests, shares) = (Statement(Short["escrow"]!).Shares.Select(s => s.Digest).ToList(), Shares(Short));
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 5; j++)
            {
                BallotEscrow.IsShare(shares[i], digests[j], j + 1).Should().Be(i == j);
            }

            BallotEscrow.IsShare([(byte)(i + 2), .. shares[i][1..]], digests[i], i + 1).Should().BeFalse("the number is part of the share");
            BallotEscrow.IsShare(shares[i].AsSpan(..^1), digests[i], i + 1).Should().BeFalse();
        }
    }

    [Fact]
    public void V_56_No_bit_of_a_box_a_ciphertext_or_a_share_can_be_flipped()
    {
        var (escrow, ciphertext, shares) = (Statement(Short["escrow"]!), B64Url.Decode(Short.Text("ciphertext")), Shares(Short));
        using var key = Key(File.Cases("scrutineers").First().Text("pkcs8"));
        var (ephemeral, box) = (B64Url.Decode(escrow.Shares[0].Ephemeral), B64Url.Decode(escrow.Shares[0].Box));
        foreach (var flipped in Flips(box))
        {
            BallotEscrow.OpenShare(Short.Hex("commitment"), Scrutineers[0].KeyId, ephemeral, flipped, key).Should().BeNull();
        }

        foreach (var flipped in Flips(ephemeral))
        {
            BallotEscrow.OpenShare(Short.Hex("commitment"), Scrutineers[0].KeyId, flipped, box, key).Should().BeNull();
        }

        foreach (var flipped in Flips(Short.Hex("commitment")))
        {
            BallotEscrow.OpenShare(flipped, Scrutineers[0].KeyId, ephemeral, box, key).Should().BeNull("a box is bound to its ballot");
            BallotEscrow.Open(escrow with { Commitment = Convert.ToHexStringLower(flipped) }, ciphertext, shares).Should().BeNull();
        }

        foreach (var flipped in Flips(shares[1]))
        {
            BallotEscrow.IsShare(flipped, escrow.Shares[1].Digest, 2).Should().BeFalse();
            BallotEscrow.Open(escrow, ciphertext, [shares[0], flipped, shares[2]]).Should().BeNull();
        }

        foreach (var flipped in Flips(ciphertext).Where((_, i) => i % 37 == 0))
        {
            BallotEscrow.Open(escrow, flipped, shares).Should().BeNull();
        }

        BallotEscrow.OpenShare(Short.Hex("commitment"), Scrutineers[0].KeyId, ephemeral, box.AsSpan(..^1), key).Should().BeNull();
        BallotEscrow.Open(escrow, ciphertext.AsSpan(..^1), shares).Should().BeNull();
    }

    [Fact]
    public void V_56_What_is_no_padded_ballot_of_the_commitment_is_unusable()
    {
        var cases = File.Cases("unusable").ToList();
        cases.Should().HaveCount(5);
        foreach (var c in cases)
        {
            var ciphertext = B64Url.Decode(c.Text("ciphertext"));
            var statement = new EscrowStatement(c.Text("commitment"), c.Text("nonce"), Convert.ToHexStringLower(SHA256.HashData(ciphertext)), []);
            BallotEscrow.Open(statement, ciphertext, Shamir.Split(c.Hex("key"), 3, 5, RandomNumberGenerator.GetBytes)).Should().BeNull(c.Text("name"));
        }
    }

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(4060, 4096)]
    [InlineData(4061, 16_384)]
    [InlineData(16_348, 16_384)]
    [InlineData(16_349, 65_536)]
    [InlineData(65_500, 65_536)]
    [InlineData(65_501, 131_072)]
    [InlineData(131_036, 131_072)]
    public void V_56_Ballots_of_all_lengths_look_like_one_of_four(int length, int bucket)
    {
        var escrow = Fresh(length, out var commitment, out var ballot, out var salt);
        escrow.Ciphertext.Should().HaveCount(bucket + 16);
        BallotEscrow.IsSize(escrow.Ciphertext.Length).Should().BeTrue();
        var shares = File.Cases("scrutineers").Select((s, i) =>
        {
            using var key = Key(s.Text("pkcs8"));
            return BallotEscrow.OpenShare(commitment, s.Text("keyId"), B64Url.Decode(escrow.Statement.Shares[i].Ephemeral), B64Url.Decode(escrow.Statement.Shares[i].Box), key)!;
        }).ToList();
        var opened = BallotEscrow.Open(escrow.Statement, escrow.Ciphertext, [shares[4], shares[0], shares[2]]);
        opened!.Value.Ballot.ShouldBe(ballot);
        opened.Value.Salt.ShouldBe(salt);
    }

    [Fact]
    public void V_56_A_ballot_longer_than_the_last_size_and_another_number_of_scrutineers_are_not_sealed()
    {
        BallotEscrow.LongestBallot.Should().Be(131_036);
        FluentActions.Invoking(() => Fresh(131_037, out _, out _, out _)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => BallotEscrow.Seal(
            new byte[32], [1], new byte[32], [.. Scrutineers.Take(4)], RandomNumberGenerator.GetBytes, () => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256)))
            .Should().Throw<ArgumentException>();
        BallotEscrow.IsSize(4096).Should().BeFalse();
    }

    [Fact]
    public void V_56_The_same_ballot_twice_leaves_nothing_in_common()
    {
        var (salt, ballot) = (new byte[32], new byte[100]);
        var commitment = BallotSeal.Commitment(salt, ballot);
        var texts = Enumerable.Range(0, 2).Select(_ => BallotEscrow.Seal(
            commitment, ballot, salt, Scrutineers, RandomNumberGenerator.GetBytes, () => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256))).ToList();
        texts[0].Ciphertext.AsSpan(0, 64).SequenceEqual(texts[1].Ciphertext.AsSpan(0, 64)).Should().BeFalse();
        texts.SelectMany(t => t.Statement.Shares).Select(s => s.Ephemeral).Should().OnlyHaveUniqueItems("a zero nonce never meets a key twice");
        texts.SelectMany(t => t.Statement.Shares).Select(s => s.Digest).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void An_escrow_keys_id_cannot_be_taken_for_a_ballot_keys()
    {
        foreach (var scrutineer in Scrutineers)
        {
            BallotEscrow.KeyId(scrutineer.Spki).Should().Be(scrutineer.KeyId).And.StartWith("e-").And.HaveLength(18);
        }
    }

    private static IEnumerable<byte[]> Flips(byte[] bytes) => Enumerable.Range(0, 8 * bytes.Length).Select(bit =>
    {
        var flipped = (byte[])bytes.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    });
}
