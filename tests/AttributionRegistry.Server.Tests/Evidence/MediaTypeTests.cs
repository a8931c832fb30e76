using System.Text;
using AttributionRegistry.Server.Evidence;

namespace AttributionRegistry.Server.Tests.Evidence;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("255044462D312E37", "application/pdf")]
    [InlineData("504B030414000000", "application/zip")]
    [InlineData("89504E470D0A1A0A00", "image/png")]
    [InlineData("FFD8FFE000", "image/jpeg")]
    [InlineData("47494638396100", "image/gif")]
    [InlineData("7F454C4602", "application/x-elf")]
    [InlineData("4D5A9000", "application/vnd.microsoft.portable-executable")]
    [InlineData("1F8B08", "application/gzip")]
    [InlineData("D4C3B2A102000400", "application/vnd.tcpdump.pcap")]
    [InlineData("0A0D0D0A", "application/x-pcapng")]
    [InlineData("", "application/octet-stream")]
    [InlineData("00", "application/octet-stream")]
    [InlineData("68C3", "text/plain")]
    [InlineData("68C328", "application/octet-stream")]
    public void Signatures_are_known_by_their_first_bytes(string hex, string type) =>
        MediaTypes.Sniff(Convert.FromHexString(hex)).Should().Be(type);

    [Theory]
    [InlineData("{\"a\":1}", "application/json")]
    [InlineData("\uFEFF \n[1]", "application/json")]
    [InlineData("plain wörds\r\n\tand more", "text/plain")]
    [InlineData("<html>", "text/plain")]
    [InlineData("bell \a", "application/octet-stream")]
    public void Text_is_UTF_8_without_control_characters(string text, string type) =>
        MediaTypes.Sniff(Encoding.UTF8.GetBytes(text)).Should().Be(type);
}
