namespace AttributionRegistry.Domain;

/// <summary>
/// Marks a text of an event that the public log shows as it is: digests, numbers, codes. Every other text, and every person,
/// appears there only as a salted commitment.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class OpenAttribute : Attribute;
