using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Sealing;

public sealed class CommitmentTests
{
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void The_recorded_commitments_are_reproduced()
    {
        var cases = Vectors.Own("log/commitment-proposal.json").Cases().ToList();

        cases.Select(c => c.Text("purpose")).Should().Equal(Commitments.EvidenceBytes, Commitments.Field, Commitments.BallotCommitment, Commitments.Event);
        foreach (var c in cases)
        {
            var commitment = Commitments.Compute(c.Text("purpose"), c.Hex("saltHex"), c.Hex("messageHex"));

            commitment.Should().Equal(c.Hex("commitmentHex"), c.Text("purpose"));
            B64Url.Encode(commitment).Should().Be(c.Text("commitmentB64url"));
            Commitments.Opens(commitment, c.Text("purpose"), c.Hex("saltHex"), c.Hex("messageHex")).Should().BeTrue();
        }
    }

    [Fact]
    public void The_recorded_sealed_entry_is_reproduced_and_opens()
    {
        var vector = Vectors.Own("log/commitment-proposal.json");
        var c = vector.Cases().Single(x => x.Text("purpose") == Commitments.Event);
        var (salt, hidden) = (c.Hex("saltHex"), c.Hex("messageHex"));
        var entry = LogEntry.Sealed(LogEntry.Seal(salt, hidden));

        Encoding.UTF8.GetString(entry).Should().Be(vector.Text("sealedEntry"));
        entry.Should().HaveCount(vector["sealedEntryLength"]!.GetValue<int>()).And.HaveCount(LogEntry.SealedSize);
        Rfc6962.LeafHash(entry).Should().Equal(vector.Hex("sealedLeafHashHex"));
        CanonicalJson.CanonicalizeIntegers(entry).Should().Equal(entry);
        LogEntry.Unseals(entry, salt, hidden).Should().BeTrue();
        LogEntry.Unseals(entry, salt, [.. hidden, (byte)' ']).Should().BeFalse();
        LogEntry.Unseals(entry, new byte[32], hidden).Should().BeFalse();
        LogEntry.Unseals(entry, salt.AsSpan(0, 31), hidden).Should().BeFalse();
    }

    [Fact]
    public void The_message_of_a_field_is_the_recorded_one()
    {
        var field = Vectors.Own("log/commitment-proposal.json").Cases().Single(x => x.Text("purpose") == Commitments.Field);

        Commitments.FieldMessage("source", "Source 7").Should().Equal(field.Hex("messageHex"));
        Encoding.UTF8.GetString(Commitments.FieldMessage("n\"", new JsonArray(1, null))).Should().Be("{\"n\":\"n\\\"\",\"v\":[1,null]}");
        Encoding.UTF8.GetString(Commitments.FieldMessage("x", null)).Should().Be("{\"n\":\"x\",\"v\":null}");
    }

    [Fact]
    public void A_commitment_opens_only_with_its_purpose_salt_and_message()
    {
        var commitment = Commitments.Compute(Commitments.Field, Salt, [1, 2]);

        Commitments.Opens(commitment, Commitments.Field, Salt, [1, 2]).Should().BeTrue();
        Commitments.Opens(commitment, Commitments.Event, Salt, [1, 2]).Should().BeFalse();
        Commitments.Opens(commitment, Commitments.Field, Salt, [1, 2, 0]).Should().BeFalse();
        Commitments.Opens(commitment, Commitments.Field, [.. Salt.Reverse()], [1, 2]).Should().BeFalse();
        Commitments.Opens(commitment, Commitments.Field, [.. Salt, 1], [2]).Should().BeFalse("a byte must not move from message to salt");
    }

    [Fact]
    public void A_salt_of_another_length_and_a_purpose_with_a_strange_letter_are_refused()
    {
        new Action(() => Commitments.Compute(Commitments.Field, new byte[31], [])).Should().Throw<ArgumentException>();
        new Action(() => Commitments.Compute(Commitments.Field, new byte[33], [])).Should().Throw<ArgumentException>();
        new Action(() => Commitments.Compute("field\0", Salt, [])).Should().Throw<ArgumentException>();
        new Action(() => Commitments.Compute("", Salt, [])).Should().Throw<ArgumentException>();
    }
}
