using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Auditing;

/// <summary>Entries that name the ends of all chains.</summary>
public sealed class SubjectHeadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_honest_log_may_name_the_ends_of_its_chains_after_any_entry(int seed)
    {
        using var log = new HonestLog(seed);
        log.NameEnds(); // of a log that has nothing yet
        while (log.Entries.Count < 700)
        {
            log.Step();
            log.NameEnds();
        }

        var auditor = Walk(log.Entries);

        auditor.RequireHead(log.HeadAt(log.Entries.Count));
        auditor.Heads().Body.Should().Be(log.Ends().ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void In_a_bundle_the_ends_are_those_before_the_entry_and_not_those_before_the_bundle()
    {
        using var log = Mixed();
        var bundle = AuditedBundle.Read(TilePath.Entries(0, log.Entries.Count), EntryBundle.Write(log.Entries));

        new LogAuditor().Invoking(auditor => auditor.Append(bundle)).Should().NotThrow();
    }

    [Fact]
    public void An_auditor_that_was_saved_knows_the_ends()
    {
        using var log = Mixed();
        var auditor = LogAuditor.Load(Walk(log.Entries.SkipLast(1)).Save());

        auditor.Invoking(each => each.Append(log.Entries[^1])).Should().NotThrow();
    }

    public static TheoryData<string, Action<JsonObject>> Lies => new()
    {
        { "another root", body => body["root"] = Convert.ToBase64String(new byte[32]) },
        { "a size that is over", body => body["size"] = (long)body["size"]! - 1 },
        { "a size to come", body => body["size"] = (long)body["size"]! + 1 },
        { "a chain too few", body => body["subjects"] = (long)body["subjects"]! - 1 },
        { "no root", body => body.Remove("root") },
        { "more than is known", body => body["x"] = 1 },
        { "a size in words", body => body["size"] = "many" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void What_is_wrong_about_the_ends_is_a_fault_at_that_entry(string lie, Action<JsonObject> change)
    {
        using var log = Mixed();
        var said = log.Ends();
        change(said);
        log.NameEnds(said);

        var fault = FluentActions.Invoking(() => Walk(log.Entries)).Should().Throw<LogAuditException>(lie).Which;

        fault.Check.Should().Be(LogChecks.Heads);
        fault.Index.Should().Be(log.Entries.Count - 1);
    }

    [Fact]
    public void What_was_true_a_moment_ago_is_wrong_once_a_chain_grew()
    {
        using var log = Mixed();
        var before = log.Ends();
        log.Open("case_1", "evidence.received");
        before["size"] = (long)log.Entries.Count;
        before["subjects"] = log.Ends()["subjects"]!.DeepClone();
        log.NameEnds(before);

        FluentActions.Invoking(() => Walk(log.Entries)).Should().Throw<LogAuditException>().Which.Check.Should().Be(LogChecks.Heads);
    }

    [Fact]
    public void A_seal_counts_once_it_is_opened_and_no_sooner()
    {
        using var log = new HonestLog(4);
        log.Open("case_1", "evidence.received");
        log.NameEnds();
        var open = log.Ends()["root"]!.ToString();
        log.Seal("case_1");
        log.NameEnds();
        log.Unseal("case_1", all: true);
        log.NameEnds();

        log.Ends()["root"]!.ToString().Should().NotBe(open);
        FluentActions.Invoking(() => Walk(log.Entries)).Should().NotThrow();
    }

    [Fact]
    public void Other_types_of_that_subject_are_left_to_those_who_know_them()
    {
        using var log = Mixed();
        log.Open(SubjectHeads.Subject, "subject.other");

        FluentActions.Invoking(() => Walk(log.Entries)).Should().NotThrow();
    }

    private static HonestLog Mixed()
    {
        var log = HonestLog.Make(9, 120);
        log.NameEnds();
        return log;
    }

    private static LogAuditor Walk(IEnumerable<byte[]> entries)
    {
        var auditor = new LogAuditor();
        foreach (var entry in entries)
        {
            auditor.Append(entry);
        }

        return auditor;
    }
}
