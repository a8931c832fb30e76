using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>One demo with two published findings for all tests of the public side: Viasat is corrected and withdrawn by one of them, WannaCry stays.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedSite : ICollectionFixture<ExerciseFixture>
{
    public const string Name = "published site";
}
