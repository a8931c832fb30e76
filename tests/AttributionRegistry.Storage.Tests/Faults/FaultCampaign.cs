using System.Diagnostics;
using System.Globalization;

namespace AttributionRegistry.Storage.Tests.Faults;

/// <summary>
/// Lets a process meet a fault at each of its durable system calls in turn, and holds what is left to <see cref="SurvivingLog"/> every time. Not a
/// test of the runner: it needs the compiled tests/crash/faults.c, and tests/run.sh starts it.
/// </summary>
public sealed class FaultCampaign(string library, string work)
{
    private const int Killed = 128 + 9;
    private const int GoesOnFor = 45; // calls: enough for an act to be acknowledged, not enough for the write-ahead log to be emptied

    private int _runs;
    private int _kills;

    /// <summary>One kind of fault at the calls of one kind of run.</summary>
    /// <param name="Mode">See faults.c; "lost" is an fsync that fails and a kill after it, then a process that goes on, then a power cut that takes what that fsync lost.</param>
    /// <param name="Picks">At which of the calls, each as faults.c traces it: "number name path".</param>
    /// <param name="FromTheStart">Each run is the first start of a new store, all of it; else an act on one store that lives on.</param>
    private sealed record Lane(string Mode, Func<string, int, bool> Picks, bool FromTheStart = false)
    {
        public bool Kills => Mode is not ("eio" or "enospc");

        public override string ToString() => $"{Mode}{(FromTheStart ? ", first start" : "")}";
    }

    /// <param name="args">
    /// The library, and: <c>--kills N</c> takes every call in every lane, again until so many processes were killed; <c>--only MODE</c> takes the lanes of one mode.
    /// </param>
    public static async Task<int> RunAsync(string[] args)
    {
        // In memory where that is possible: what survives is decided by faults.c, and the disk's own pace is not what is tested.
        var work = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"registry-faults-{Environment.ProcessId}")).FullName;
        try
        {
            var campaign = new FaultCampaign(Path.GetFullPath(args[0]), work);
            return await campaign.RunAsync(
                args is [_, "--kills", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0, args is [_, "--only", var mode] ? mode : null) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // In the short run every call of the act is killed before it (and so after the one before it), and met by a power cut; of the many writes
    // that are alike some are torn or fail, and every other call fails.
    private static Lane[] Lanes(bool all) =>
    [
        new("before", (_, _) => true), new("power", (_, _) => true),
        new("half", (call, n) => IsWrite(call) && (all || n % 3 == 0)),
        new("eio", (call, n) => all || !IsWrite(call) || n % 8 == 0),
        new("enospc", (call, n) => all || (IsWrite(call) && n % 8 == 0)),
        new("lost", (call, _) => IsSync(call)),
        new("power", (call, n) => all || n % 29 == 0, FromTheStart: true),
        new("before", (call, n) => all || n % 43 == 0, FromTheStart: true),
        new("eio", (call, n) => all || n % 43 == 0, FromTheStart: true),
    ];

    private async Task<bool> RunAsync(int least, string? only)
    {
        var (holds, act, start) = (true, await TraceAsync(fromTheStart: false), await TraceAsync(fromTheStart: true));
        for (var round = 0; round == 0 || _kills < least; round++)
        {
            var names = Lanes(all: least > 0).Where(lane => only is null || lane.Mode == only).Select((lane, at) => (Lane: lane, Folder: Path.Combine(work, $"{round}-{at}")));
            await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (each, _) =>
            {
                var (said, held) = await LaneAsync(each.Lane, each.Folder, each.Lane.FromTheStart ? start : act);
                holds &= held;
                Console.WriteLine(said);
                Directory.Delete(each.Folder, recursive: true);
            });
        }

        Console.WriteLine($"{(holds ? "holds" : "does not hold")}: {_runs} processes, {_kills} of them killed");
        return holds;
    }

    private async Task<(string Said, bool Holds)> LaneAsync(Lane lane, string folder, IReadOnlyList<string> calls)
    {
        var watch = Stopwatch.StartNew();
        var (log, faults, acts, heads) = (new SurvivingLog(Path.Combine(folder, "0")), 0, 0, 0);
        if (!lane.FromTheStart)
        {
            await log.RequireAsync(); // the store is made, and nothing of that counts
        }

        foreach (var (call, at) in calls.Select((call, at) => (call, at + 1)).Where(each => lane.Picks(each.call, each.Item2)))
        {
            if (lane.FromTheStart)
            {
                log = new SurvivingLog(Path.Combine(folder, at.ToString(CultureInfo.InvariantCulture)));
            }

            try
            {
                faults += await MeetAsync(lane, log, at) ? 1 : 0;
                (acts, heads) = lane.FromTheStart ? (acts + log.Acknowledged, heads + log.Heads) : (log.Acknowledged, log.Heads);
            }
            catch (Exception fault) when (fault is NotSurvivedException or StoreRefusedException or LogDamagedException or Log.LogAuditException or EvidenceDamagedException or IOException)
            {
                return ($"FAULT {lane}, call {at} ({Met(log.Folder, at)}): {fault.Message}", false);
            }
        }

        return (string.Create(
            CultureInfo.InvariantCulture, $"ok    {lane}: {faults} faults at {calls.Count} calls, {acts} acts acknowledged, {heads} heads, {watch.Elapsed.TotalSeconds:0} s"), faults > 0);
    }

    /// <returns>Whether the process came to the call; where it has fewer calls this time, it ended as it should.</returns>
    private async Task<bool> MeetAsync(Lane lane, SurvivingLog log, int at)
    {
        var (code, lines) = await ChildAsync(lane.Mode, log.Folder, at, lane.FromTheStart);
        log.Note(lines);
        var met = code != 0 || Number(lines, "calls ") >= at;
        var last = lane.Mode == "lost" && Number(lines, "calls ") == at; // no call after it at which to be killed
        Require(code == (lane.Kills && met && !last ? Killed : 0), $"the process ended with {code}: {string.Join(" | ", lines)}");
        if (!lane.Kills && met)
        {
            RequireSilence(lines, Met(log.Folder, at), at);
        }

        if (lane.Mode == "lost" && met)
        {
            log.Note((await ChildAsync("before", log.Folder, GoesOnFor, fromTheStart: false)).Lines);
            LostPages.Apply(Lost(log.Folder));
        }

        await log.RequireAsync();
        return met;
    }

    /// <summary>
    /// A writer that has stopped never acknowledges again, and where an fsync failed something was not acknowledged. But SQLite asks for nothing
    /// when it syncs the folder for a new write-ahead log: that name is made durable, and the answer looked at, when the database is opened.
    /// </summary>
    private static void RequireSilence(List<string> lines, string call, int at)
    {
        var stopped = lines.IndexOf("failed WriterStoppedException");
        Require(stopped < 0 || !lines.Skip(stopped).Any(line => line.StartsWith("ack ", StringComparison.Ordinal)), "it acknowledged after the writer had stopped");
        var whileClosing = Number(lines, "accepting True ") is > 0 and var before && before < at;
        Require(!IsSync(call) || call.EndsWith("/data", StringComparison.Ordinal) || whileClosing || lines.Exists(line => line.StartsWith("failed ", StringComparison.Ordinal)), "an fsync failed and everything was acknowledged");
    }

    private async Task<IReadOnlyList<string>> TraceAsync(bool fromTheStart)
    {
        var log = new SurvivingLog(Path.Combine(work, fromTheStart ? "trace-all" : "trace-act"));
        if (!fromTheStart)
        {
            await log.RequireAsync();
        }

        var (code, lines) = await ChildAsync("none", log.Folder, 0, fromTheStart);
        Require(code == 0, $"a run without a fault ended with {code}: {string.Join(" | ", lines)}");
        return await File.ReadAllLinesAsync(Trace(log.Folder));
    }

    private async Task<(int Code, List<string> Lines)> ChildAsync(string mode, string folder, int at, bool fromTheStart)
    {
        Directory.CreateDirectory(folder);
        var run = Interlocked.Increment(ref _runs);
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(
            host, [typeof(FaultCampaign).Assembly.Location, "act-under-faults", folder, run.ToString(CultureInfo.InvariantCulture), fromTheStart ? "all" : "act"])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["LD_PRELOAD"] = library, ["FAULT_FOLDER"] = folder, ["FAULT_AT"] = at.ToString(CultureInfo.InvariantCulture),
                ["FAULT_MODE"] = mode is "lost" ? "eio" : mode, ["FAULT_TRACE"] = Trace(folder), ["DOTNET_TieredPGO"] = "0",
            },
        };
        if (mode == "lost")
        {
            start.Environment["FAULT_LOST"] = Lost(folder);
        }

        using var child = Process.Start(start)!;
        var lines = (await child.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        await child.WaitForExitAsync();
        if (child.ExitCode == Killed)
        {
            Interlocked.Increment(ref _kills);
        }

        return (child.ExitCode, lines);
    }

    private static bool IsWrite(string call) => call.Contains(" write ", StringComparison.Ordinal);

    private static bool IsSync(string call) => call.Contains("sync ", StringComparison.Ordinal);

    private static long Number(List<string> lines, string after) =>
        lines.Find(line => line.StartsWith(after, StringComparison.Ordinal)) is { } line ? long.Parse(line[after.Length..], CultureInfo.InvariantCulture) : -1;

    private static string Trace(string folder) => folder + ".trace";

    private static string Lost(string folder) => folder + ".lost";

    // Behind a call that failed the trace goes on.
    private static string Met(string folder, int at) => File.ReadLines(Trace(folder)).ElementAtOrDefault(at - 1) ?? "";

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new NotSurvivedException(what);
        }
    }
}
