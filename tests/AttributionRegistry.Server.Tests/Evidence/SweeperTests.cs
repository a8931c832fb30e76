using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>What a crash leaves in the evidence store, and who takes it away.</summary>
public sealed class SweeperTests
{
    [Fact]
    public async Task Files_that_no_item_holds_go_after_a_day_and_those_that_one_holds_stay()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var (held, erased) = ("held"u8.ToArray(), "erased before the crash"u8.ToArray());
        var kept = await opened.SealedAsync(held);
        var cut = await opened.SealedAsync(erased);
        var lost = opened.Blob(cut)!;

        // As after a crash between the order and the destruction, and after one between the file and its event.
        await opened.HappenAsync(new CaseEvent.Erased(cut, "Court order", "Ordered.", registry.CallerOf(Role.Custodian).Id));
        var orphan = await opened.Files.StoreAsync(new MemoryStream([1, 2, 3]), 3, 10, null, default);
        foreach (var path in opened.AllFiles)
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetLastWriteTimeUtc(path, registry.Now.UtcDateTime);
        }

        registry.Clock.Advance(TimeSpan.FromDays(1.5));

        await UploadTests.EventuallyAsync(() => !opened.Files.Contains(orphan.Blob) && !opened.Files.Contains(lost), "the sweeper has run");
        opened.Files.Contains(opened.Blob(kept)!).Should().BeTrue();
    }
}
