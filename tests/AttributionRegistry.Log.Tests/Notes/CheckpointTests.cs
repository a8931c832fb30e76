namespace AttributionRegistry.Log.Tests.Notes;

public sealed class CheckpointTests
{
    private static readonly NoteSigner Signer = new("registry.example/log", new byte[32]);
    private static readonly string Root = Convert.ToBase64String(Rfc6962.EmptyRoot);

    [Fact]
    public void A_checkpoint_opens_with_its_logs_key_and_no_other()
    {
        var checkpoint = new Checkpoint("registry.example/log", 300, Rfc6962.EmptyRoot);
        var note = checkpoint.Sign(Signer);
        using var other = new NoteSigner("registry.example/log", Enumerable.Repeat((byte)1, 32).ToArray());

        Checkpoint.Open(note, NoteVerifier.Parse(Signer.Vkey)).Should().Be(checkpoint);
        new Action(() => Checkpoint.Open(note, NoteVerifier.Parse(other.Vkey))).Should().Throw<NoteException>();
    }

    [Fact]
    public void During_a_rotation_either_key_opens_the_checkpoint()
    {
        using var next = new NoteSigner("registry.example/log", Enumerable.Repeat((byte)1, 32).ToArray());
        var note = new Checkpoint("registry.example/log", 1, Rfc6962.EmptyRoot).Sign(Signer, next);

        Checkpoint.Open(note, NoteVerifier.Parse(Signer.Vkey)).Size.Should().Be(1);
        Checkpoint.Open(note, NoteVerifier.Parse(next.Vkey)).Size.Should().Be(1);
    }

    [Fact]
    public void A_key_does_not_speak_for_another_origin()
    {
        var note = new Checkpoint("elsewhere.example/log", 1, Rfc6962.EmptyRoot).Sign(Signer);

        new Action(() => Checkpoint.Open(note, NoteVerifier.Parse(Signer.Vkey))).Should().Throw<NoteException>().WithMessage("*elsewhere*");
    }

    [Fact]
    public void A_body_is_three_lines_and_nothing_else()
    {
        Checkpoint.ParseBody($"o\n0\n{Root}\n").Should().Be(new Checkpoint("o", 0, Rfc6962.EmptyRoot));
        foreach (var body in new[]
        {
            "", "o\n", $"o\n1\n{Root}", $"o\n01\n{Root}\n", $"o\n-1\n{Root}\n", $"o\n+1\n{Root}\n", $"o\n\n{Root}\n", $"o\n1 \n{Root}\n",
            $"\n1\n{Root}\n", $"o\n1\n{Root}\nextension\n", $"o\n1\n{Root}\n\n", $"o\n1\n{Root[..^4]}\n", "o\n1\n\n", $"o\n1\n {Root}\n",
            $"o\n9223372036854775808\n{Root}\n", $"o o\n1\n{Root}\n", $"o\n1\n{Root.TrimEnd('=')}\n",
        })
        {
            new Action(() => Checkpoint.ParseBody(body)).Should().Throw<NoteException>(body);
        }
    }

    [Fact]
    public void What_is_no_head_of_a_log_is_not_written()
    {
        new Action(() => new Checkpoint("o", -1, Rfc6962.EmptyRoot).Body()).Should().Throw<InvalidOperationException>();
        new Action(() => new Checkpoint("o\n1", 1, Rfc6962.EmptyRoot).Body()).Should().Throw<InvalidOperationException>();
        new Action(() => new Checkpoint("o", 1, new byte[31]).Body()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Checkpoints_are_equal_by_content()
    {
        var one = new Checkpoint("o", 1, Rfc6962.EmptyRoot);

        one.Should().Be(new Checkpoint("o", 1, Rfc6962.EmptyRoot));
        one.GetHashCode().Should().Be(new Checkpoint("o", 1, Rfc6962.EmptyRoot).GetHashCode());
        one.Should().NotBe(one with { Root = new byte[32] });
        one.Should().NotBe(one with { Size = 2 });
    }
}
