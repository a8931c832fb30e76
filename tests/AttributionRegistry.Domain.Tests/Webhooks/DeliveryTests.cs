using System.Net;
using AttributionRegistry.Domain.Webhooks;

namespace AttributionRegistry.Domain.Tests.Webhooks;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.19.0.1")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("::8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:db8::1")]
    public void Addresses_behind_walls_are_refused(string address) => PublicInternet.Has(IPAddress.Parse(address)).Should().BeFalse();

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:80e::200e")]
    public void Addresses_of_the_public_internet_are_taken(string address) => PublicInternet.Has(IPAddress.Parse(address)).Should().BeTrue();

    [Theory]
    [InlineData("https://hooks.example/registry", false, true)]
    [InlineData("https://[2606:4700:4700::1111]:8443/x", false, true)]
    [InlineData("http://hooks.example/registry", false, false)]
    [InlineData("https://127.0.0.1/", false, false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false, false)]
    [InlineData("https://0x7f000001/", false, false)]
    [InlineData("https://2130706433/", false, false)]
    [InlineData("https://user:pw@hooks.example/", false, false)]
    [InlineData("https://hooks.example/#x", false, false)]
    [InlineData("ftp://hooks.example/", false, false)]
    [InlineData("/relative", false, false)]
    [InlineData("http://127.0.0.1:9/x", true, true)]
    [InlineData("ftp://127.0.0.1/x", true, false)]
    [InlineData("http://hooks.example/", true, false)]
    public void A_subscriber_names_an_https_address_on_the_public_internet(string url, bool loopbackToo, bool taken) =>
        (PublicInternet.FaultOf(url, loopbackToo) is null).Should().Be(taken, url);

    [Fact]
    public void Nine_attempts_are_made_in_fifty_four_hours_each_later_than_the_one_before()
    {
        RetryPlan.Total.Should().Be(TimeSpan.FromHours(54));
        var waits = Enumerable.Range(1, 8).Select(n => RetryPlan.After(n)!.Value).ToList();
        waits.Should().BeInAscendingOrder();
        RetryPlan.After(9).Should().BeNull();
        RetryPlan.After(0).Should().BeNull();
    }

    // The example of the Standard Webhooks specification.
    [Fact]
    public void Signatures_are_those_of_the_specification() =>
        WebhookSignature.Of(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}")
            .Should().Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
