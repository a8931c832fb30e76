using System.Text;

namespace AttributionRegistry.Log.Tests.Witness;

public sealed class AddCheckpointRequestTests
{
    private static readonly MerkleTree Tree = Given.Tree(12);
    private static readonly string Note = Given.Checkpoint(Tree, 12);
    private static readonly string Hash = Convert.ToBase64String(new byte[32]);

    [Fact]
    public void What_is_written_is_read_again_byte_for_byte()
    {
        foreach (var old in new long[] { 0, 1, 7, 8, 12 })
        {
            var text = AddCheckpointRequest.Format(old, Tree.ConsistencyProof(old, 12), Note);
            var request = AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(text));

            request.ToString().Should().Be(text);
            request.OldSize.Should().Be(old);
            request.Claimed.Should().Be(new Checkpoint(Given.Origin, 12, Tree.RootAt(12)));
            request.Proof.Should().HaveCount(Tree.ConsistencyProof(old, 12).Length);
        }
    }

    [Fact]
    public void The_example_of_the_specification_is_read()
    {
        var request = AddCheckpointRequest.Parse("""
            old 20852014
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
            — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=

            """.ReplaceLineEndings("\n"));

        request.OldSize.Should().Be(20852014);
        request.Proof.Should().HaveCount(4);
        request.Claimed.Size.Should().Be(20852163);
        request.Note.Signatures.Should().HaveCount(2);
    }

    [Fact]
    public void Sixty_three_lines_of_proof_are_read_and_sixty_four_are_not()
    {
        string With(int lines) => $"old 1\n{string.Concat(Enumerable.Repeat($"{Hash}\n", lines))}\n{Note}";

        AddCheckpointRequest.Parse(With(63)).Proof.Should().HaveCount(63);
        new Action(() => AddCheckpointRequest.Parse(With(64))).Should().Throw<NoteException>().WithMessage("*63*");
    }

    [Fact]
    public void Anything_else_is_no_request()
    {
        foreach (var text in new[]
        {
            "", "\n", "\n\n", Note, $"\n{Note}", $"old\n\n{Note}", $"old \n\n{Note}", $"old 01\n\n{Note}", $"old -1\n\n{Note}", $"old +1\n\n{Note}", $"old 1 \n\n{Note}",
            $"Old 1\n\n{Note}", $"old  1\n\n{Note}", $"old 9223372036854775808\n\n{Note}", $"old 1\n{Hash}\n{Note}", $"old 1\n{Hash[..^4]}\n\n{Note}", $"old 1\n{Hash} \n\n{Note}",
            $"old 1\r\n\n{Note}", $"old 0\n\n\n{Note}", $"old 0\n\n{Note[..^1]}", $"old 0\n\n{Note.Split("\n\n")[0]}\n", "old 0\n\n", $"old 0\n\nx\n\n{Note.Split("\n\n")[1]}",
        })
        {
            new Action(() => AddCheckpointRequest.Parse(text)).Should().Throw<NoteException>(text);
        }
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_no_request() =>
        new Action(() => AddCheckpointRequest.Parse([.. "old 0\n\n"u8, 0xff, .. Encoding.UTF8.GetBytes(Note)])).Should().Throw<NoteException>();
}
