using System.Text.Json;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Stix;

/// <summary>How many objects of one type a document has.</summary>
public sealed record ObjectCount(string Type, int Count);

/// <summary>What a valid bundle holds.</summary>
/// <param name="Counts">Objects by type, in order of the type's name.</param>
/// <param name="UnknownObjects">Objects of types that the specification does not have. They are kept as they are.</param>
/// <param name="UnknownProperties">Properties, of known objects, that the specification does not have. They are kept as they are.</param>
public sealed record StixContents(IReadOnlyList<ObjectCount> Counts, int UnknownObjects, int UnknownProperties);

/// <summary>
/// Checks a STIX 2.1 bundle against the specification: common properties, required and typed properties of every type, identifiers,
/// references by the types that they may name, timestamps, hashes, and the rules between properties. Extensions are taken as they are,
/// and so are properties of one's own that have a value.
/// </summary>
public sealed class StixValidator
{
    /// <summary>The code for what is STIX, but not 2.1.</summary>
    public const string VersionCode = "stix-version";

    private readonly Faults _faults = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _unknownObjects;
    private int _unknownProperties;

    private StixValidator()
    {
    }

    /// <summary>What the bundle holds, or its first hundred faults.</summary>
    public static (StixContents? Contents, IReadOnlyList<StructuredFault> Faults) Check(JsonElement bundle)
    {
        if (VersionFault(bundle) is { } version)
        {
            return (null, [version]);
        }

        var validator = new StixValidator();
        validator.Bundle(bundle);
        return validator._faults.Found.Count > 0
            ? (null, validator._faults.Found)
            : (new StixContents([.. validator._counts.Select(c => new ObjectCount(c.Key, c.Value))], validator._unknownObjects, validator._unknownProperties), []);
    }

    // Another version is one reason, not a list of all that is different in it.
    private static StructuredFault? VersionFault(JsonElement bundle)
    {
        if (bundle.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (bundle.TryGetProperty("spec_version", out var whole) && whole.ValueKind == JsonValueKind.String && whole.GetString() is not "2.1")
        {
            return new StructuredFault("/spec_version", VersionCode, "The bundle says that it is of another version than STIX 2.1; in 2.1 the version stands in each object.");
        }

        if (!bundle.TryGetProperty("objects", out var objects) || objects.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var place = 0;
        foreach (var each in objects.EnumerateArray())
        {
            if (each.ValueKind == JsonValueKind.Object)
            {
                if (each.TryGetProperty("spec_version", out var own))
                {
                    if (own.ValueKind == JsonValueKind.String && own.GetString() is not "2.1")
                    {
                        return new StructuredFault($"/objects/{place}/spec_version", VersionCode, "The object says that it is of another version than STIX 2.1.");
                    }
                }
                else if (NeedsVersion(each))
                {
                    return new StructuredFault($"/objects/{place}/spec_version", VersionCode, "An object without spec_version is of STIX 2.0; 2.1 wants \"spec_version\": \"2.1\" in each.");
                }
            }

            place++;
        }

        return null;
    }

    // Observables may do without; of custom objects those that are versioned may not.
    private static bool NeedsVersion(JsonElement each) =>
        each.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String &&
        (StixShapes.Find(type.GetString()!) is { } shape ? shape.Group != StixGroup.Cyber : each.TryGetProperty("created", out _) || each.TryGetProperty("modified", out _));

    private void Bundle(JsonElement bundle)
    {
        if (bundle.ValueKind != JsonValueKind.Object || !bundle.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "bundle")
        {
            _faults.Add("type", "not-a-bundle", "A STIX bundle is an object with \"type\": \"bundle\".");
            return;
        }

        if (!bundle.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String || StixFormats.TypeOfId(id.GetString()!) != "bundle")
        {
            _faults.Add("id", "bad-identifier", "A bundle has an id of the form bundle--UUID.");
        }

        if (!bundle.TryGetProperty("objects", out var objects))
        {
            return;
        }

        _faults.Enter("objects");
        if (objects.ValueKind != JsonValueKind.Array || objects.GetArrayLength() == 0)
        {
            _faults.Add("wrong-type", "The objects of a bundle are a list that is not empty; a bundle without any leaves it out.");
        }
        else
        {
            var place = 0;
            foreach (var each in objects.EnumerateArray())
            {
                if (_faults.Full)
                {
                    break;
                }

                _faults.Enter(place++);
                Object(each);
                _faults.Leave();
            }
        }

        _faults.Leave();
    }

    private void Object(JsonElement each)
    {
        if (each.ValueKind != JsonValueKind.Object)
        {
            _faults.Add("wrong-type", "A STIX object is a JSON object.");
            return;
        }

        if (!each.TryGetProperty("type", out var name) || name.ValueKind != JsonValueKind.String || !StixFormats.IsTypeName(name.GetString()!))
        {
            _faults.Add("type", "bad-type", "The type of an object is 3 to 250 lower-case letters, digits and single hyphens.");
            return;
        }

        var type = name.GetString()!;
        var shape = StixShapes.Find(type);
        var properties = shape?.Properties ?? (each.TryGetProperty("created", out _) || each.TryGetProperty("modified", out _) ? StixShapes.CustomObject : StixShapes.CustomObservable);
        _counts[type] = _counts.GetValueOrDefault(type) + 1;
        _unknownObjects += shape is null ? 1 : 0;

        var values = new StixValues(_faults);
        foreach (var member in each.EnumerateObject())
        {
            if (properties.TryGetValue(member.Name, out var property))
            {
                _faults.Enter(member.Name);
                values.Check(property, member.Value);
                _faults.Leave();
            }
            else
            {
                _unknownProperties += shape is null ? 0 : 1;
                if (member.Value.ValueKind == JsonValueKind.Null || (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() == 0))
                {
                    _faults.Add(member.Name, "wrong-type", "A property of one's own is neither null nor an empty list; it is left out.");
                }
            }
        }

        foreach (var missing in properties.Values.Where(p => p.Required && !each.TryGetProperty(p.Name, out _)))
        {
            _faults.Add(missing.Name, "missing", $"{type} needs {missing.Name}.");
        }

        if (each.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && StixFormats.TypeOfId(id.GetString()!) is { } idType && idType != type)
        {
            _faults.Add("id", "bad-identifier", "The id of an object begins with its type.");
        }

        StixRules.Check(type, each, _faults);
    }
}
