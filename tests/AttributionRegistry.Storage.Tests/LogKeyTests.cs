using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class LogKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string KeyFile => Path.Combine(_folder.Path, "keys", "log.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_a_key_for_its_owner_only_and_later_starts_read_it()
    {
        var made = Load();

        made.Should().HaveCount(32);
        Load().Should().Equal(made);
        File.GetUnixFileMode(KeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(KeyFile)!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.EnumerateFiles(Path.GetDirectoryName(KeyFile)!).Should().ContainSingle();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_may_touch_is_refused(UnixFileMode more)
    {
        Load();
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        var load = () => Load();

        load.Should().Throw<StoreRefusedException>().WithMessage("*0600*");
    }

    [Fact]
    public void A_key_of_the_wrong_length_is_refused()
    {
        Load();
        File.WriteAllBytes(KeyFile, new byte[31]);

        var load = () => Load();

        load.Should().Throw<StoreRefusedException>().WithMessage("*31 bytes*");
    }

    [Fact]
    public void What_a_crash_left_of_a_key_is_not_used()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllBytes(KeyFile + ".new", new byte[7]);

        Load().Should().HaveCount(32);
        File.Exists(KeyFile + ".new").Should().BeFalse();
    }

    private byte[] Load() => LogKey.LoadOrCreate(Path.Combine(_folder.Path, "keys"), Stores.Entropy);
}
