using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Entries;

public sealed class LogEntryTests
{
    private const string Noon = "2026-11-24T12:00:00Z";

    private static readonly string Previous = B64Url.Encode(Rfc6962.EmptyRoot);

    [Fact]
    public void An_entry_is_canonical_JSON_with_one_shape()
    {
        var body = new JsonObject { ["z"] = 1, ["a"] = new JsonArray("x") };

        Encoding.UTF8.GetString(LogEntry.Plain("p_7", Noon, body, Previous, 12, "inc_1", "evidence.received", 1)).Should().Be(
            $"{{\"actor\":\"p_7\",\"at\":\"{Noon}\",\"body\":{{\"a\":[\"x\"],\"z\":1}},\"prev\":\"{Previous}\",\"seq\":12,\"subject\":\"inc_1\",\"type\":\"evidence.received\",\"v\":1}}");
        Encoding.UTF8.GetString(LogEntry.Plain(null, Noon, new JsonObject(), null, 0, "log", "log.genesis", 1)).Should().Be(
            $"{{\"actor\":null,\"at\":\"{Noon}\",\"body\":{{}},\"prev\":null,\"seq\":0,\"subject\":\"log\",\"type\":\"log.genesis\",\"v\":1}}");
    }

    [Fact]
    public void The_bytes_are_their_own_canonical_form()
    {
        var author = new JsonObject { ["sig"] = "s", ["key"] = "k_1" };
        var entry = LogEntry.Plain("p\"\u0001🔍", Noon, new JsonObject { ["b"] = 1, ["a"] = "ż" }, Previous, 3, "inc_1", "vote.committed", 2, author);

        CanonicalJson.CanonicalizeIntegers(entry).Should().Equal(entry);
        JsonNode.Parse(entry)!["author"]!.Text("key").Should().Be("k_1");
    }

    [Fact]
    public void The_author_signs_what_the_author_knows_and_not_what_the_server_adds()
    {
        var message = Encoding.UTF8.GetString(LogEntry.AuthorMessage("p_7", new JsonObject { ["b"] = 1 }, "inc_1", "vote.committed", 1));

        message.Should().Be(
            "DSSEv1 47 application/vnd.attribution-registry.event+json 78 " +
            "{\"actor\":\"p_7\",\"body\":{\"b\":1},\"subject\":\"inc_1\",\"type\":\"vote.committed\",\"v\":1}");
    }

    [Fact]
    public void An_entry_of_the_limit_is_accepted_and_one_byte_more_is_refused()
    {
        var room = LogEntry.MaxBytes - With("").Length;

        With(new string('x', room)).Should().HaveCount(LogEntry.MaxBytes);
        new Action(() => With(new string('x', room + 1))).Should().Throw<LogEntryException>().WithMessage("*8193*8192*");

        static byte[] With(string filling) => LogEntry.Plain(null, Noon, new JsonObject { ["f"] = filling }, null, 0, "s", "t", 1);
    }

    [Theory]
    [InlineData("2026-11-24T12:00:00")]
    [InlineData("2026-11-24T12:00:00+00:00")]
    [InlineData("2026-11-24 12:00:00Z")]
    [InlineData("2026-11-24T12:00:00Z\n")]
    [InlineData("")]
    public void An_instant_that_is_not_in_UTC_is_refused(string at) =>
        new Action(() => LogEntry.Plain(null, at, new JsonObject(), null, 0, "s", "t", 1)).Should().Throw<LogEntryException>();

    [Fact]
    public void A_body_that_is_no_object_or_a_predecessor_that_is_no_hash_is_refused()
    {
        new Action(() => LogEntry.Plain(null, Noon, new JsonArray(), null, 0, "s", "t", 1)).Should().Throw<LogEntryException>();
        new Action(() => LogEntry.Plain(null, Noon, new JsonObject(), "AAAA", 0, "s", "t", 1)).Should().Throw<LogEntryException>();
        new Action(() => LogEntry.Plain(null, Noon, new JsonObject(), Previous + "=", 0, "s", "t", 1)).Should().Throw<LogEntryException>();
        new Action(() => LogEntry.Plain(null, Noon, new JsonObject { ["x"] = 0.5 }, null, 0, "s", "t", 1)).Should().Throw<CanonicalJsonException>();
        new Action(() => LogEntry.Sealed(new byte[31])).Should().Throw<ArgumentException>();
    }
}
