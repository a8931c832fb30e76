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
    public async Task A_file_of_any_length_comes_back_under_its_digest(int length)
    {
        var bytes = Bytes(length);

        var stored = await _files.StoreAsync(new Trickle(bytes), length, NoLimit, null, default);

        stored.Should().Be(new StoredFile(Digest(bytes), length, AlreadyThere: false));
        await using var content = await _files.OpenVerifiedAsync(stored.Digest, default);
        var read = new MemoryStream();
        await content!.CopyToAsync(read);
        read.ToArray().Should().Equal(bytes);
        content.CanSeek.Should().BeTrue();
        Left().Should().Equal($"{stored.Digest[..2]}/{stored.Digest}");
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
    public async Task Several_writers_of_the_same_bytes_end_with_one_file()
    {
        var bytes = Bytes(3 * Chunk);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _files.StoreAsync(new Trickle(bytes), null, NoLimit, null, default))));

        stored.Should().OnlyContain(file => file.Digest == Digest(bytes));
        stored.Count(file => !file.AlreadyThere).Should().Be(1);
        Left().Should().ContainSingle();
    }

    [Fact]
    public async Task Storing_again_never_replaces_what_is_there()
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(10)), null, NoLimit, null, default);
        var path = Path.Combine(Root, Left().Single());
        File.SetLastWriteTimeUtc(path, Stores.Noon.UtcDateTime);

        (await _files.StoreAsync(new MemoryStream(Bytes(10)), null, NoLimit, null, default)).Should().Be(stored with { AlreadyThere = true });

        File.GetLastWriteTimeUtc(path).Should().Be(Stores.Noon.UtcDateTime);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Chunk, 3)]
    [InlineData((2 * Chunk) + 99, 7)]
    public async Task One_flipped_bit_is_noticed_before_a_byte_is_given_out(int position, int bit)
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes((2 * Chunk) + 100)), null, NoLimit, null, default);
        var path = Path.Combine(Root, Left().Single());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[position] ^= (byte)(1 << bit);
        await File.WriteAllBytesAsync(path, bytes);

        var open = () => _files.OpenVerifiedAsync(stored.Digest, default);

        (await open.Should().ThrowAsync<EvidenceDamagedException>()).Which.Digest.Should().Be(stored.Digest);
    }

    [Fact]
    public async Task A_digest_that_is_not_here_is_null_and_one_that_is_no_digest_is_refused()
    {
        (await _files.OpenVerifiedAsync(new string('0', 64), default)).Should().BeNull();
        _files.Contains(new string('0', 64)).Should().BeFalse();

        foreach (var wrong in new[] { "", "../../../etc/passwd", new string('A', 64), "00/" + new string('0', 61) })
        {
            var open = () => _files.OpenVerifiedAsync(wrong, default);
            await open.Should().ThrowAsync<ArgumentException>();
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

        Left().Should().BeEquivalentTo([$"{stored.Digest[..2]}/{stored.Digest}", "incoming/young"]);
    }

    [Fact]
    public async Task Orphans_are_the_old_files_that_no_event_names()
    {
        var named = await StoreAgedAsync(1, days: 2);
        var orphan = await StoreAgedAsync(2, days: 2);
        await StoreAgedAsync(3, days: 0);

        _files.Orphans(digest => digest == named, Stores.Noon).Should().Equal(orphan);
    }

    [Fact]
    public async Task What_is_destroyed_is_gone()
    {
        var stored = await _files.StoreAsync(new MemoryStream(Bytes(10)), null, NoLimit, null, default);

        _files.Destroy(stored.Digest).Should().BeTrue();

        _files.Destroy(stored.Digest).Should().BeFalse();
        (await _files.OpenVerifiedAsync(stored.Digest, default)).Should().BeNull();
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
        File.SetLastWriteTimeUtc(Path.Combine(Root, stored.Digest[..2], stored.Digest), Stores.Noon.UtcDateTime.AddDays(-days));
        return stored.Digest;
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
