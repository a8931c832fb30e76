using System.Text;

namespace AttributionRegistry.Log.Tests.Sealing;

public sealed class DsseTests
{
    [SharedDataFact]
    public void The_published_encoding_is_reproduced()
    {
        var cases = Vectors.Shared("dsse-pae.json").Cases().ToList();

        cases.Should().HaveCount(1);
        Encoding.UTF8.GetString(Dsse.Pae(cases[0].Text("payloadType"), Encoding.UTF8.GetBytes(cases[0].Text("payload")))).Should().Be(cases[0].Text("pae"));
    }

    [Fact]
    public void Lengths_count_bytes_and_not_letters() =>
        Encoding.UTF8.GetString(Dsse.Pae("é", "🔍"u8)).Should().Be("DSSEv1 2 é 4 🔍");

    [Fact]
    public void Nothing_has_a_length_too() => Encoding.UTF8.GetString(Dsse.Pae("", [])).Should().Be("DSSEv1 0  0 ");
}
