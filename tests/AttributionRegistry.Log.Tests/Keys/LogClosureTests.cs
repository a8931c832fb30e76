using System.Text.Json.Nodes;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Log.Tests.Keys;

/// <summary>The end of a log and the beginning of the one that goes on.</summary>
public sealed class LogClosureTests : IDisposable
{
    private const string NextOrigin = "registry.test/second";

    private readonly HonestLog _old = HonestLog.Make(7, 30);
    private readonly HonestLog _next = new(8, NextOrigin);

    public void Dispose()
    {
        _old.Dispose();
        _next.Dispose();
    }

    [Fact]
    public void A_log_that_ends_with_its_closing_entry_holds_and_says_how_it_ended()
    {
        Close(NextOrigin, _next.Key.Vkey);

        var auditor = Walk(_old);

        var closure = LogClosure.In(auditor.KeyEntries)!;
        closure.Should().Be(new LogClosure(_old.Entries.Count - 1, "keyCompromised", NextOrigin, _next.Key.Vkey));
        closure.Said.Should().Contain(NextOrigin).And.Contain(_next.Key.Vkey);
        LogKeyHistory.Read(_old.Key.Vkey, auditor.KeyEntries).Closure.Should().Be(closure);
        LogClosure.In(Walk(_next).KeyEntries).Should().BeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_entry_behind_the_closing_one_is_a_fault_be_it_open_or_sealed(bool isSealed)
    {
        Close();
        var closing = _old.Entries.Count - 1;
        Behind(isSealed);

        Faulted(() => Walk(_old)).Should().Match<LogAuditException>(fault => fault.Index == closing + 1 && fault.Message.Contains($"behind entry {closing}"));
    }

    [Fact]
    public void A_saved_auditor_still_knows_that_the_log_was_closed()
    {
        Close();
        var again = LogAuditor.Load(Walk(_old).Save());
        Behind(isSealed: false);

        Faulted(() => again.Append(_old.Entries[^1])).Check.Should().Be(LogChecks.Closed);
    }

    [Fact]
    public void Only_an_entry_about_the_logs_own_keys_closes_it()
    {
        _old.Open("case_9", LogKeyHistory.ClosedType, Ending(null, null));
        Behind(isSealed: true);

        LogClosure.In(Walk(_old).KeyEntries).Should().BeNull();
    }

    [Fact]
    public void No_key_changes_behind_the_closing_entry()
    {
        Close();
        var closed = LogKeyHistory.Read(_old.Key.Vkey, Walk(_old).KeyEntries);
        _old.Open(LogKeyHistory.Subject, LogKeyHistory.ClosedType, Ending(null, null));

        closed.Invoking(history => history.With(_old.Entries.Count - 1, _old.Entries[^1])).Should().Throw<NoteException>().WithMessage("*behind entry*");
    }

    [Fact]
    public void A_new_log_names_the_closed_one_in_its_first_entry_and_nowhere_else()
    {
        Close(NextOrigin, _next.Key.Vkey);
        Begin();
        _next.Step();

        var named = LogKeyHistory.Read(_next.Key.Vkey, Walk(_next).KeyEntries).Predecessor!;

        named.Head.Size.Should().Be(_old.Entries.Count);
        named.RequireClosedAt(_old.HeadAt(_old.Entries.Count), Walk(_old).KeyEntries).RequireSuccessor(NextOrigin, _next.Key.Vkey);
        Begin();
        Faulted(() => Walk(_next)).Should().Match<LogAuditException>(fault => fault.Check == LogChecks.Closed && fault.Index == _next.Entries.Count - 1);
    }

    [Fact]
    public void A_first_entry_whose_checkpoint_the_named_key_did_not_sign_is_a_fault()
    {
        Close();
        Begin(vkey: _next.Key.Vkey);

        Faulted(() => Walk(_next)).Index.Should().Be(0);
    }

    [Fact]
    public void A_predecessor_at_another_head_or_still_open_or_naming_another_successor_is_none()
    {
        var open = Named();
        open.Invoking(named => named.RequireClosedAt(_old.HeadAt(_old.Entries.Count), Walk(_old).KeyEntries)).Should().Throw<NoteException>().WithMessage("*still open*");
        Close("registry.test/third", _next.Key.Vkey);
        open.Invoking(named => named.RequireClosedAt(_old.HeadAt(_old.Entries.Count), Walk(_old).KeyEntries)).Should().Throw<NoteException>().WithMessage("*named is*");

        var closure = Named().RequireClosedAt(_old.HeadAt(_old.Entries.Count), Walk(_old).KeyEntries);

        closure.Invoking(c => c.RequireSuccessor(NextOrigin, _next.Key.Vkey)).Should().Throw<NoteException>().WithMessage("*registry.test/third*");
        closure.Invoking(c => c.RequireSuccessor("registry.test/third", _old.Key.Vkey)).Should().Throw<NoteException>();
        new LogClosure(1, "keyLost", null, null).Invoking(c => c.RequireSuccessor(NextOrigin, _next.Key.Vkey)).Should().NotThrow("no successor was named");
    }

    [Fact]
    public void The_file_of_a_predecessor_is_its_key_and_its_signed_head()
    {
        Close();
        var note = _old.NoteAt(_old.Entries.Count);

        LogPredecessor.Read($"{_old.Key.Vkey}\n{note}").Note.Should().Be(note);
        foreach (var wrong in new[] { "", note, _old.Key.Vkey, $"{_next.Key.Vkey}\n{note}", $"{_old.Key.Vkey}\n{note.Replace($"\n{_old.Entries.Count}\n", "\n9999\n")}" })
        {
            new Action(() => LogPredecessor.Read(wrong)).Should().Throw<NoteException>(wrong);
        }

        Named().Invoking(named => named.RequireOther(_old.Signer.Name)).Should().Throw<NoteException>().WithMessage("*new origin*");
        Named().Invoking(named => named.RequireOther(NextOrigin)).Should().NotThrow();
    }

    private static LogAuditException Faulted(Action act) => act.Should().Throw<LogAuditException>().Which;

    private static LogAuditor Walk(HonestLog log)
    {
        var auditor = new LogAuditor();
        log.Entries.ForEach(entry => auditor.Append(entry));
        return auditor;
    }

    private LogPredecessor Named() => LogPredecessor.Read($"{_old.Key.Vkey}\n{_old.NoteAt(_old.Entries.Count)}");

    private void Close(string? origin = null, string? vkey = null) => _old.Open(LogKeyHistory.Subject, LogKeyHistory.ClosedType, Ending(origin, vkey));

    private void Behind(bool isSealed)
    {
        if (isSealed)
        {
            _old.Seal("case_1");
        }
        else
        {
            _old.Open("case_1", "panel.drawn");
        }
    }

    private void Begin(string? vkey = null) => _next.Open(
        LogKeyHistory.Subject, LogKeyHistory.GenesisType,
        new JsonObject { ["origin"] = _old.Signer.Name, ["vkey"] = vkey ?? _old.Key.Vkey, ["checkpoint"] = _old.NoteAt(_old.Entries.Count) });

    private static JsonObject Ending(string? origin, string? vkey)
    {
        var body = new JsonObject { ["code"] = "keyCompromised" };
        if (origin is not null)
        {
            (body["successorOrigin"], body["successorVkey"]) = (origin, vkey);
        }

        return body;
    }
}
