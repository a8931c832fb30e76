namespace AttributionRegistry.Log.Tests.Tree;

public sealed class TileTests
{
    [SharedDataFact]
    public void The_published_paths_are_written_and_read()
    {
        foreach (var c in Vectors.Shared("tlog-tiles-paths.json").Cases("index"))
        {
            var (index, path) = (c["n"]!.GetValue<long>(), c.Text("path"));

            TilePath.IndexPath(index).Should().Be(path);
            TilePath.TryParse($"tile/0/{path}", out var tile).Should().BeTrue(path);
            tile.Should().Be(TilePath.Hashes(0, index));
            TilePath.TryParse($"tile/entries/{path}.p/7", out var bundle).Should().BeTrue(path);
            bundle.Should().Be(TilePath.Entries(index, 7));
        }
    }

    [SharedDataFact]
    public void The_published_bad_paths_are_refused()
    {
        var bad = Vectors.Shared("tlog-tiles-paths.json").Cases("badPaths").Select(p => p.GetValue<string>()).ToList();

        bad.Should().HaveCount(11);
        bad.Where(p => TilePath.TryParse(p, out _)).Should().BeEmpty();
    }

    [SharedDataFact]
    public void The_published_tree_shapes_are_found()
    {
        foreach (var c in Vectors.Shared("tlog-tiles-paths.json").Cases("treeShapes"))
        {
            var size = c["size"]!.GetValue<long>();
            var levels = c["tiles"]!.AsObject();
            for (var level = 0; level < 5; level++)
            {
                var shape = levels[$"level{level}"];

                Tiles.FullCount(size, level).Should().Be(shape?["full"]!.GetValue<long>() ?? 0, $"size {size} level {level}");
                Tiles.PartialWidth(size, level).Should().Be(shape?["partialWidth"]!.GetValue<int>() ?? 0, $"size {size} level {level}");
            }
        }
    }

    [Theory]
    [InlineData("tile/0/000")]
    [InlineData("tile/63/000.p/255")]
    [InlineData("tile/1/x001/x234/067.p/1")]
    [InlineData("tile/entries/x999/999")]
    public void A_path_that_is_read_is_written_the_same(string path)
    {
        TilePath.TryParse(path, out var tile).Should().BeTrue();
        tile.ToString().Should().Be(path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/1/")]
    [InlineData("tile/0/000.p/+1")]
    [InlineData("tile/0/000.p/1.p/1")]
    [InlineData("tile/0/00a")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/x001/")]
    [InlineData("tile/0/x01/000")]
    [InlineData("tile/0/xx001/000")]
    [InlineData("tile/+1/000")]
    [InlineData("tile/1 /000")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/8/0/000")]
    [InlineData("tile/0/x036/x028/x797/x018/x963/967")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/٠٠٠")]
    public void Another_spelling_or_an_impossible_tile_is_refused(string path) => TilePath.TryParse(path, out _).Should().BeFalse();

    [Fact]
    public void Tiles_hold_the_roots_of_the_recursive_definition()
    {
        var leaves = NaiveTree.Leaves(70_000);
        var tree = NaiveTree.Of(leaves);

        foreach (var size in new[] { 1, 255, 256, 257, 65_535, 65_536, 70_000 })
        {
            for (var level = 0; level < 4; level++)
            {
                var under = 1 << (8 * level);
                var count = level == 3 ? 0 : size / under;
                foreach (var (index, width) in Edges(count))
                {
                    var expected = Enumerable.Range(index * 256, width).SelectMany(i => NaiveTree.Root(leaves.AsSpan(i * under, under)));
                    Tiles.Hashes(tree, TilePath.Hashes(level, index, width), size).ShouldBe(expected.ToArray(), $"{level}/{index}.p/{width} at {size}");
                }

                Tiles.Hashes(tree, TilePath.Hashes(level, count / 256), size).Should().BeNull("the last tile is not full");
                if (count % 256 < 255)
                {
                    Tiles.Hashes(tree, TilePath.Hashes(level, count / 256, count % 256 + 1), size).Should().BeNull("it is wider than what is published");
                }
            }
        }

        static IEnumerable<(int Index, int Width)> Edges(int count)
        {
            if (count >= 256)
            {
                yield return (0, 256);
                yield return (count / 256 - 1, 256);
                yield return (0, 1); // an older edge, now a prefix of a full tile
            }

            if (count % 256 > 0)
            {
                yield return (count / 256, count % 256);
                yield return (count / 256, 1);
            }
        }
    }

    [Fact]
    public void A_tile_that_only_the_unpublished_part_fills_is_not_shown()
    {
        var tree = NaiveTree.Of(NaiveTree.Leaves(300));

        Tiles.Hashes(tree, TilePath.Hashes(0, 0), 255).Should().BeNull();
        Tiles.Hashes(tree, TilePath.Hashes(1, 0, 1), 255).Should().BeNull();
        Tiles.Hashes(tree, TilePath.Hashes(0, 0), 256).Should().HaveCount(8192);
        Tiles.Hashes(tree, TilePath.Hashes(63, 0, 1), 300).Should().BeNull();
        new Action(() => Tiles.Hashes(tree, TilePath.Entries(0), 300)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Growth_names_exactly_the_tiles_that_the_new_size_has_and_the_old_had_not()
    {
        var random = new Random(256);
        for (var round = 0; round < 200; round++)
        {
            var newSize = random.NextInt64(0, 140_000);
            var oldSize = random.NextInt64(0, newSize + 1);

            var grown = Tiles.Grown(oldSize, newSize).ToList();

            grown.Should().OnlyHaveUniqueItems();
            TilesOf(newSize).Except(TilesOf(oldSize)).ToHashSet().SetEquals(grown).Should().BeTrue($"{oldSize} to {newSize}");
        }

        Tiles.Grown(256, 256).Should().BeEmpty();
        Tiles.Grown(255, 256).Select(t => t.ToString()).Should().Equal("tile/entries/000", "tile/0/000", "tile/1/000.p/1");

        static HashSet<TilePath> TilesOf(long size)
        {
            var tiles = new HashSet<TilePath>();
            for (var (level, count) = (0, size); count > 0; level++, count /= 256)
            {
                for (var first = 0L; first < count; first += 256)
                {
                    var width = (int)Math.Min(256, count - first);
                    tiles.Add(TilePath.Hashes(level, first / 256, width));
                    if (level == 0)
                    {
                        tiles.Add(TilePath.Entries(first / 256, width));
                    }
                }
            }

            return tiles;
        }
    }

    [Fact]
    public void A_bundle_gives_back_its_entries()
    {
        byte[][] entries = [[], [1], new byte[8192], new byte[65_535]];

        EntryBundle.Read(EntryBundle.Write(entries)).Select(Convert.ToHexString).Should().Equal(entries.Select(Convert.ToHexString));
        EntryBundle.Write([[7, 8], []]).Should().Equal(0, 2, 7, 8, 0, 0);
        EntryBundle.Read([]).Should().BeEmpty();
    }

    [Fact]
    public void A_damaged_or_overfull_bundle_is_refused()
    {
        var bundle = EntryBundle.Write([[1, 2, 3]]);

        for (var cut = 1; cut < bundle.Length; cut++)
        {
            new Action(() => EntryBundle.Read(bundle.AsSpan(0, cut))).Should().Throw<FormatException>();
        }

        new Action(() => EntryBundle.Read(new byte[2 * 257])).Should().Throw<FormatException>();
        new Action(() => EntryBundle.Write(Enumerable.Repeat<byte[]>([], 257))).Should().Throw<ArgumentException>();
        new Action(() => EntryBundle.Write([new byte[65_536]])).Should().Throw<ArgumentException>();
    }
}
