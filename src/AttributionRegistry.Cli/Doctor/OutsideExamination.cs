using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Doctor;

/// <summary>The checks of a running registry, in order. Each tells what it saw, whether it holds or not.</summary>
/// <param name="http">For what is judged by its headers.</param>
/// <param name="anonymous">A stranger.</param>
/// <param name="caller">Somebody with a key, or null.</param>
/// <param name="vkey">The log's key as it is known from elsewhere, or null.</param>
/// <param name="clock">The local clock.</param>
internal sealed class OutsideExamination(HttpClient http, RegistryClient anonymous, RegistryClient? caller, string? vkey, TimeProvider clock)
{
    private static readonly TimeSpan MostDifference = TimeSpan.FromSeconds(30);

    internal IEnumerable<(string Name, Func<CancellationToken, Task<Finding>> Check)> Checks =>
    [
        ("live", cancel => HealthAsync("/health/live", cancel)),
        ("ready", cancel => HealthAsync("/health/ready", cancel)),
        ("clock", ClockAsync),
        ("log", LogAsync),
        ("checkpoint", CheckpointAsync),
        ("witnesses", WitnessesAsync),
        ("findings", FindingsAsync),
        ("integrity", IntegrityAsync),
    ];

    // Not through the client, which would wait for what is not ready to become so.
    private async Task<Finding> HealthAsync(string path, CancellationToken cancel)
    {
        using var answer = await AskAsync(path, cancel);
        return answer.IsSuccessStatusCode
            ? Finding.Ok($"{path} answers {(int)answer.StatusCode}")
            : Finding.Fault(RegistryRefusedException.From((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel)).Message);
    }

    // Date has whole seconds, and the way there and back takes its time: only what neither explains is a difference.
    private async Task<Finding> ClockAsync(CancellationToken cancel)
    {
        var before = clock.GetUtcNow();
        using var answer = await AskAsync("/health/live", cancel);
        var after = clock.GetUtcNow();
        if (answer.Headers.Date is not { } there)
        {
            return Finding.Fault("the answer has no Date");
        }

        var ahead = there - after;
        var behind = before - (there + TimeSpan.FromSeconds(1));
        var difference = ahead > TimeSpan.Zero ? ahead : behind > TimeSpan.Zero ? behind : TimeSpan.Zero;
        var words = string.Create(CultureInfo.InvariantCulture, $"the server's clock is {(difference == TimeSpan.Zero ? "as ours" : $"{Math.Ceiling(difference.TotalSeconds)} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} ours")}");
        return difference <= MostDifference ? Finding.Ok(words) : Finding.Fault(words);
    }

    private async Task<Finding> LogAsync(CancellationToken cancel)
    {
        using var said = new StringWriter();
        var code = await LogAuditCommand.AuditAsync(anonymous, vkey, said, cancel);
        return new Finding(code == ExitCode.Holds, said.ToString().Trim());
    }

    // An idle registry signs nothing new: fresh is a head that covers all that the public was told of, and grows from the one before.
    private async Task<Finding> CheckpointAsync(CancellationToken cancel)
    {
        try
        {
            // Whether the entries leave the key to sign is judged by the check before, which reads them.
            var key = (await PinnedKey.BeforeReadingAsync(vkey ?? (await anonymous.GetTextAsync("/log/vkey", cancel)).Trim(), path => anonymous.GetBytesAsync($"/log/{path}", cancel))).Key;
            var first = Checkpoint.Open(await anonymous.GetTextAsync("/log/checkpoint", cancel), key);
            var newest = await NewestChangeAsync(cancel);
            var second = Checkpoint.Open(await anonymous.GetTextAsync("/log/checkpoint", cancel), key);
            if (second.Size < first.Size || newest >= second.Size)
            {
                return Finding.Fault(FormattableString.Invariant($"{second.Size} entries are signed; {first.Size} were just now, and the newest public change is entry {newest}"));
            }

            return await ServedGrowth.HoldsAsync(anonymous, first, second, cancel)
                ? Finding.Ok(FormattableString.Invariant($"{second.Size} entries are signed, and entry {newest}, the newest public change, is among them"))
                : Finding.Fault("the head does not grow from the one before");
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            return Finding.Fault(fault.Message);
        }
    }

    // The quorum is what readers rely on; a witness that is late or alarmed is told of also while the others make it.
    private async Task<Finding> WitnessesAsync(CancellationToken cancel)
    {
        try
        {
            var policy = await anonymous.GetTextAsync("/log/policy", cancel);
            if (!TlogPolicy.Parse(policy).DemandsWitnesses)
            {
                return Finding.Ok("the policy demands no witness");
            }

            var said = await LogWitnessesCommand.CheckAsync(anonymous, policy, WitnessCheck.Fresh, clock.GetUtcNow(), cancel);
            var seen = await anonymous.GetObjectAsync("/v1/log/witnesses", cancel);
            var faults = FindingCheck.Items(seen["witnesses"]).Where(each => (string?)each["state"] != "ok").Select(each => $"{each["name"]} is {each["state"]}: {each["reason"]}").ToList();
            return faults.Count == 0 ? Finding.Ok(said) : Finding.Fault($"{string.Join("; ", faults)}; {said}");
        }
        catch (Exception fault) when (fault is CheckFailedException or TlogPolicyException || IsUnreadable(fault))
        {
            return Finding.Fault(fault.Message);
        }
    }

    private async Task<long> NewestChangeAsync(CancellationToken cancel)
    {
        for (var since = -1L; ;)
        {
            var page = await anonymous.GetObjectAsync(FormattableString.Invariant($"/v1/changes?since={since}"), cancel);
            var next = page["next"]!.GetValue<long>();
            if (next <= since)
            {
                return since;
            }

            since = next;
        }
    }

    private async Task<Finding> FindingsAsync(CancellationToken cancel)
    {
        var (answered, faults) = (0, new List<string>());
        for (var path = "/v1/findings?limit=100"; path is not null;)
        {
            using var answer = await AskAsync(path, cancel);
            var body = await answer.Content.ReadAsStringAsync(cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw RegistryRefusedException.From((int)answer.StatusCode, body);
            }

            foreach (var number in Numbers(body))
            {
                answered++;
                if (await FaultOfAsync(number, cancel) is { } fault)
                {
                    faults.Add($"{number}: {fault}");
                }
            }

            path = NextOf(answer);
        }

        return faults.Count == 0
            ? Finding.Ok(FormattableString.Invariant($"{answered} published findings answer, and their digests, matrices and crosschecks hold"))
            : Finding.Fault(string.Join("; ", faults));
    }

    private async Task<string?> FaultOfAsync(string number, CancellationToken cancel)
    {
        try
        {
            FindingCheck.Run(await anonymous.GetObjectAsync($"/v1/findings/{Uri.EscapeDataString(number)}", cancel));
            return null;
        }
        catch (Exception fault) when (fault is CheckFailedException or RegistryRefusedException)
        {
            return fault.Message;
        }
    }

    private async Task<Finding> IntegrityAsync(CancellationToken cancel)
    {
        if (caller is null)
        {
            return Finding.Ok("not asked: it needs --credentials FILE --as NAME of a custodian, auditor or operator");
        }

        try
        {
            var seen = await caller.GetObjectAsync("/v1/integrity", cancel);
            var (payloads, damaged, orphans) = (seen["payloads"]!.GetValue<long>(), seen["damaged"]!.GetValue<long>(), seen["orphans"]!.GetValue<int>());
            var since = seen["checkedSince"]?.GetValue<DateTimeOffset>();
            var period = TimeSpan.FromSeconds(seen["periodSeconds"]!.GetValue<long>());
            var late = since is { } last && clock.GetUtcNow() - last > period * 2;
            var words = string.Create(
                CultureInfo.InvariantCulture,
                $"{payloads} payloads, {damaged} damaged, {orphans} files that nothing holds, {(since is null ? $"{seen["unchecked"]} not read again yet" : $"all read again since {since:yyyy-MM-ddTHH:mm:ssZ}")}{(late ? ", which is more than twice the period ago" : "")}");
            var items = string.Join(", ", FindingCheck.Items(seen["damagedItems"]).Select(each => (string?)each["evidence"]));
            return damaged > 0 || late ? Finding.Fault(items.Length == 0 ? words : $"{words}: {items}") : Finding.Ok(words);
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            return Finding.Fault($"the answer cannot be read: {fault.Message}");
        }
    }

    private static IReadOnlyList<string> Numbers(string body)
    {
        try
        {
            return [.. FindingCheck.Items(JsonNode.Parse(body)?["items"]).Select(each => FindingCheck.Text(each, "number"))];
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            throw new RegistryUnreachableException($"What answers at /v1/findings does not speak the registry's JSON: {fault.Message}", fault);
        }
    }

    // Link: </v1/findings?after=…>; rel="next"
    private static string? NextOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links) && links.SelectMany(each => each.Split(',')).FirstOrDefault(each => each.Contains("rel=\"next\"", StringComparison.Ordinal)) is { } next &&
        next.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open && next.IndexOf('>', StringComparison.Ordinal) is var close && close > open
            ? next[(open + 1)..close]
            : null;

    private static bool IsUnreadable(Exception fault) =>
        fault is NoteException or FormatException or LogFaultException or JsonException or InvalidOperationException or NullReferenceException;

    private async Task<HttpResponseMessage> AskAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await http.GetAsync(path, cancel);
        }
        catch (HttpRequestException failure)
        {
            throw new RegistryUnreachableException($"{http.BaseAddress} cannot be reached: {failure.Message}", failure);
        }
    }
}
