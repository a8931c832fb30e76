using System.Net;
using AttributionRegistry.Cli.Tests.Http;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Tests.Verification;

/// <summary>A log of 300 entries, served as tiles by a few lines; then one thing is wrong with it.</summary>
public sealed class LogAuditTests : IDisposable
{
    private const int Size = 300;

    private readonly NoteSigner _signer = new("log.example/audit", new byte[NoteSigner.SeedSize]);
    private readonly List<byte[]> _entries = [.. Enumerable.Range(0, Size).Select(number => BitConverter.GetBytes(number))];
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _signer.Dispose();
        _output.Dispose();
    }

    private async Task<int> AuditAsync(Func<string, byte[], byte[]>? harm = null, string? vkey = null)
    {
        var tree = Tree();
        var checkpoint = new Checkpoint(_signer.Name, Size, tree.Root()).Sign(_signer);
        var server = new Answering((request, _) =>
        {
            var path = request.RequestUri!.AbsolutePath["/log/".Length..];
            var bytes = path switch
            {
                "vkey" => System.Text.Encoding.UTF8.GetBytes(_signer.Vkey + "\n"),
                "checkpoint" => System.Text.Encoding.UTF8.GetBytes(checkpoint),
                _ when TilePath.TryParse(path, out var tile) => tile.IsEntries
                    ? EntryBundle.Write(_entries.Skip((int)tile.First).Take(tile.Width))
                    : Tiles.Hashes(tree, tile, Size)!,
                _ => throw new InvalidOperationException($"Nobody asks for {path}."),
            };
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(harm?.Invoke(path, bytes) ?? bytes) };
        });
        using var client = server.Client();
        return await LogAuditCommand.AuditAsync(client, vkey, _output, CancellationToken.None);
    }

    private MerkleTree Tree()
    {
        var tree = new MerkleTree();
        foreach (var entry in _entries)
        {
            tree.Append(Rfc6962.LeafHash(entry));
        }

        return tree;
    }

    [Fact]
    public async Task A_log_whose_entries_give_its_signed_root_is_valid()
    {
        (await AuditAsync()).Should().Be(ExitCode.Holds, _output.ToString());

        _output.ToString().Should().StartWith("valid: log.example/audit, 300 entries").And.Contain("--vkey");
    }

    [Fact]
    public async Task A_pinned_key_that_signed_it_leaves_nothing_to_say()
    {
        (await AuditAsync(vkey: _signer.Vkey)).Should().Be(ExitCode.Holds);

        _output.ToString().Should().NotContain("--vkey");
    }

    [Fact]
    public async Task A_log_signed_by_another_key_than_the_pinned_one_is_refused()
    {
        using var other = new NoteSigner(_signer.Name, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);

        (await AuditAsync(vkey: other.Vkey)).Should().Be(ExitCode.DoesNotHold);
    }

    [Fact]
    public async Task One_changed_entry_changes_the_root()
    {
        (await AuditAsync((path, bytes) => path.StartsWith("tile/entries/001", StringComparison.Ordinal) ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes))
            .Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("root: ");
    }

    [Fact]
    public async Task A_tile_that_does_not_follow_from_the_entries_is_named()
    {
        (await AuditAsync((path, bytes) => path == "tile/0/000" ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().Contain("tile/0/000");
    }

    [Fact]
    public async Task A_bundle_that_was_cut_short_is_named()
    {
        (await AuditAsync((path, bytes) => path == "tile/entries/000" ? bytes[..^6] : bytes)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().Contain("tile/entries/000");
    }
}
