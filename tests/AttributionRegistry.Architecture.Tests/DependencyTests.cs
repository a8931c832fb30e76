using System.Reflection;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Architecture.Tests;

/// <summary>What may know what. One request, one direction.</summary>
public sealed class DependencyTests
{
    private static readonly Assembly Domain = typeof(Refusal).Assembly;
    private static readonly Assembly TheLog = typeof(Receipt).Assembly;
    private static readonly Assembly Store = typeof(RegistryStore).Assembly;

    [Fact]
    public void Domain_knows_nothing_but_the_base_library() =>
        References(Domain).Should().OnlyContain(name => name.StartsWith("System", StringComparison.Ordinal) || name == "netstandard");

    [Fact]
    public void Log_knows_the_base_library_and_one_vetted_package() =>
        References(TheLog).Should().OnlyContain(name => name.StartsWith("System", StringComparison.Ordinal) || name == "NSec.Cryptography");

    [Fact]
    public void Storage_knows_neither_server_nor_web_framework() =>
        References(Store).Should().NotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.Contains("Server", StringComparison.Ordinal));

    [Fact]
    public void The_command_line_knows_neither_server_nor_storage() =>
        References(typeof(Cli.Tally.TallyCommand).Assembly).Should().NotContain(["AttributionRegistry.Server", "AttributionRegistry.Storage"]);

    [Fact]
    public void Project_files_of_Domain_and_Log_reference_no_project()
    {
        foreach (var project in new[] { "Domain", "Log" })
        {
            Sources.Read($"src/AttributionRegistry.{project}/AttributionRegistry.{project}.csproj").Should().NotContain("ProjectReference");
        }

        Sources.Read("src/AttributionRegistry.Domain/AttributionRegistry.Domain.csproj").Should().NotContain("PackageReference");
    }

    [Fact]
    public void Domain_has_no_tasks_and_no_input_or_output()
    {
        var used = Domain.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))
            .Select(t => t.FullName ?? "");
        used.Should().NotContain(name => name.StartsWith("System.Threading.Tasks", StringComparison.Ordinal) || name.StartsWith("System.IO.Stream", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);
}
