using System.Text;
using System.Text.RegularExpressions;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;
using AttributionRegistry.Log.Tests.Auditing;
using Xunit.Abstractions;

namespace AttributionRegistry.Cli.Tests.Logs;

/// <summary>
/// Seven hundred ways to tamper with a served log; each must be named. Three hundred more, with the rows of the database, are judged by the doctor:
/// see the tests of the store.
/// </summary>
public sealed partial class MutatedLogTests(ITestOutputHelper said)
{
    private const int Seed = 20261124;
    private const int Size = 330; // one full tile of each kind and one partial

    [Theory]
    [InlineData("files", 300)] // bytes on the way or on the disk
    [InlineData("entries", 200)] // entries, with the tiles made anew for them: only the signature is not theirs
    [InlineData("signed", 200)] // the same, and signed by the log itself: only who kept an older checkpoint can tell
    public async Task Every_mutation_is_named(string kind, int count)
    {
        said.WriteLine($"seed {Seed}");
        using var log = HonestLog.Make(Seed, Size);
        var (random, named, silent) = (new Random(Seed + count + kind.Length), new SortedDictionary<string, int>(), new List<string>());
        for (var number = 0; number < count; number++)
        {
            var served = new ServedLog(log, Size);
            var what = kind == "files" ? HarmFile(random, log, served) : HarmEntries(random, log, served, resign: kind == "signed");
            using var output = new StringWriter();
            var since = kind == "signed" ? Encoding.UTF8.GetBytes(log.NoteAt(Size)) : null;

            var code = await LogAuditCommand.AuditAsync(served, log.Signer.Vkey, since, output, CancellationToken.None);

            var name = Name().Match(output.ToString());
            if (code != ExitCode.DoesNotHold || !name.Success)
            {
                silent.Add($"{number}: {what}: exit {code}, {output}");
            }

            named[name.Value] = named.GetValueOrDefault(name.Value) + 1;
        }

        said.WriteLine(string.Join(", ", named.Select(each => $"{each.Key} {each.Value}")));
        silent.Should().BeEmpty("of seed {0} all {1} must be named", Seed, count);
    }

    private static string HarmFile(Random random, HonestLog log, ServedLog served)
    {
        var paths = Tiles.Grown(0, Size).Select(tile => $"log/{tile}").Append("log/checkpoint").Append("log/checkpoint").ToList();
        while (true)
        {
            var path = paths[random.Next(paths.Count)];
            var bytes = log.Serve(path, Size)!;
            var other = paths[random.Next(paths.Count)];
            var (what, harmed) = random.Next(8) switch
            {
                0 or 1 => ("flip", Flip(random, bytes)),
                2 => ("drop", null),
                3 => ("truncate", bytes[..random.Next(bytes.Length)]),
                4 => ("duplicate", bytes.Concat(bytes).ToArray()),
                5 => ("swap with " + other, log.Serve(other, Size)),
                6 => ("swap two parts", SwapParts(random, bytes)),
                _ => ("cut out", CutOut(random, bytes)),
            };
            if (harmed is null || !harmed.AsSpan().SequenceEqual(bytes))
            {
                served.Instead[path] = harmed;
                return $"{what} {path}";
            }
        }
    }

    private static string HarmEntries(Random random, HonestLog log, ServedLog served, bool resign)
    {
        while (true)
        {
            var entries = log.Entries.Take(Size).ToList();
            var (at, other) = (random.Next(Size), random.Next(Size));
            var what = random.Next(7) switch
            {
                0 => Do("flip", () => entries[at] = Flip(random, entries[at])),
                1 => Do("drop", () => entries.RemoveAt(at)),
                2 => Do("duplicate", () => entries.Insert(at, entries[other])),
                3 => Do("swap", () => (entries[at], entries[other]) = (entries[other], entries[at])),
                4 => Do("truncate the log", () => entries.RemoveRange(at, Size - at)),
                5 => Do("seal over", () => entries[at] = LogEntry.Sealed(Flip(random, new byte[32]))),
                _ => Do("replace", () => entries[at] = entries[other]),
            };
            if (entries.Count == Size && entries.Zip(log.Entries).All(each => each.First.AsSpan().SequenceEqual(each.Second)))
            {
                continue;
            }

            var tree = new MerkleTree();
            entries.ForEach(entry => tree.Append(Rfc6962.LeafHash(entry)));
            foreach (var path in Tiles.Grown(0, Size).Concat(Tiles.Grown(0, entries.Count)).Distinct())
            {
                served.Instead[$"log/{path}"] = !Tiles.Exists(path, entries.Count) ? null
                    : path.IsEntries ? EntryBundle.Write(entries.Skip((int)path.First).Take(path.Width)) : Tiles.Hashes(tree, path, entries.Count);
            }

            // Unless it is signed anew, the head stays the honest one.
            served.Instead["log/checkpoint"] = Encoding.UTF8.GetBytes(
                resign ? new Checkpoint(log.Signer.Name, entries.Count, tree.Root()).Sign(log.Signer) : log.NoteAt(Size));
            return $"{what} at {at}";

            static string Do(string name, Action act)
            {
                act();
                return name;
            }
        }
    }

    private static byte[] Flip(Random random, byte[] bytes)
    {
        var harmed = bytes.ToArray();
        harmed[random.Next(harmed.Length)] ^= (byte)(1 << random.Next(8));
        return harmed;
    }

    private static byte[] SwapParts(Random random, byte[] bytes)
    {
        var middle = random.Next(bytes.Length);
        return [.. bytes[middle..], .. bytes[..middle]];
    }

    private static byte[] CutOut(Random random, byte[] bytes)
    {
        var from = random.Next(bytes.Length);
        return [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + 1 + random.Next(64))..]];
    }

    [GeneratedRegex("^(entry|chain|seal|time|bundle|tile|root|checkpoint|fork|rollback)(?=: )")]
    private static partial Regex Name();
}
