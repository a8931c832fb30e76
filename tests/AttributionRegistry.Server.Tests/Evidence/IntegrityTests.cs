using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>The sweep that reads all stored bytes again, and what it tells.</summary>
public sealed class IntegrityTests
{
    [Fact]
    public async Task A_flipped_bit_is_found_quarantined_and_alarmed_although_nobody_reads_the_item()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var alarms = new Alarms();
        registry.Services.GetRequiredService<ILoggerFactory>().AddProvider(alarms);
        var opened = await OpenAsync(registry);
        var (bad, good, gone) = (await opened.SealedAsync(UploadTests.Bytes(200_000, seed: 1)), await opened.SealedAsync([]), await opened.SealedAsync([7]));
        Damage.FlipBit(opened.PathOf(bad));
        File.Delete(opened.PathOf(gone));

        await SweptAsync(registry);

        opened.Item(bad).Standing.Should().Be(EvidenceStanding.Quarantined);
        opened.Item(bad).Custody[^1].Kind.Should().Be(CustodyKind.Quarantined);
        opened.Item(gone).Standing.Should().Be(EvidenceStanding.Quarantined);
        opened.Item(good).Standing.Should().Be(EvidenceStanding.Submitted);
        opened.AccessesOf(bad).Should().Be(0, "nobody has read it");
        alarms.Errors.Should().Contain(line => line.Contains("ALARM") && line.Contains(bad.Value)).And.NotContain(line => line.Contains(good.Value));
        var told = await ReadAsync(registry.As(Role.Auditor));
        (Number(told, "payloads"), Number(told, "unchecked"), Number(told, "whole"), Number(told, "damaged")).Should().Be((3, 0, 1, 2));
        told.GetProperty("checkedSince").ValueKind.Should().Be(JsonValueKind.String);
        told.GetProperty("damagedItems").EnumerateArray()
            .Select(i => (i.GetProperty("evidence").GetString(), i.GetProperty("incident").GetString(), i.GetProperty("state").GetString()))
            .Should().BeEquivalentTo([(bad.Value, opened.Incident.Value, "damaged"), (gone.Value, opened.Incident.Value, "missing")]);
    }

    [Fact]
    public async Task Items_are_read_again_once_a_period_and_a_restart_remembers_when()
    {
        var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var item = await opened.SealedAsync([1, 2, 3]);
        await SweptAsync(registry);
        var checks = registry.Services.GetRequiredService<PayloadChecks>();
        var first = checks.Counts().Since!.Value;
        checks.NextDue(registry.Now.AddDays(-7)).Should().BeNull("it was read a moment ago");

        registry.Clock.Advance(TimeSpan.FromDays(7));
        await EventuallyAsync(registry, () => checks.Counts().Since > first, "it was read again");
        checks.Counts().Since.Should().BeAfter(first.AddDays(6));
        var again = await RunningRegistry.StartAsync(await registry.StopAsync());
        await using (again)
        {
            var told = await ReadAsync(again.As(Role.Auditor));
            (Number(told, "payloads"), Number(told, "unchecked")).Should().Be((1, 0));
        }
    }

    [Fact]
    public async Task Bytes_are_read_at_the_bounded_rate_and_not_faster()
    {
        const int rate = 64 * 1024;
        await using var registry = await RunningRegistry.StartAsync(null, false, "--Registry:Integrity:BytesPerSecond", $"{rate}");
        var opened = await OpenAsync(registry);
        await opened.SealedAsync(UploadTests.Bytes(10 * rate, seed: 2));
        await opened.SealedAsync(UploadTests.Bytes(10 * rate, seed: 3));
        var checks = registry.Services.GetRequiredService<PayloadChecks>();
        registry.Clock.Advance(TimeSpan.FromHours(1)); // Wakes the sweep.
        var woken = registry.Clock.GetUtcNow();

        await EventuallyAsync(registry, () => checks.Counts().Unchecked == 0, "both were read");

        (registry.Clock.GetUtcNow() - woken).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(20), "20 seconds' worth of bytes were read");
    }

    [Fact]
    public async Task Counts_are_for_custodian_auditor_and_operator_and_ids_for_those_who_may_read_the_case()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var item = await opened.SealedAsync([1, 2, 3]);
        Damage.FlipBit(opened.PathOf(item));
        var orphan = await opened.Files.StoreAsync(new MemoryStream([1]), 1, 10, null, default);
        File.SetUnixFileMode(opened.PathOf(orphan.Blob), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(opened.PathOf(orphan.Blob), registry.Now.UtcDateTime.AddDays(-2));
        await SweptAsync(registry);
        var (recused, client) = await registry.NewPersonAsync(Role.Custodian);
        await opened.HappenAsync(
            new CaseEvent.PanelDrawn(
                registry.Core.Entropy.NewId<PanelId>(), registry.Core.Entropy.NewId<PoolId>(), [], new string('b', 64), 1, [], [new CaseEvent.SeatDrawn(recused.Id, default)], [], default),
            new CaseEvent.MemberRecused(recused.Id, "A relative works for a party."));

        Ids(await ReadAsync(opened.Custodian)).Should().Equal(item.Value);
        foreach (var outsider in new[] { registry.As(Role.Operator), client })
        {
            var told = await ReadAsync(outsider);
            (Number(told, "payloads"), Number(told, "damaged"), Number(told, "orphans")).Should().Be((1, 1, 1));
            Ids(told).Should().BeEmpty();
        }

        (await opened.Analyst.GetAsync("/v1/integrity")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await registry.Stranger.GetAsync("/v1/integrity")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_was_erased_is_no_damage_and_leaves_no_row()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var alarms = new Alarms();
        registry.Services.GetRequiredService<ILoggerFactory>().AddProvider(alarms);
        var opened = await OpenAsync(registry);
        var (erased, kept) = (await opened.SealedAsync([1]), await opened.SealedAsync([2]));
        await SweptAsync(registry);
        var path = opened.PathOf(erased);
        await opened.HappenAsync(new CaseEvent.Erased(erased, "Court order", "Ordered.", registry.CallerOf(Role.Custodian).Id));
        File.Delete(path);

        registry.Clock.Advance(TimeSpan.FromDays(7));
        var checks = registry.Services.GetRequiredService<PayloadChecks>();
        await EventuallyAsync(registry, () => checks.Counts().Since > registry.Now.AddDays(-1), "the next pass is over");

        checks.Counts().Should().BeEquivalentTo(new { Payloads = 1, Whole = 1, Bad = 0 });
        alarms.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_rate_of_nothing_is_refused_at_the_start()
    {
        var start = () => RunningRegistry.StartAsync(null, false, "--Registry:Integrity:BytesPerSecond", "0");

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*Integrity:BytesPerSecond*");
    }

    private static Task SweptAsync(RunningRegistry registry)
    {
        var checks = registry.Services.GetRequiredService<PayloadChecks>();
        registry.Clock.Advance(TimeSpan.FromHours(1));
        return EventuallyAsync(registry, () => checks.Counts() is { Payloads: > 0, Unchecked: 0 }, "the sweep has read everything");
    }

    // The rate is kept by the clock of the test: it has to go on.
    private static Task EventuallyAsync(RunningRegistry registry, Func<bool> holds, string what) => UploadTests.EventuallyAsync(
        () =>
        {
            registry.Clock.Advance(TimeSpan.FromSeconds(1));
            return holds();
        },
        what);

    private static Task<JsonElement> ReadAsync(HttpClient client) => client.GetFromJsonAsync<JsonElement>("/v1/integrity");

    private static long Number(JsonElement told, string name) => told.GetProperty(name).GetInt64();

    private static IEnumerable<string> Ids(JsonElement told) => told.GetProperty("damagedItems").EnumerateArray().Select(i => i.GetProperty("evidence").GetString()!);
}
