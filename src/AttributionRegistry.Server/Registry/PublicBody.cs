using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry;

/// <summary>
/// What the public log shows of an event. Ids (but no persons), codes, numbers, instants and digests marked open stand there
/// as they are; every other member only as a salted commitment, opened one by one when it is disclosed.
/// </summary>
public static class PublicBody
{
    private static readonly ConcurrentDictionary<Type, (string Name, PropertyInfo Property, bool Open)[]> Shapes = new();

    public static (JsonObject Body, IReadOnlyList<FieldOpening> Openings) Of(object @event, Func<int, byte[]> entropy)
    {
        var body = new JsonObject();
        var openings = new List<FieldOpening>();
        foreach (var (name, property, open) in Shapes.GetOrAdd(@event.GetType(), Shape))
        {
            if (property.GetValue(@event) is not { } value)
            {
                continue;
            }

            var json = JsonSerializer.SerializeToNode(value, property.PropertyType, ApiJson.Options);
            if (open)
            {
                body[name] = json;
                continue;
            }

            var salt = entropy(Commitments.SaltSize);
            body[name] = new JsonObject { ["c"] = B64Url.Encode(Commitments.Compute(Commitments.Field, salt, Commitments.FieldMessage(name, json))) };
            openings.Add(new FieldOpening(name, salt, json?.ToJsonString(ApiJson.Options) ?? "null"));
        }

        return (body, openings);
    }

    internal static (string Name, PropertyInfo Property, bool Open)[] Shape(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract")
            .Select(p => (JsonNamingPolicy.CamelCase.ConvertName(p.Name), p, IsOpen(p.PropertyType) || p.IsDefined(typeof(OpenAttribute)))),
    ];

    private static bool IsOpen(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            type = type.GetGenericArguments()[0];
        }

        return type != typeof(PersonId) &&
            (type.IsEnum || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(DateTimeOffset) || TypedIds.Is(type));
    }
}
