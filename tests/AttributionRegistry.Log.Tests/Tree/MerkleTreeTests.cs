namespace AttributionRegistry.Log.Tests.Tree;

public sealed class MerkleTreeTests
{
    [Fact]
    public void Roots_of_all_sizes_are_those_of_the_recursive_definition()
    {
        var leaves = NaiveTree.Leaves(300);
        var tree = NaiveTree.Of(leaves);
        var growing = new MerkleTree();
        for (var size = 0; size <= 300; size++)
        {
            var expected = NaiveTree.Root(leaves.AsSpan(0, size));

            tree.RootAt(size).ShouldBe(expected, $"size {size}");
            growing.Root().ShouldBe(expected, $"grown to {size}");
            if (size < 300)
            {
                growing.Append(leaves[size]);
            }
        }
    }

    [Fact]
    public void Every_node_of_every_level_is_the_root_of_what_is_under_it()
    {
        var leaves = NaiveTree.Leaves(300);
        var tree = NaiveTree.Of(leaves);
        for (var level = 0; level <= 8; level++)
        {
            for (var index = 0; index < 300 >> level; index++)
            {
                tree.CopyHash(level, index).ShouldBe(NaiveTree.Root(leaves.AsSpan(index << level, 1 << level)));
            }

            new Action(() => tree.CopyHash(level, 300 >> level)).Should().Throw<ArgumentOutOfRangeException>("that node is not complete");
        }
    }

    [Fact]
    public void Truncating_and_appending_gives_the_tree_that_never_had_the_other_leaves()
    {
        var random = new Random(6962);
        var leaves = NaiveTree.Leaves(400);
        for (var round = 0; round < 60; round++)
        {
            var (kept, dropped, added) = (random.Next(0, 200), random.Next(0, 150), random.Next(0, 150));
            var tree = NaiveTree.Of(leaves.Take(kept + dropped).Select((l, i) => i < kept ? l : Rfc6962.LeafHash(l)));
            tree.Truncate(kept);
            foreach (var leaf in leaves.Skip(kept).Take(added))
            {
                tree.Append(leaf);
            }

            var fresh = NaiveTree.Of(leaves.Take(kept + added));
            tree.Size.Should().Be(fresh.Size);
            for (var size = 0; size <= kept + added; size++)
            {
                tree.RootAt(size).AsSpan().SequenceEqual(fresh.RootAt(size)).Should().BeTrue($"size {size} of {kept}-{dropped}+{added}");
            }
        }
    }

    [Fact]
    public void Nodes_on_both_sides_of_a_block_of_memory_are_found()
    {
        var leaves = NaiveTree.Leaves(9000);
        var tree = NaiveTree.Of(leaves);

        tree.CopyHashes(0, 4090, 4200, 9000).ShouldBe(leaves.Skip(4090).Take(4200).SelectMany(l => l).ToArray());
        foreach (var size in new[] { 4095, 4096, 4097, 8191, 8192, 8193, 9000 })
        {
            var root = NaiveTree.Root(leaves.AsSpan(0, size));
            tree.RootAt(size).Should().Equal(root);
            foreach (var index in new[] { 0, 4094, 4095, size - 1 }.Where(i => i < size))
            {
                Rfc6962.VerifyInclusion(index, size, leaves[index], tree.InclusionProof(index, size), root).Should().BeTrue();
            }
        }
    }

    [Fact]
    public void What_the_tree_does_not_hold_is_refused()
    {
        var tree = NaiveTree.Of(NaiveTree.Leaves(5));

        new Action(() => tree.RootAt(6)).Should().Throw<ArgumentOutOfRangeException>();
        new Action(() => tree.RootAt(-1)).Should().Throw<ArgumentOutOfRangeException>();
        new Action(() => tree.Truncate(6)).Should().Throw<ArgumentOutOfRangeException>();
        new Action(() => tree.InclusionProof(5, 5)).Should().Throw<ArgumentOutOfRangeException>();
        new Action(() => tree.ConsistencyProof(5, 4)).Should().Throw<ArgumentOutOfRangeException>();
        new Action(() => tree.Append(new byte[31])).Should().Throw<ArgumentException>();
        tree.Size.Should().Be(5);
    }

    [Fact]
    public async Task Readers_of_published_sizes_see_the_right_roots_while_the_writer_appends_and_rolls_back()
    {
        const int last = 20_000;
        var leaves = NaiveTree.Leaves(last);
        var reference = NaiveTree.Of(leaves);
        var roots = Enumerable.Range(0, last + 1).Select(s => reference.RootAt(s)).ToArray();
        var tree = new MerkleTree();
        var published = 0L;
        var wrong = 0;

        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var seen = 0L; seen < last;)
            {
                seen = Volatile.Read(ref published);
                var size = random.NextInt64(seen + 1);
                var right = tree.RootAt(size).AsSpan().SequenceEqual(roots[size]);
                if (right && size > 0)
                {
                    var index = random.NextInt64(size);
                    right = Rfc6962.VerifyInclusion(index, size, leaves[index], tree.InclusionProof(index, size), roots[size]);
                }

                if (!right)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        })).ToArray();

        var writer = new Random(42);
        while (published < last)
        {
            foreach (var _ in Enumerable.Range(0, writer.Next(0, 40)))
            {
                tree.Append(Rfc6962.EmptyRoot); // a batch that fails to commit
            }

            tree.Truncate(published);
            var next = Math.Min(last, published + writer.Next(1, 60));
            for (var i = published; i < next; i++)
            {
                tree.Append(leaves[i]);
            }

            Volatile.Write(ref published, next);
        }

        await Task.WhenAll(readers);
        wrong.Should().Be(0);
    }
}
