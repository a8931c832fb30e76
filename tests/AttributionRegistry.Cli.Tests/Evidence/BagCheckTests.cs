using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Cli.Evidence;

namespace AttributionRegistry.Cli.Tests.Evidence;

/// <summary>The check of a bag that was fetched.</summary>
public sealed class BagCheckTests
{
    [Fact]
    public async Task A_whole_bag_holds_and_is_counted() =>
        (await BagCheck.RunAsync(Tar(Bag()), default)).Should().Be(new BagVerdict(null, 2, 3));

    [Theory]
    [InlineData("data/a.bin", "b", "'data/a.bin' has SHA-256")]
    [InlineData("bag-info.txt", "x", "'bag-info.txt' has SHA-256")]
    [InlineData("manifest-sha256.txt", "", "'manifest-sha256.txt' has SHA-256")]
    [InlineData("data/more.bin", "x", "'data/more.bin' is in no manifest")]
    [InlineData("data/b.bin", null, "'data/b.bin' is in a manifest and not in the bag")]
    [InlineData("bagit.txt", null, "no bag")]
    [InlineData("tagmanifest-sha256.txt", null, "no bag")]
    public async Task What_was_changed_added_or_left_out_is_named(string name, string? content, string says)
    {
        var bag = Bag();
        bag.Remove(name);
        if (content is not null)
        {
            bag[name] = content;
        }

        (await BagCheck.RunAsync(Tar(bag), default)).Fault.Should().Contain(says);
    }

    [Fact]
    public async Task A_bag_that_was_cut_short_does_not_hold()
    {
        var whole = Tar(Bag()).ToArray();

        for (var length = 0; length < whole.Length - 2048; length += 300)
        {
            (await BagCheck.RunAsync(new MemoryStream(whole, 0, length), default)).Fault.Should().NotBeNull("{0} of {1} bytes came", length, whole.Length);
        }
    }

    [Fact]
    public async Task A_file_outside_the_folder_is_refused()
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "bag/bagit.txt"));
            await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "../passwd"));
        }

        tar.Position = 0;
        (await BagCheck.RunAsync(tar, default)).Fault.Should().Contain("outside");
    }

    private static Dictionary<string, string> Bag()
    {
        var bag = new Dictionary<string, string> { ["bagit.txt"] = "BagIt-Version: 1.0\n", ["bag-info.txt"] = "Payload-Oxum: 2.2\n", ["data/a.bin"] = "a", ["data/b.bin"] = "" };
        bag["manifest-sha256.txt"] = Lines(bag, "data/a.bin", "data/b.bin");
        bag["tagmanifest-sha256.txt"] = Lines(bag, "bagit.txt", "bag-info.txt", "manifest-sha256.txt");
        return bag;
    }

    private static string Lines(Dictionary<string, string> bag, params string[] names) =>
        string.Concat(names.Select(n => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bag[n])))}  {n}\n"));

    private static MemoryStream Tar(Dictionary<string, string> bag)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "inc_1/data/"));
            foreach (var (name, content) in bag)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"inc_1/{name}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        tar.Position = 0;
        return tar;
    }
}
