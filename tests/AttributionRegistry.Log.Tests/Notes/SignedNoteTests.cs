using System.Text;

namespace AttributionRegistry.Log.Tests.Notes;

public sealed class SignedNoteTests
{
    private static readonly NoteSigner Signer = new("log.example/a", Enumerable.Repeat((byte)7, 32).ToArray());

    [SharedDataFact]
    public void Every_published_note_is_judged_as_published()
    {
        var cases = Vectors.Shared("signed-note.json").Cases().ToList();

        cases.Should().HaveCount(11);
        cases.Where(c => Opens(c.Text("note"), c.Cases("vkeys").Select(k => k.GetValue<string>())) != c["ok"]!.GetValue<bool>())
            .Select(c => c.Text("name")).Should().BeEmpty();
    }

    [SharedDataFact]
    public void The_published_signer_makes_the_published_line()
    {
        var vector = Vectors.Shared("signed-note.json")["signer"]!;
        var seed = Convert.FromBase64String(vector.Text("skey").Split('+', 5)[4])[1..];
        using var signer = new NoteSigner("PeterNeumann", seed);

        signer.Vkey.Should().Be(vector.Text("vkey"));
        SignedNote.Sign(vector.Text("text"), signer).Should().Be($"{vector.Text("text")}\n{vector.Text("signatureLine")}");
    }

    [SharedDataFact]
    public void The_published_bad_keys_are_refused()
    {
        var bad = Vectors.Shared("signed-note.json").Cases("badVkeys").ToList();

        bad.Should().HaveCount(2);
        bad.Should().AllSatisfy(k => new Action(() => NoteVerifier.Parse(k.GetValue<string>())).Should().Throw<NoteException>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("name+00000000")]
    [InlineData("name+00000000+")]
    [InlineData("name+00000000+AQ==")]
    public void A_text_that_is_no_key_is_refused(string vkey) => new Action(() => NoteVerifier.Parse(vkey)).Should().Throw<NoteException>();

    [Fact]
    public void A_key_under_another_name_id_or_spelling_is_refused()
    {
        NoteVerifier.Parse(Signer.Vkey).KeyId.Should().Be(Signer.KeyId);
        foreach (var altered in new[]
        {
            Signer.Vkey.Replace("log.example/a", "log.example/b", StringComparison.Ordinal),
            Signer.Vkey.Replace($"{Signer.KeyId:x8}", $"{Signer.KeyId ^ 1:x8}", StringComparison.Ordinal),
            Signer.Vkey + "\n",
            " " + Signer.Vkey,
            Signer.Vkey.Insert(Signer.Vkey.Length - 4, " "),
        })
        {
            new Action(() => NoteVerifier.Parse(altered)).Should().Throw<NoteException>(altered);
        }
    }

    [Fact]
    public void Any_change_of_the_text_or_of_a_known_signature_voids_the_note()
    {
        var note = SignedNote.Sign("first\n\nsecond\n", Signer);
        var verifier = NoteVerifier.Parse(Signer.Vkey);
        SignedNote.Parse(note).Verify(verifier).Should().ContainSingle();
        SignedNote.Parse(note).Text.Should().Be("first\n\nsecond\n", "the text ends at the last empty line");

        var bytes = Encoding.UTF8.GetBytes(note);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var altered = (byte[])bytes.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            new Action(() => SignedNote.Parse(altered).Verify(verifier)).Should().Throw<NoteException>($"bit {bit}");
        }
    }

    [Fact]
    public void Signatures_by_strangers_are_ignored_wherever_they_stand()
    {
        using var stranger = new NoteSigner("stranger.example", new byte[32]);
        var verifier = NoteVerifier.Parse(Signer.Vkey);

        SignedNote.Parse(SignedNote.Sign("t\n", stranger, Signer)).Verify(verifier).Should().ContainSingle().Which.Name.Should().Be(Signer.Name);
        SignedNote.Parse(SignedNote.Sign("t\n", Signer, stranger)).Verify(verifier).Should().ContainSingle();
        new Action(() => SignedNote.Parse(SignedNote.Sign("t\n", stranger)).Verify(verifier)).Should().Throw<NoteException>();
    }

    [Fact]
    public void A_wrong_second_signature_in_a_known_name_voids_the_note()
    {
        var good = SignedNote.Sign("t\n", Signer);
        var other = SignedNote.Sign("u\n", Signer);

        new Action(() => SignedNote.Parse(good + other[3..]).Verify(NoteVerifier.Parse(Signer.Vkey))).Should().Throw<NoteException>();
    }

    [Fact]
    public void A_note_is_written_as_it_was_read()
    {
        var note = SignedNote.Sign("a\nb\n", Signer);

        SignedNote.Parse(note).ToString().Should().Be(note);
    }

    [Fact]
    public void A_text_that_no_verifier_would_read_is_not_signed()
    {
        foreach (var text in new[] { "", "no line feed", "tab\there\n", "carriage\r\n", "\ud800\n" })
        {
            new Action(() => SignedNote.Sign(text, Signer)).Should().Throw<ArgumentException>();
        }

        foreach (var name in new[] { "", "with space", "with+plus", "no\u00a0break", "line\n" })
        {
            new Func<NoteSigner>(() => new NoteSigner(name, new byte[32])).Should().Throw<ArgumentException>();
        }

        new Func<NoteSigner>(() => new NoteSigner("n", new byte[31])).Should().Throw<ArgumentException>();
    }

    private static bool Opens(string note, IEnumerable<string> vkeys)
    {
        try
        {
            return SignedNote.Parse(note).Verify([.. vkeys.Select(NoteVerifier.Parse)]).Count > 0;
        }
        catch (NoteException)
        {
            return false;
        }
    }
}
