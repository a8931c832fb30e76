using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>The JSON of rule sets, questions and results: camelCase, nothing unknown, nothing twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RuleSet))]
[JsonSerializable(typeof(IReadOnlyList<Question>))]
[JsonSerializable(typeof(Panel))]
[JsonSerializable(typeof(TallyResult))]
[JsonSerializable(typeof(MotionResult))]
public sealed partial class VotingJson : JsonSerializerContext;
