using System.IO.Compression;
using System.Text;

namespace AttributionRegistry.Log.Tests;

/// <summary>The zip around a bundle: one form for the same files, and no harm from what others made.</summary>
public sealed class BundleZipTests
{
    private static SortedDictionary<string, byte[]> Files => new(StringComparer.Ordinal) { ["a.txt"] = "one"u8.ToArray(), ["data/b.json"] = "{}"u8.ToArray() };

    [Fact]
    public void The_same_files_are_the_same_bytes_and_come_out_again()
    {
        var zip = BundleZip.Write(Files);
        zip.Should().Equal(BundleZip.Write(Files.Reverse().ToDictionary()));
        BundleZip.Read(zip).Should().BeEquivalentTo(Files);
    }

    [Fact]
    public void A_zip_that_others_compressed_is_read_too() => BundleZip.Read(Zip(("a.txt", new byte[5000]), ("b.txt", [1]))).Keys.Should().Equal("a.txt", "b.txt");

    [Theory]
    [InlineData("../up")]
    [InlineData("a/../b")]
    [InlineData("/absolute")]
    [InlineData("C:\\windows")]
    [InlineData("a//b")]
    [InlineData("folder/")]
    [InlineData(".")]
    [InlineData("nul\0l")]
    [InlineData("spaced name")]
    public void A_name_that_leads_elsewhere_is_refused(string name) => Refusal(Zip((name, [1]))).Should().Contain("no name of a file in a bundle");

    [Fact]
    public void A_long_name_is_refused() => Refusal(Zip((new string('a', 101), [1]))).Should().Contain("no name");

    [Fact]
    public void A_name_that_is_there_twice_is_refused() => Refusal(Zip(("a", [1]), ("a", [2]))).Should().Be("'a' is there twice");

    [Fact]
    public void Files_out_of_order_are_refused() => Refusal(Zip(("b", [1]), ("a", [2]))).Should().Contain("order of their names");

    [Fact]
    public void A_bomb_is_refused_at_its_limit_and_not_after_it()
    {
        var bomb = Zip(("a", new byte[BundleZip.MaxFileBytes + 1]));
        bomb.Length.Should().BeLessThan(100_000);
        Refusal(bomb).Should().Contain("unpacks to more");
    }

    [Fact]
    public void Many_small_bombs_are_refused_together()
    {
        var zeros = new byte[BundleZip.MaxFileBytes];
        Refusal(Zip([.. Enumerable.Range(0, 9).Select(i => ($"f{i}", zeros))])).Should().Contain("unpacks to more");
    }

    [Fact]
    public void A_length_that_lies_gives_no_more_than_it_says()
    {
        var zip = Zip(("a", new byte[100_000]));
        var directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(directory + 24), 3u).Should().BeTrue();
        BundleZip.Read(zip)["a"].Should().HaveCountLessThanOrEqualTo(3, "its digest then tells that it is another file");
    }

    [Fact]
    public void More_files_than_a_bundle_has_are_refused_before_they_are_read()
    {
        Refusal(Zip([.. Enumerable.Range(0, BundleZip.MaxFiles + 1).Select(i => ($"{i:00000}", Array.Empty<byte>()))])).Should().Contain("at most 20000");
        var hidden = Zip([.. Enumerable.Range(0, 5000).Select(i => ($"{i:00000}", Array.Empty<byte>()))]);
        BitConverter.TryWriteBytes(hidden.AsSpan(hidden.Length - 14), (ushort)1).Should().BeTrue();
        BitConverter.TryWriteBytes(hidden.AsSpan(hidden.Length - 12), (ushort)1).Should().BeTrue();
        Refusal(hidden).Should().Contain("not as large as its files need");
    }

    [Fact]
    public void An_encrypted_file_is_refused()
    {
        var zip = Zip(("a", [1]));
        zip[zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        zip[6] |= 1;
        Refusal(zip).Should().Contain("encrypted");
    }

    [Fact]
    public void What_is_no_zip_or_cut_anywhere_is_refused_with_a_sentence()
    {
        Refusal([]).Should().Contain("no zip");
        Refusal(Encoding.UTF8.GetBytes(new string('x', 5000))).Should().Contain("no zip");
        var zip = BundleZip.Write(Files);
        for (var length = 0; length < zip.Length; length++)
        {
            Refusal(zip[..length]).Should().NotBeEmpty();
        }
    }

    private static string Refusal(byte[] zip) => FluentActions.Invoking(() => BundleZip.Read(zip)).Should().Throw<BundleException>().Which.Message;

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var content = zip.CreateEntry(name).Open();
                content.Write(bytes);
            }
        }

        return output.ToArray();
    }
}
