using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Log.Tests.Sealing;

public sealed class BallotSealTests
{
    [Fact]
    public void The_recorded_ballots_get_their_canonical_bytes_and_commitments()
    {
        var cases = Vectors.Own("ballot-vectors.json").Cases("commitments").ToList();

        cases.Should().HaveCount(5);
        foreach (var c in cases)
        {
            var ballot = CanonicalJson.Serialize(c["ballot"]);

            Convert.ToHexStringLower(ballot).Should().Be(c.Text("canonicalHex"), c.Text("name"));
            Convert.ToHexStringLower(BallotSeal.Commitment(c.Hex("saltHex"), ballot)).Should().Be(c.Text("commitment"), c.Text("name"));
        }
    }

    [Fact]
    public void The_recorded_envelope_gets_its_digest()
    {
        var cases = Vectors.Own("ballot-vectors.json").Cases("envelopes").ToList();

        cases.Should().HaveCount(1);
        Convert.ToHexStringLower(BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(cases[0]["envelope"]))).Should().Be(cases[0].Text("digest"));
    }

    [Fact]
    public void The_tag_of_a_ballots_commitment_is_that_of_its_purpose()
    {
        var salt = new byte[32];
        byte[] tagged = [.. Encoding.ASCII.GetBytes(BallotSeal.CommitmentTag), 0, .. salt, 7];

        BallotSeal.Commitment(salt, [7]).Should().Equal(SHA256.HashData(tagged));
    }

    [Fact]
    public void A_signature_holds_for_its_key_and_digest_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = key.ExportSubjectPublicKeyInfo();
        var digest = BallotSeal.EnvelopeDigest([1, 2, 3]);
        var signature = BallotSeal.SignEs256(key, digest);

        signature.Should().HaveCount(64);
        BallotSeal.VerifyEs256(spki, digest, signature).Should().BeTrue();
        BallotSeal.VerifyEs256(other.ExportSubjectPublicKeyInfo(), digest, signature).Should().BeFalse();
        for (var bit = 0; bit < 8 * 64; bit++)
        {
            var altered = (byte[])signature.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            BallotSeal.VerifyEs256(spki, digest, altered).Should().BeFalse($"bit {bit} of the signature");
        }

        for (var bit = 0; bit < 8 * 32; bit++)
        {
            var altered = (byte[])digest.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            BallotSeal.VerifyEs256(spki, altered, signature).Should().BeFalse($"bit {bit} of the digest");
        }
    }

    [Fact]
    public void The_digest_is_the_message_of_ES256_as_in_a_browser()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (spki, digest) = (key.ExportSubjectPublicKeyInfo(), SHA256.HashData("ballot"u8));

        BallotSeal.VerifyEs256(spki, digest, key.SignHash(SHA256.HashData(digest))).Should().BeTrue("ES256 hashes what it signs");
        BallotSeal.VerifyEs256(spki, digest, key.SignHash(digest)).Should().BeFalse("the digest itself is not the hash");
    }

    [Fact]
    public void A_signature_made_by_WebCrypto_is_accepted()
    {
        // Made once with the WebCrypto of Node 20: generateKey ES256, sign {ECDSA, SHA-256} over the digest below.
        var spki = B64Url.Decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBkwxpr2JEs__dEKF2cUJdHGLKew6ZexPqaElZH7LHyp1yNp67V_q4T4eUgfzstgpUngXsYC-S_IsFHLaOoUbRg");
        var digest = Convert.FromHexString("3f7cc767af301e050e81e26105dcd477b271ce5fe32e6908bbd70a41e90e3e73");
        var signature = B64Url.Decode("70get6mKopLAcxL_TXDhcDSsBqf2abafwmOu5zW5Fg4-GMbjNqwtUPoy5dAtvn9jDnZ2z3M-Vi-VpISWAXdrbQ");

        BallotSeal.VerifyEs256(spki, digest, signature).Should().BeTrue();
        BallotSeal.KeyId(spki).Should().Be("k-7c6693ea5b020f80");
    }

    [Fact]
    public void Malformed_keys_and_signatures_are_answered_no()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var (spki, digest) = (key.ExportSubjectPublicKeyInfo(), new byte[32]);
        var signature = BallotSeal.SignEs256(key, digest);
        var offCurve = (byte[])spki.Clone();
        offCurve[^1] ^= 1;

        BallotSeal.VerifyEs256(spki, digest, signature).Should().BeTrue();
        BallotSeal.VerifyEs256(spki, digest, signature.AsSpan(0, 63)).Should().BeFalse();
        BallotSeal.VerifyEs256(spki, digest, [.. signature, 0]).Should().BeFalse();
        BallotSeal.VerifyEs256(spki, digest, new byte[64]).Should().BeFalse();
        BallotSeal.VerifyEs256(spki, digest, key.SignData(digest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)).Should().BeFalse();
        foreach (var bad in new[] { [], new byte[91], spki[..90], [.. spki, 0], offCurve, larger.ExportSubjectPublicKeyInfo(), rsa.ExportSubjectPublicKeyInfo() })
        {
            BallotSeal.VerifyEs256(bad, digest, signature).Should().BeFalse();
            BallotSeal.IsKey(bad).Should().BeFalse();
        }

        BallotSeal.IsKey(spki).Should().BeTrue();
    }

    [Fact]
    public void The_statement_about_a_ballot_key_binds_case_member_and_key()
    {
        byte[] spki = [1, 2, 3];
        var statement = BallotSeal.BallotKeyStatement("inc_1", "per_1", spki);
        byte[] expected = [.. Encoding.ASCII.GetBytes("attribution-registry/ballot-key/v1"), 0, .. "{\"ballotKey\":\"AQID\",\"caseId\":\"inc_1\",\"memberId\":\"per_1\"}"u8];

        statement.Should().Equal(SHA256.HashData(expected));
        statement.Should().NotEqual(BallotSeal.BallotKeyStatement("inc_2", "per_1", spki));
        statement.Should().NotEqual(BallotSeal.BallotKeyStatement("inc_1", "per_2", spki));
        statement.Should().NotEqual(BallotSeal.BallotKeyStatement("inc_1", "per_1", [1, 2, 4]));
    }

    [Fact]
    public void A_key_is_named_by_the_start_of_its_digest() =>
        BallotSeal.KeyId([]).Should().Be("k-e3b0c44298fc1c14");
}
