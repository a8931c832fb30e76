using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private const int Clients = 64;
    private const int Commits = 200;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Many_clients_at_once_get_gapless_versions_and_indexes_and_receipts_that_verify()
    {
        byte[] root;
        using (var store = Stores.Open(_folder.Path))
        {
            var verifier = NoteVerifier.Parse(store.Signer.Vkey);
            var conflicts = 0;
            var receipts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
            {
                // Two clients share a stream, so that they race for its versions.
                var stream = $"case-{client / 2}";
                var own = new List<Receipt>();
                while (own.Count < Commits)
                {
                    var version = store.Events.ReadStream(stream).Count;
                    switch (await store.Writer.CommitAsync(Stores.Append(stream, version)))
                    {
                        case CommitResult.Committed(var leaves, var head):
                            own.Add(store.Receipt(leaves[0], head));
                            break;
                        case CommitResult.VersionConflict:
                            Interlocked.Increment(ref conflicts);
                            break;
                        default:
                            throw new InvalidOperationException("No key was sent.");
                    }
                }

                return own;
            })));

            var all = receipts.SelectMany(own => own).ToList();
            all.Select(receipt => receipt.LeafIndex).Order().Should().Equal(Enumerable.Range(0, Clients * Commits).Select(i => (long)i));
            all.Should().OnlyContain(receipt => ReceiptVerifier.Verify(receipt, verifier).IsValid);
            conflicts.Should().BePositive("clients that share a stream must have met");
            for (var stream = 0; stream < Clients / 2; stream++)
            {
                store.Events.ReadStream($"case-{stream}").Select(stored => stored.Version)
                    .Should().Equal(Enumerable.Range(1, 2 * Commits).Select(i => (long)i));
            }

            root = store.Events.Head.Root;
        }

        using var again = Stores.Open(_folder.Path);
        again.Events.Head.Size.Should().Be(Clients * Commits);
        again.Events.Head.Root.Should().Equal(root);
    }

    [Fact]
    public async Task Proofs_hold_while_the_writer_goes_on()
    {
        using var store = Stores.Open(_folder.Path);
        var verifier = NoteVerifier.Parse(store.Signer.Vkey);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            var checkedHeads = 0;
            SignedHead? before = null;
            while (!stop.IsCancellationRequested)
            {
                var head = store.Events.Head;
                if (head.Size == 0 || head == before)
                {
                    continue;
                }

                Checkpoint.Open(head.Checkpoint, verifier).Root.Should().Equal(head.Root);
                store.Events.Tree.RootAt(head.Size).Should().Equal(head.Root);
                if (before is not null)
                {
                    var proof = store.Events.Tree.ConsistencyProof(before.Size, head.Size);
                    Rfc6962.VerifyConsistency(before.Size, head.Size, before.Root, head.Root, proof).Should().BeTrue();
                }

                before = head;
                checkedHeads++;
            }

            return checkedHeads;
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await store.CommitAsync(Stores.Append($"case-{client}", i));
                await store.Writer.CommitAsync(Stores.Append($"case-{client}", 99_999)); // a conflict truncates the tree
            }
        })));
        await stop.CancelAsync();

        (await reading).Should().BeGreaterThan(10);
    }
}
