namespace AttributionRegistry.Storage.Tests.Support;

/// <summary>A folder that goes with its test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("registry-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
