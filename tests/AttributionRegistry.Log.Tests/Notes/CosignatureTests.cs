using System.Text;

namespace AttributionRegistry.Log.Tests.Notes;

public sealed class CosignatureTests
{
    [SharedDataFact]
    public void Every_published_cosignature_verifies_with_its_time_and_bytes()
    {
        var cases = Vectors.Shared("cosignature-v1.json").Cases().ToList();

        cases.Should().HaveCount(3);
        foreach (var c in cases)
        {
            var witness = NoteVerifier.Parse(c.Text("vkey"));
            var note = SignedNote.Parse(c.Text("note"));
            var time = c["timestamp"]!.GetValue<long>();

            $"{witness.KeyId:x8}".Should().Be(c.Text("keyId"));
            CosignatureV1.Verify(note, witness).Should().Be(time);
            CosignatureV1.Message(note.Text, time).Should().Equal(Encoding.UTF8.GetBytes(c.Text("signedMessage")));
            note.Verify(witness).Single().Payload[8..].Should().Equal(c.Base64("signature64"));
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Checkpoint.ParseBody(note.Text).Origin)))
                .Should().Be(c.Text("originHash"));
        }
    }

    [SharedDataFact]
    public void The_published_time_is_read_out_of_a_payload()
    {
        var cases = Vectors.Shared("cosignature-v1.json").Cases("timestampExtract").ToList();

        cases.Should().HaveCount(1);
        CosignatureV1.TryTime(cases[0].Base64("base64").AsSpan(4), out var time).Should().BeTrue();
        time.Should().Be(cases[0]["unix"]!.GetValue<long>());
    }

    [SharedDataFact]
    public void A_post_quantum_key_is_refused_by_name_of_its_type() =>
        new Action(() => NoteVerifier.Parse(Vectors.Shared("cosignature-v1.json")["mldsa44Vkey"]!.Text("vkey"))).Should().Throw<NoteException>().WithMessage("*0x06*");

    [Fact]
    public void A_cosignature_for_another_time_or_checkpoint_is_void()
    {
        using var log = new NoteSigner("log.example/a", new byte[32]);
        using var key = NoteSigner.Witness("witness.example/w", Enumerable.Repeat((byte)9, 32).ToArray());
        var witness = NoteVerifier.Parse(key.Vkey);
        var one = new Checkpoint("log.example/a", 1, new byte[32]);
        var two = one with { Size = 2 };
        var line = CosignatureV1.Sign(key, one.Body(), 1_790_000_000);

        CosignatureV1.Verify(SignedNote.Parse(one.Sign(log) + line), witness).Should().Be(1_790_000_000);
        new Action(() => CosignatureV1.Verify(SignedNote.Parse(two.Sign(log) + line), witness)).Should().Throw<NoteException>();
        new Action(() => CosignatureV1.Verify(SignedNote.Parse(one.Sign(log)), witness)).Should().Throw<NoteException>("there is none");

        var payload = Convert.FromBase64String(line[line.LastIndexOf(' ')..].Trim());
        payload[11] ^= 1; // a second more or less
        var later = $"{line[..line.LastIndexOf(' ')]} {Convert.ToBase64String(payload)}\n";
        new Action(() => CosignatureV1.Verify(SignedNote.Parse(one.Sign(log) + later), witness)).Should().Throw<NoteException>();
    }

    [Fact]
    public void The_latest_of_several_cosignatures_counts()
    {
        using var key = NoteSigner.Witness("witness.example/w", new byte[32]);
        var body = new Checkpoint("log.example/a", 1, new byte[32]).Body();
        var note = $"{body}\n{CosignatureV1.Sign(key, body, 20)}{CosignatureV1.Sign(key, body, 30)}{CosignatureV1.Sign(key, body, 10)}";

        CosignatureV1.Verify(SignedNote.Parse(note), NoteVerifier.Parse(key.Vkey)).Should().Be(30);
    }

    [Fact]
    public void A_logs_key_and_a_witness_key_do_not_stand_in_for_each_other()
    {
        using var log = new NoteSigner("log.example/a", new byte[32]);
        using var witness = NoteSigner.Witness("log.example/a", new byte[32]);
        var checkpoint = new Checkpoint("log.example/a", 1, new byte[32]);

        log.KeyId.Should().NotBe(witness.KeyId, "the type is part of the id");
        new Action(() => checkpoint.Sign(witness)).Should().Throw<ArgumentException>();
        new Action(() => CosignatureV1.Sign(log, checkpoint.Body(), 1)).Should().Throw<ArgumentException>();
        new Action(() => CosignatureV1.Verify(SignedNote.Parse(checkpoint.Sign(log)), NoteVerifier.Parse(log.Vkey))).Should().Throw<NoteException>();
        new Action(() => Checkpoint.Open(checkpoint.Sign(log), NoteVerifier.Parse(witness.Vkey))).Should().Throw<NoteException>();
    }
}
