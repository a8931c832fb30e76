using System.Text.RegularExpressions;

namespace AttributionRegistry.Architecture.Tests;

/// <summary>Rules that are read in the text of the sources.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void Statements_use_nothing_that_the_engines_understand_differently()
    {
        foreach (var (path, text) in Sources.All("src", "*.cs").Concat(Sources.All("schema", "*.sql")))
        {
            var sql = path.EndsWith(".sql", StringComparison.Ordinal) ? text : string.Join('\n', RawStrings().Matches(text).Select(m => m.Value).Where(s => s.Contains("SELECT", StringComparison.Ordinal) || s.Contains("INSERT", StringComparison.Ordinal)));
            sql.Should().NotContain("->>", "JSON operators differ silently ({0})", path);
            sql.Should().NotMatchRegex(@"\bLIKE\b", "LIKE differs in case ({0})", path);
            sql.Should().NotMatchRegex(@"\bX'", "blob literals differ in type ({0})", path);
        }
    }

    [Fact]
    public void No_statement_is_built_by_interpolating_values()
    {
        foreach (var (path, text) in Sources.All("src", "*.cs"))
        {
            Interpolated().IsMatch(text).Should().BeFalse("values travel as parameters ({0})", path);
        }
    }

    [Fact]
    public void No_open_ends_are_left_in_the_sources()
    {
        foreach (var (path, text) in Sources.All("src", "*.cs"))
        {
            text.Should().NotMatchRegex(@"\b(TODO|FIXME|HACK)\b", "an open end names an issue or is finished ({0})", path);
            text.Should().NotContain("NotImplementedException", path);
        }
    }

    [Fact]
    public void Packages_are_pinned_to_exact_versions_and_Microsofts_to_10_0() =>
        Versions().Matches(Sources.Read("Directory.Packages.props")).Select(m => (Name: m.Groups[1].Value, Version: m.Groups[2].Value)).Should()
            .OnlyContain(p => p.Version.StartsWith('[') && p.Version.EndsWith(']')).And
            .OnlyContain(p => !p.Name.StartsWith("Microsoft.Data", StringComparison.Ordinal) || p.Version.StartsWith("[10.0.", StringComparison.Ordinal)).And
            .Contain(p => p.Name == "FluentAssertions" && p.Version == "[7.2.2]");

    [GeneratedRegex("\"\"\".*?\"\"\"", RegexOptions.Singleline)]
    private static partial Regex RawStrings();

    [GeneratedRegex("""\$"{1,3}\s*(SELECT|INSERT|UPDATE|DELETE) [^"]*\{""")]
    private static partial Regex Interpolated();

    [GeneratedRegex("PackageVersion Include=\"([^\"]+)\" Version=\"([^\"]+)\"")]
    private static partial Regex Versions();
}

/// <summary>The repository's files, found from where the tests were built.</summary>
internal static class Sources
{
    private static readonly string Root = Find(AppContext.BaseDirectory);

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    internal static IEnumerable<(string Path, string Text)> All(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal))
            .Select(p => (Path.GetRelativePath(Root, p), File.ReadAllText(p)));

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "AttributionRegistry.sln")) ? folder
        : Path.GetDirectoryName(folder.TrimEnd('/')) is { Length: > 0 } parent ? Find(parent)
        : throw new DirectoryNotFoundException("The repository is not above the tests.");
}
