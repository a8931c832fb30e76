using System.Text.Json;

namespace AttributionRegistry.Domain.Observables;

/// <summary>The observables of a bundle that has been found valid: of its cyber observables, and of the patterns of its indicators.</summary>
public static class StixObservables
{
    public static ObservableSet Of(JsonElement bundle)
    {
        var found = new ObservableSet();
        foreach (var each in Objects(bundle))
        {
            switch (Text(each, "type"))
            {
                case "indicator":
                    Indicator(each, found);
                    break;
                case "observed-data" when each.TryGetProperty("objects", out var inline) && inline.ValueKind == JsonValueKind.Object:
                    foreach (var member in inline.EnumerateObject())
                    {
                        Cyber(member.Value, found);
                    }

                    break;
                default:
                    Cyber(each, found);
                    break;
            }
        }

        return found;
    }

    private static IEnumerable<JsonElement> Objects(JsonElement bundle) => bundle.TryGetProperty("objects", out var objects) ? objects.EnumerateArray() : [];

    private static void Indicator(JsonElement each, ObservableSet found)
    {
        if (Text(each, "pattern_type") == "stix" && Text(each, "pattern") is { } pattern)
        {
            PatternReader.Read(pattern, found);
        }
        else
        {
            found.Ignore();
        }
    }

    // Observables inside observed-data are of no checked shape: what is not as it should be is passed over.
    private static void Cyber(JsonElement each, ObservableSet found)
    {
        if (each.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var type = Text(each, "type");
        if (type is "file" or "artifact" or "x509-certificate" && each.TryGetProperty("hashes", out var hashes) && hashes.ValueKind == JsonValueKind.Object)
        {
            foreach (var hash in hashes.EnumerateObject().Where(h => h.Value.ValueKind == JsonValueKind.String))
            {
                found.AddHash(hash.Name, hash.Value.GetString()!);
            }
        }

        if (type is not null)
        {
            foreach (var property in new[] { "value", "name", "key", "url" })
            {
                if (Text(each, property) is { } value)
                {
                    _ = ObservablePaths.Add($"{type}:{property}", value, found);
                }
            }
        }

        if (type == "autonomous-system" && each.TryGetProperty("number", out var number) && number.ValueKind == JsonValueKind.Number)
        {
            found.Add(ObservableKind.AutonomousSystem, number.GetRawText());
        }
    }

    private static string? Text(JsonElement each, string name) =>
        each.ValueKind == JsonValueKind.Object && each.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
