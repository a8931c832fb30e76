namespace AttributionRegistry.Server.Tests.Contract;

/// <summary>The schemas in schema/events are those of the journals.</summary>
public sealed class EventSchemaTests
{
    [Fact]
    public async Task The_committed_schemas_of_events_are_the_ones_that_the_journals_give()
    {
        var folder = Path.Combine(Repository(), "schema", "events");
        var made = EventSchemas.Files();
        if (Environment.GetEnvironmentVariable("REGISTRY_WRITE_SCHEMAS") == "1")
        {
            Directory.Delete(folder, recursive: true);
            foreach (var (name, text) in made)
            {
                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, text);
            }
        }

        var committed = Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));
        committed.Order(StringComparer.Ordinal).Should().Equal(made.Keys, "each event has its file (REGISTRY_WRITE_SCHEMAS=1 writes them)");
        foreach (var (name, text) in made)
        {
            (await File.ReadAllTextAsync(Path.Combine(folder, name))).Should().Be(text, name);
        }
    }

    [Fact]
    public void No_schema_shows_a_person_or_a_free_text()
    {
        EventSchemas.Files().Values.Should().NotContain(text => text.Contains("^per_", StringComparison.Ordinal));
        EventSchemas.Files().Keys.Should().HaveCountGreaterThan(100);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AttributionRegistry.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return folder;
    }
}
