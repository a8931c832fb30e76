namespace AttributionRegistry.Log.Tests.Notes;

public sealed class TlogProofTests
{
    private static readonly string Hash = Convert.ToBase64String(Rfc6962.EmptyRoot);

    [Fact]
    public void The_extra_line_travels_with_the_proof()
    {
        var proof = new TlogProof(3, [Rfc6962.EmptyRoot], "checkpoint\n", Extra: [1, 2, 3]);

        proof.ToString().Should().Be($"c2sp.org/tlog-proof@v1\nextra AQID\nindex 3\n{Hash}\n\ncheckpoint\n");
        var read = TlogProof.Parse(proof.ToString());
        read.Extra.Should().Equal(1, 2, 3);
        read.Hashes.Should().ContainSingle().Which.Should().Equal(Rfc6962.EmptyRoot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData("c2sp.org/tlog-proof@v1\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 0\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 00\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex -1\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AQID\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nAQID\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nnot base64\n\nx\n")]
    public void What_is_no_proof_file_is_refused(string text) => new Action(() => TlogProof.Parse(text)).Should().Throw<NoteException>();
}
