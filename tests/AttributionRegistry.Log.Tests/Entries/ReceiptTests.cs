using System.Text;

namespace AttributionRegistry.Log.Tests.Entries;

public sealed class ReceiptTests
{
    private static readonly NoteSigner Signer = new("registry.example/log", new byte[32]);
    private static readonly NoteVerifier Verifier = NoteVerifier.Parse(Signer.Vkey);
    private static readonly byte[][] Entries = [.. Enumerable.Range(0, 11).Select(i => Encoding.UTF8.GetBytes($"entry {i}"))];

    [Fact]
    public void A_receipt_is_valid_for_its_entry_at_every_place()
    {
        for (var index = 0; index < Entries.Length; index++)
        {
            var receipt = ReceiptFor(index);

            ReceiptVerifier.Verify(receipt, Verifier).IsValid.Should().BeTrue();
            var verdict = ReceiptVerifier.Verify(receipt, Verifier, Entries[index]);
            verdict.IsValid.Should().BeTrue(verdict.Message);
            verdict.Checkpoint!.Size.Should().Be(11);
        }
    }

    [Fact]
    public void The_first_check_that_fails_is_named()
    {
        var good = ReceiptFor(4);
        using var stranger = new NoteSigner("registry.example/log", Enumerable.Repeat((byte)5, 32).ToArray());

        Failed(good with { LeafIndex = 5 }).Should().Be("inclusion");
        Failed(good with { LeafIndex = -1 }).Should().Be("inclusion");
        Failed(good with { LeafHash = ReceiptFor(5).LeafHash }).Should().Be("inclusion");
        Failed(good with { InclusionProof = [] }).Should().Be("inclusion");
        Failed(good with { Checkpoint = good.Checkpoint.Replace("\n11\n", "\n12\n", StringComparison.Ordinal) }).Should().Be("checkpoint");
        Failed(good with { Checkpoint = "" }).Should().Be("checkpoint");
        Failed(good with { LeafHash = good.LeafHash + "=" }).Should().Be("receipt-format");
        Failed(good with { InclusionProof = ["AAAA"] }).Should().Be("receipt-format");
        ReceiptVerifier.Verify(good, NoteVerifier.Parse(stranger.Vkey)).FailedCheck.Should().Be("checkpoint");
        ReceiptVerifier.Verify(good, Verifier, Entries[5]).FailedCheck.Should().Be("entry");
    }

    private static string? Failed(Receipt receipt) => ReceiptVerifier.Verify(receipt, Verifier).FailedCheck;

    private static Receipt ReceiptFor(int index)
    {
        var tree = new MerkleTree();
        foreach (var entry in Entries)
        {
            tree.Append(Rfc6962.LeafHash(entry));
        }

        var checkpoint = new Checkpoint(Signer.Name, tree.Size, tree.Root()).Sign(Signer);
        return new Receipt(
            index, B64Url.Encode(Rfc6962.LeafHash(Entries[index])), checkpoint,
            [.. tree.InclusionProof(index, tree.Size).Select(Convert.ToBase64String)], Salts: null);
    }
}
