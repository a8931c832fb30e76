using System.Text;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Log.Tests.Json;

/// <summary>The scan must say yes exactly where writing the canonical form changes nothing.</summary>
public sealed class CanonicalScanTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("-9007199254740991")]
    [InlineData("9007199254740992")]
    [InlineData("-0")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("+1")]
    [InlineData("-")]
    [InlineData("tru")]
    [InlineData("nullx")]
    [InlineData(" null")]
    [InlineData("null ")]
    [InlineData("\uFEFFnull")]
    [InlineData("\"\"")]
    [InlineData("\"/\"")]
    [InlineData("\"\\/\"")]
    [InlineData("\"\\u0007\"")]
    [InlineData("\"\\u0008\"")]
    [InlineData("\"\\u000A\"")]
    [InlineData("\"\\u001f\"")]
    [InlineData("\"\\u001F\"")]
    [InlineData("\"\\u0020\"")]
    [InlineData("\"\\u00e9\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\b\\t\\n\\f\\r\\\"\\\\\"")]
    [InlineData("\"\u007f\u2028😀\"")]
    [InlineData("\"\n\"")]
    [InlineData("\"")]
    [InlineData("\"\\")]
    [InlineData("\"\\u00\"")]
    [InlineData("[]")]
    [InlineData("[1,2]")]
    [InlineData("[1, 2]")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("{\"a\":1,\"b\":2}")]
    [InlineData("{\"b\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" :1}")]
    [InlineData("{a:1}")]
    [InlineData("{\"\":1,\"a\":1,\"aa\":1,\"b\":1}")]
    [InlineData("{\"\\n\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"\\n\":1}")]
    [InlineData("{\"\\u0001\":1,\"\\n\":1,\"\\\"\":1,\"\\\\\":1}")]
    [InlineData("{\"😀\":1,\"\ufb33\":1}")] // UTF-16 order puts the surrogates first, the order of the bytes last
    [InlineData("{\"\ufb33\":1,\"😀\":1}")]
    [InlineData("{\"é\":1,\"z\":1}")]
    [InlineData("{\"z\":1,\"é\":1}")]
    public void It_agrees_with_the_writer(string json) => Agrees(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    public void It_agrees_about_depth(int depth)
    {
        Agrees(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)));
        Agrees(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth)));
    }

    [Fact]
    public void It_agrees_about_bytes_that_are_no_text() => Agrees([(byte)'"', 0xC0, 0x80, (byte)'"']);

    [Fact]
    public void It_agrees_about_fifty_thousand_entries_with_one_byte_changed()
    {
        const int Seed = 20261124;
        const string Marks = "{}[]\",:\\0123456789eE.+- \ntrufalsn/";
        var random = new Random(Seed);
        using var log = HonestLog.Make(Seed, 500);
        for (var i = 0; i < 50_000; i++)
        {
            var entry = log.Entries[random.Next(log.Entries.Count)].ToArray();
            var at = random.Next(entry.Length);
            entry[at] = random.Next(3) switch
            {
                0 => (byte)(entry[at] ^ (1 << random.Next(8))),
                1 => (byte)Marks[random.Next(Marks.Length)],
                _ => entry[random.Next(entry.Length)],
            };
            Agrees(entry);
        }
    }

    private static void Agrees(byte[] json)
    {
        bool same;
        try
        {
            same = CanonicalJson.CanonicalizeIntegers(json).AsSpan().SequenceEqual(json);
        }
        catch (CanonicalJsonException)
        {
            same = false;
        }

        if (CanonicalScan.IsCanonical(json) != same)
        {
            Assert.Fail($"The writer says {same}: {Encoding.UTF8.GetString(json)}");
        }
    }
}
