using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log.Tests.Auditing;
using Xunit.Abstractions;

namespace AttributionRegistry.Cli.Tests.Logs;

public sealed class HonestLogsTests(ITestOutputHelper said)
{
    private const int Seed = 20261124;
    private const int Logs = 1000;

    [Fact]
    public async Task No_honest_log_raises_an_alarm()
    {
        said.WriteLine($"seed {Seed}");
        for (var number = 0; number < Logs; number++)
        {
            // Mostly small; every fiftieth goes beyond a tile.
            var size = number % 50 == 0 ? 200 + number % 400 : number % 60;
            using var log = HonestLog.Make(Seed + number, size);
            using var output = new StringWriter();
            var since = System.Text.Encoding.UTF8.GetBytes(log.NoteAt(size / 2));

            var code = await LogAuditCommand.AuditAsync(new ServedLog(log, size), log.Signer.Vkey, since, output, CancellationToken.None);

            code.Should().Be(ExitCode.Holds, "log {0} of seed {1}: {2}", number, Seed, output);
        }
    }
}
