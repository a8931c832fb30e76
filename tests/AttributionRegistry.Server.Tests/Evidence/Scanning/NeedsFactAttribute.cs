namespace AttributionRegistry.Server.Tests.Evidence.Scanning;

/// <summary>A test with a real program beside the SDK. tests/run.sh installs it; <c>dotnet test</c> alone says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(string program, string package)
    {
        if (PathOf(program) is null)
        {
            Skip = $"{program} is not installed (Debian package {package}); tests/run.sh installs it.";
        }
    }

    public static string? PathOf(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
}
