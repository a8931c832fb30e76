using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Json;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("{\"b\":1,\"a\":[true,null,\"x\"]}", "{\"a\":[true,null,\"x\"],\"b\":1}")]
    [InlineData(" [ 9007199254740991 , -9007199254740991 , 0 ] ", "[9007199254740991,-9007199254740991,0]")]
    [InlineData("\"\\u0000\\u001f\\u007f\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\u0000\\u001f\u007f/\\b\\f\\n\\r\\t\\\"\\\\\"")]
    [InlineData("{\"\\ud83d\\ude00\":1,\"\\ufb33\":2}", "{\"😀\":1,\"\ufb33\":2}")]
    [InlineData("{\"a\":{\"c\":1,\"b\":{\"z\":1,\"y\":2}},\"A\":0}", "{\"A\":0,\"a\":{\"b\":{\"y\":2,\"z\":1},\"c\":1}}")]
    [InlineData("{}", "{}")]
    [InlineData("null", "null")]
    public void The_registry_profile_writes_one_form(string json, string expected) =>
        Encoding.UTF8.GetString(CanonicalJson.CanonicalizeIntegers(Encoding.UTF8.GetBytes(json))).Should().Be(expected);

    [Theory]
    [InlineData("{\"a\":1,\"a\":1}", "/a")]
    [InlineData("{\"x\":[{\"b\":1,\"c\":2,\"\\u0062\":3}]}", "/x/0/b")]
    [InlineData("{\"a/b\":{\"~\":1,\"~\":2}}", "/a~1b/~0")]
    [InlineData("[\"\\ud800\"]", "/0")]
    [InlineData("{\"k\":\"\\udc00\\ud800\"}", "/k")]
    [InlineData("{\"\\ud83d\":1}", "")]
    [InlineData("\uFEFF{}", "")]
    [InlineData("{} {}", "")]
    [InlineData("{}x", "")]
    [InlineData("", "")]
    [InlineData("[1,]", "")]
    [InlineData("{\"a\":", "")]
    [InlineData("[1] // no comments", "")]
    [InlineData("[01]", "")]
    [InlineData("[1e999]", "/0")]
    public void What_has_no_single_meaning_is_refused_in_both_profiles(string json, string pointer)
    {
        var bytes = Encoding.UTF8.GetBytes(json);

        new Action(() => CanonicalJson.Canonicalize(bytes)).Should().Throw<CanonicalJsonException>();
        var refusal = new Action(() => CanonicalJson.CanonicalizeIntegers(bytes)).Should().Throw<CanonicalJsonException>().Which;
        if (pointer.Length > 0) // where the text is not JSON at all, the place is the reader's guess
        {
            refusal.Pointer.Should().Be(pointer);
        }
    }

    [Fact]
    public void Invalid_UTF8_is_refused() =>
        new Action(() => CanonicalJson.Canonicalize([(byte)'"', 0xc3, 0x28, (byte)'"'])).Should().Throw<CanonicalJsonException>();

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("1E0")]
    [InlineData("-0")]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("123456789012345678901234567890")]
    public void The_registry_profile_refuses_numbers_that_are_not_plain_integers(string number)
    {
        new Action(() => CanonicalJson.CanonicalizeIntegers(Encoding.ASCII.GetBytes($"{{\"n\":[{number}]}}")))
            .Should().Throw<CanonicalJsonException>().Which.Pointer.Should().Be("/n/0");
        new Action(() => CanonicalJson.Serialize(JsonNode.Parse($"{{\"n\":[{number}]}}")))
            .Should().Throw<CanonicalJsonException>().Which.Pointer.Should().Be("/n/0");
    }

    [Fact]
    public void Sixty_four_levels_are_accepted_and_one_more_is_refused()
    {
        var deepest = new string('[', 64) + new string(']', 64);
        var tooDeep = new string('[', 65) + new string(']', 65);

        Encoding.ASCII.GetString(CanonicalJson.CanonicalizeIntegers(Encoding.ASCII.GetBytes(deepest))).Should().Be(deepest);
        Encoding.ASCII.GetString(CanonicalJson.Serialize(Nested(64))).Should().Be(deepest);
        new Action(() => CanonicalJson.CanonicalizeIntegers(Encoding.ASCII.GetBytes(tooDeep))).Should().Throw<CanonicalJsonException>();
        new Action(() => CanonicalJson.Serialize(Nested(65))).Should().Throw<CanonicalJsonException>();
    }

    [Fact]
    public void A_tree_of_nodes_gets_the_bytes_of_its_text()
    {
        var text = "{\"z\":[1,-2,{\"y\":\"Zażółć 🔍\",\"x\":null}],\"a\":true,\"é\":\"\\u0001\",\"A\":9007199254740991}";
        var made = new JsonObject
        {
            ["z"] = new JsonArray(1, -2L, new JsonObject { ["y"] = "Zażółć 🔍", ["x"] = null }),
            ["a"] = true,
            ["é"] = "\u0001",
            ["A"] = CanonicalJson.MaxInteger,
        };

        var expected = CanonicalJson.CanonicalizeIntegers(Encoding.UTF8.GetBytes(text));
        CanonicalJson.Serialize(JsonNode.Parse(text)).Should().Equal(expected);
        CanonicalJson.Serialize(made).Should().Equal(expected);
        Encoding.UTF8.GetString(CanonicalJson.Serialize(null)).Should().Be("null");
    }

    [Fact]
    public void A_node_with_a_parent_is_written_without_being_moved()
    {
        var child = new JsonObject { ["b"] = 2, ["a"] = 1 };
        var parent = new JsonObject { ["child"] = child };

        Encoding.UTF8.GetString(CanonicalJson.Serialize(child)).Should().Be("{\"a\":1,\"b\":2}");
        child.Parent.Should().BeSameAs(parent);
    }

    [Fact]
    public void Nodes_do_not_smuggle_in_what_text_may_not_say()
    {
        new Action(() => CanonicalJson.Serialize(new JsonObject { ["s"] = "\ud800" })).Should().Throw<CanonicalJsonException>().Which.Pointer.Should().Be("/s");
        new Action(() => CanonicalJson.Serialize(new JsonObject { ["\udfff"] = 1 })).Should().Throw<CanonicalJsonException>();
        new Action(() => CanonicalJson.Serialize(JsonValue.Create(0.5))).Should().Throw<CanonicalJsonException>();
        new Action(() => CanonicalJson.Serialize(JsonValue.Create(CanonicalJson.MaxInteger + 1))).Should().Throw<CanonicalJsonException>();
        new Action(() => CanonicalJson.Serialize(JsonValue.Create(-0.0))).Should().Throw<CanonicalJsonException>();
        new Action(() => CanonicalJson.Serialize(JsonNode.Parse("{\"a\":{\"d\":1,\"d\":2}}"))).Should().Throw<CanonicalJsonException>();
    }

    [Fact]
    public void Members_come_out_in_UTF16_order_whatever_the_order_they_went_in()
    {
        var random = new Random(16);
        string[] keys = ["", "A", "Z", "a", "aa", "b", "é", "\u20ac", "\ud83d\ude00", "\uffff", "\ufb33", "10", "9", "\"", "\\"];
        var sorted = keys.Order(StringComparer.Ordinal).ToArray();
        for (var round = 0; round < 50; round++)
        {
            random.Shuffle(keys);
            var node = new JsonObject();
            foreach (var key in keys)
            {
                node[key] = 0;
            }

            JsonNode.Parse(CanonicalJson.Serialize(node))!.AsObject().Select(m => m.Key).Should().Equal(sorted);
        }
    }

    private static JsonNode Nested(int depth)
    {
        var node = new JsonArray();
        for (var i = 1; i < depth; i++)
        {
            node = new JsonArray(node);
        }

        return node;
    }
}
