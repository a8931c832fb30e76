using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Sealing;

public sealed class BallotReceiptTests
{
    private static NoteSigner Signer(byte first = 1, string name = "log.example/ballots") => new(name, [first, .. new byte[31]]);

    private static BallotReceipt Word { get; } = new("inc_1", 2, "k-0123456789abcdef", 1, new string('a', 64), new string('b', 32), "leaf", "log.example/ballots", "2026-01-01T12:00:00Z");

    private static JsonObject Envelope(Action<JsonObject>? change = null)
    {
        var envelope = new JsonObject
        {
            ["type"] = "commit",
            ["v"] = 1,
            ["caseId"] = "inc_1",
            ["round"] = 2,
            ["ballotKeyId"] = "k-0123456789abcdef",
            ["revision"] = 1,
            ["previous"] = null,
            ["commitment"] = new string('a', 64),
            ["nonce"] = new string('b', 32),
        };
        change?.Invoke(envelope);
        return envelope;
    }

    [Fact]
    public void V_73_The_word_of_the_log_is_read_back_under_its_key_and_no_other()
    {
        using var signer = Signer();
        using var other = Signer(2);
        var note = Word.Sign(signer);
        BallotReceipt.Open(note, NoteVerifier.Parse(signer.Vkey)).Should().Be(Word);
        FluentActions.Invoking(() => BallotReceipt.Open(note, NoteVerifier.Parse(other.Vkey))).Should().Throw<NoteException>();
        FluentActions.Invoking(() => BallotReceipt.Open(note.Replace("\"round\":2", "\"round\":3", StringComparison.Ordinal), NoteVerifier.Parse(signer.Vkey))).Should().Throw<NoteException>();
    }

    [Fact]
    public void V_73_A_checkpoint_is_no_ballot_receipt_and_a_ballot_receipt_no_checkpoint()
    {
        using var signer = Signer();
        var verifier = NoteVerifier.Parse(signer.Vkey);
        FluentActions.Invoking(() => BallotReceipt.Open(new Checkpoint(signer.Name, 0, Rfc6962.EmptyRoot).Sign(signer), verifier)).Should().Throw<NoteException>();
        FluentActions.Invoking(() => Checkpoint.Open(Word.Sign(signer), verifier)).Should().Throw<NoteException>();
    }

    [Fact]
    public void V_73_A_receipt_written_in_another_form_or_for_another_log_is_refused()
    {
        using var signer = Signer();
        var verifier = NoteVerifier.Parse(signer.Vkey);
        foreach (var text in new[]
        {
            Word.Text().Replace("{\"ballotKeyId\"", "{ \"ballotKeyId\"", StringComparison.Ordinal),
            Word.Text().Replace("}\n", ",\"more\":1}\n", StringComparison.Ordinal),
            (Word with { LogId = "another.example/log" }).Text(),
            $"{BallotReceipt.Header}\n[]\n",
            $"{BallotReceipt.Header}\n",
        })
        {
            FluentActions.Invoking(() => BallotReceipt.Open(SignedNote.Sign(text, signer), verifier)).Should().Throw<NoteException>(text);
        }
    }

    [Theory]
    [InlineData("caseId", "inc_2")]
    [InlineData("ballotKeyId", "k-fedcba9876543210")]
    [InlineData("commitment", "cc")]
    [InlineData("nonce", "dd")]
    public void V_73_A_receipt_that_is_not_ones_own_differs_by_name(string member, string value)
    {
        Word.DiffersFrom(Envelope()).Should().BeNull();
        Word.DiffersFrom(Envelope(e => e[member] = value)).Should().Be(member);
        Word.DiffersFrom(Envelope(e => e["revision"] = 2)).Should().Be("revision");
    }
}
