using System.Security.Cryptography;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class EvidenceFilesTests : IDisposable
{
    private const int Chunk = EvidenceIntake.BufferBytes;
    private const long NoLimit = long.MaxValue;

    private readonly TemporaryFolder _folder = new();
    private readonly EvidenceFiles _files;

    public EvidenceFilesTests() => _files = EvidenceFiles.Open(Root, Stores.Entropy);

    private string Root => Path.Combine(_folder.Path, "evidence");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((2 * Chunk) - 1)]
    [InlineData(2 * Chunk)]
    [InlineData((2 * Chunk) + 1)]
    [InlineData((20 * Chunk) + 12345)]
    public async Task A_file_of_any_length_comes_back_and_lies_sealed(int length)
    {
        var bytes = Bytes(length);

        var stored = await _files.StoreAsync(new Trickle(bytes), length, NoLimit, null, default);

        (stored.Digest, stored.Length).Should().Be((Digest(bytes), length));
        await using var content = await _files.OpenVerifiedAsync(stored.Blob, stored.Key, length, stored.Digest, default);
        var read = new MemoryStream();
        await content!.CopyToAsync(read);
        read.ToArray().Should().Equal(bytes);
        content.CanSeek.Should().BeTrue();
        Left().Should().Equal($"{stored.Blob[..2]}/{stored.Blob}");
        new FileInfo(Path.Combine(Root, Left().Single())).Length.Should().Be(SegmentCipher.SealedLength(length));
        File.GetUnixFileMode(Path.Combine(Root, Left().Single())).Should().Be(UnixFileMode.UserRead);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 100)]
    public async Task A_file_that_ends_before_its_declared_length_leaves_nothing(int received)
    {
        var store = () => _files.StoreAsync(new MemoryStream(Bytes(received)), received + 1, NoLimit, null, default);

        var thrown = await store.Should().ThrowAsync<EvidenceCutShortException>();
        (thrown.Which.Declared, thrown.Which.Received).Should().Be((received + 1, received));
        Left().Should().BeEmpty();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(Chunk + 10)]
    [InlineData((3 * Chunk) + 10)]
    public async Task A_connection_that_breaks_in_the_middle_leaves_nothing(int after)
    {
        var store = () => _files.StoreAsync(new Trickle(Bytes(after), breaks: true), null, NoLimit, null, default);

        await store.Should().ThrowAsync<IOException>().WithMessage("the connection broke");
        Left().Should().BeEmpty();
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var store = () => _files.StoreAsync(new MemoryStream(Bytes(4 * Chunk)), null, NoLimit, async received =>
        {
            if (received >= 2 * Chunk)
            {
                await cancel.CancelAsync();
            }
        }, cancel.Token);

        await store.Should().ThrowAsync<OperationCanceledException>();
        Left().Should().BeEmpty();
    }

    [Theory]
    [InlineData(Chunk, Chunk - 1)]
    [InlineData(Chunk + 1, Chunk)]
    [InlineData(100, 0)]
    public async Task A_file_over_the_limit_leaves_nothing(int length, int limit)
    {
        var undeclared = () => _files.StoreAsync(new MemoryStream(Bytes(length)), null, limit, null, default);
        (await undeclared.Should().ThrowAsync<EvidenceTooLargeException>()).Which.Limit.Should().Be(limit);

        var declared = () => _files.StoreAsync(new Trickle([], breaks: true), length, limit, null, default);
        await declared.Should().ThrowAsync<EvidenceTooLargeException>("it is refused before a byte is read");
        Left().Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_longer_than_declared_leaves_nothing_and_one_at_the_limit_is_taken()
    {
        var longer = () => _files.StoreAsync(new MemoryStream(Bytes(101)), 100, NoLimit, null, default);
        await longer.Should().ThrowAsync<EvidenceTooLargeException>();
        Left().Should().BeEmpty();

        (await _files.StoreAsync(new MemoryStream(Bytes(100)), 100, 100, null, default)).Length.Should().Be(100);
    }

    [Fact]
    public async Task Progress_is_told_in_bytes_received()
    {
        var told = new List<long>();

        await _files.StoreAsync(new MemoryStream(Bytes((2 * Chunk) + 7)), null, NoLimit, received =>
        {
            told.Add(received);
            return ValueTask.CompletedTask;
        }, default);

        told.Should().Equal(Chunk, 2 * Chunk, (2 * Chunk) + 7);
    }

    [Fact]
    public async Task The_same_bytes_twice_are_two_files_that_tell_nothing_of_each_other()
    {
        var bytes = Bytes(3 * Chunk);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _files.StoreAsync(new Trickle(bytes), null, NoLimit, null, default))));

        stored.Should().OnlyContain(file => file.Digest == Digest(bytes));
        stored.Select(file => file.Blob).Should().OnlyHaveUniqueItems();
        Left().Select(path => Digest(File.ReadAllBytes(Path.Combine(Root, path)))).Should().HaveCount(8).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 5)]
    [InlineData(Chunk, 3)]
    [InlineData((2 * Chunk) + 99, 7)]
    public async Task One_flipped_bit_is_noticed_before_a_byte_is_given_out(int position, int bit)
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes((2 * Chunk) + 100)), null, NoLimit, null, default);
        Change(bytes => bytes[position] ^= (byte)(1 << bit));

        var open = () => _files.OpenVerifiedAsync(stored.Blob, stored.Key, stored.Length, stored.Digest, default);

        (await open.Should().ThrowAsync<EvidenceDamagedException>()).Which.Blob.Should().Be(stored.Blob);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SegmentCipher.PlainBytes)]
    [InlineData((2 * SegmentCipher.PlainBytes) + 5)]
    public async Task A_bit_flipped_anywhere_in_a_file_of_three_segments_is_noticed(int length)
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(length)), null, NoLimit, null, default);
        var path = Path.Combine(Root, Left().Single());
        var whole = await File.ReadAllBytesAsync(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        for (var at = 0; at < whole.Length; at += at < 4 * SealedHeader.Size ? 1 : 997)
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(path, changed);

            var open = () => _files.OpenVerifiedAsync(stored.Blob, stored.Key, stored.Length, stored.Digest, default);

            await open.Should().ThrowAsync<EvidenceDamagedException>($"byte {at} was changed");
        }
    }

    [Theory]
    [InlineData("cut at the end of a segment")]
    [InlineData("cut inside the last segment")]
    [InlineData("cut to the header")]
    [InlineData("longer")]
    [InlineData("segments swapped")]
    [InlineData("segment repeated")]
    [InlineData("last segment repeated as one before")]
    public async Task Segments_that_are_missing_moved_or_repeated_are_refused(string damage)
    {
        const int box = SegmentCipher.SealedBytes;
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(3 * SegmentCipher.PlainBytes)), null, NoLimit, null, default);
        Change(bytes => damage switch
        {
            "cut at the end of a segment" => bytes[..^box],
            "cut inside the last segment" => bytes[..^100],
            "cut to the header" => bytes[..SealedHeader.Size],
            "longer" => [.. bytes, .. bytes[^box..]],
            "segments swapped" => [.. bytes[..SealedHeader.Size], .. Box(bytes, 1), .. Box(bytes, 0), .. Box(bytes, 2)],
            "segment repeated" => [.. bytes[..SealedHeader.Size], .. Box(bytes, 0), .. Box(bytes, 0), .. Box(bytes, 2)],
            _ => [.. bytes[..SealedHeader.Size], .. Box(bytes, 0), .. Box(bytes, 2), .. Box(bytes, 2)],
        });

        var open = () => _files.OpenVerifiedAsync(stored.Blob, stored.Key, stored.Length, stored.Digest, default);

        await open.Should().ThrowAsync<EvidenceDamagedException>();

        static byte[] Box(byte[] bytes, int number) => bytes[(SealedHeader.Size + (number * box))..(SealedHeader.Size + ((number + 1) * box))];
    }

    [Fact]
    public async Task A_file_under_the_id_or_the_key_of_another_does_not_open()
    {
        var first = await _files.StoreAsync(new MemoryStream(Bytes(1000)), null, NoLimit, null, default);
        var second = await _files.StoreAsync(new MemoryStream(Bytes(1000)), null, NoLimit, null, default);

        var otherKey = () => _files.OpenVerifiedAsync(first.Blob, second.Key, 1000, first.Digest, default);
        await otherKey.Should().ThrowAsync<EvidenceDamagedException>();

        var path = Path.Combine(Root, first.Blob[..2], first.Blob);
        File.Delete(path);
        File.Copy(Path.Combine(Root, second.Blob[..2], second.Blob), path);
        var otherFile = () => _files.OpenVerifiedAsync(first.Blob, second.Key, 1000, first.Digest, default);
        await otherFile.Should().ThrowAsync<EvidenceDamagedException>("the id is in the header, and the header is bound to every segment");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(65_535, 2)]
    [InlineData(65_536, 65_536)]
    [InlineData(100_000, 100_000)]
    [InlineData(199_999, 1)]
    public async Task A_range_opens_only_the_segments_that_it_touches(int from, int count)
    {
        var bytes = Bytes(200_000);
        var stored = await _files.StoreAsync(new MemoryStream(bytes), null, NoLimit, null, default);
        var (first, last) = (from / SegmentCipher.PlainBytes, (from + count - 1) / SegmentCipher.PlainBytes);
        Change(sealedBytes =>
        {
            for (var segment = 0; segment * SegmentCipher.SealedBytes < sealedBytes.Length - SealedHeader.Size; segment++)
            {
                // Everything outside of the range is destroyed.
                sealedBytes[SealedHeader.Size + (segment * SegmentCipher.SealedBytes)] ^= (byte)(segment < first || segment > last ? 1 : 0);
            }
        });

        await using var file = _files.Open(stored.Blob, stored.Key, stored.Length)!;
        file.Check(from, count, default);
        file.Position = from;
        var read = new byte[count];
        await file.ReadExactlyAsync(read);

        read.Should().Equal(bytes[from..(from + count)]);
        var whole = () => file.Check(0, bytes.Length, default);
        whole.Should().Throw<EvidenceDamagedException>();
    }

    [Fact]
    public async Task An_id_that_is_not_here_is_null_and_one_that_is_no_id_is_refused()
    {
        _files.Open(new string('0', 32), new byte[32], 1).Should().BeNull();
        _files.Contains(new string('0', 32)).Should().BeFalse();
        (await _files.OpenVerifiedAsync(new string('0', 32), new byte[32], 1, "", default)).Should().BeNull();

        foreach (var wrong in new[] { "", "../../../etc/passwd", new string('A', 32), "00/" + new string('0', 29) })
        {
            var open = () => _files.Open(wrong, new byte[32], 1);
            open.Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public async Task The_sweeper_takes_only_unfinished_files_older_than_a_day()
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(10)), null, NoLimit, null, default);
        File.SetLastWriteTimeUtc(Path.Combine(Root, Left().Single()), Stores.Noon.UtcDateTime.AddDays(-9));
        foreach (var (name, age) in new[] { ("old", 25), ("young", 23) })
        {
            var path = Path.Combine(Root, "incoming", name);
            await File.WriteAllTextAsync(path, name);
            File.SetLastWriteTimeUtc(path, Stores.Noon.UtcDateTime.AddHours(-age));
        }

        _files.SweepTemporary(Stores.Noon).Should().Be(1);

        Left().Should().BeEquivalentTo([$"{stored.Blob[..2]}/{stored.Blob}", "incoming/young"]);
    }

    [Fact]
    public async Task Orphans_are_the_old_files_that_no_event_names()
    {
        var named = await StoreAgedAsync(1, days: 2);
        var orphan = await StoreAgedAsync(2, days: 2);
        await StoreAgedAsync(3, days: 0);

        _files.Orphans(blob => blob == named, Stores.Noon).Should().Equal(orphan);
    }

    [Fact]
    public async Task What_is_destroyed_is_gone()
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(10)), null, NoLimit, null, default);

        _files.Destroy(stored.Blob).Should().BeTrue();

        _files.Destroy(stored.Blob).Should().BeFalse();
        _files.Open(stored.Blob, stored.Key, 10).Should().BeNull();
        Left().Should().BeEmpty();
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task<string> StoreAgedAsync(int length, int days)
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(length)), null, NoLimit, null, default);
        File.SetLastWriteTimeUtc(Path.Combine(Root, stored.Blob[..2], stored.Blob), Stores.Noon.UtcDateTime.AddDays(-days));
        return stored.Blob;
    }

    private void Change(Action<byte[]> change) => Change(bytes =>
    {
        change(bytes);
        return bytes;
    });

    private void Change(Func<byte[], byte[]> change)
    {
        var path = Path.Combine(Root, Left().Single());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }

    private List<string> Left() =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path))];

    /// <summary>Gives its bytes in uneven pieces, as a network does, and may break at the end.</summary>
    private sealed class Trickle(byte[] bytes, bool breaks = false) : MemoryStream(bytes, writable: false)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (breaks && Position == Length)
            {
                throw new IOException("the connection broke");
            }

            var piece = Math.Min(buffer.Length, 1 + (_turn++ * 7919 % 65536));
            return base.ReadAsync(buffer[..piece], cancellationToken);
        }
    }
}
