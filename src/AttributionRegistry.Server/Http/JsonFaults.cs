using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// After the serializer has refused a body: walks it beside the type's contract and says what is wrong, and where. The
/// serializer's message is not used: its wording may change, and it never names a missing member by pointer.
/// </summary>
internal static class JsonFaults
{
    private const int MaxErrors = 20;

    public static RequestRefusedException Explain(ReadOnlyMemory<byte> utf8, Type type, Exception fault)
    {
        var path = (fault as JsonException)?.Path;
        var errors = new List<ProblemError>();
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
            Walk(document.RootElement, ApiJson.Options.GetTypeInfo(type), string.Empty, errors);
        }
        catch (JsonException malformed)
        {
            errors.Clear();
            errors.Add(new ProblemError(JsonPointer.FromPath(path), ProblemCodes.MalformedJson,
                $"Not JSON at line {(malformed.LineNumber ?? 0) + 1}, byte {(malformed.BytePositionInLine ?? 0) + 1}, or deeper than {ApiJson.MaxDepth} levels."));
        }

        if (errors.Count == 0)
        {
            errors.Add(new ProblemError(JsonPointer.FromPath(path), ProblemCodes.WrongType, "The value has the wrong type or form."));
        }

        var first = errors[0];
        return new RequestRefusedException(StatusCodes.Status400BadRequest, first.Code, first.Detail, errors);
    }

    private static void Walk(JsonElement element, JsonTypeInfo contract, string pointer, List<ProblemError> errors)
    {
        if (errors.Count >= MaxErrors)
        {
            return;
        }

        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                WalkObject(element, contract, pointer, errors);
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                WalkDictionary(element, contract, pointer, errors);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    WalkValue(item, contract.ElementType!, nullable: true, JsonPointer.Item(pointer, index++), errors);
                }

                break;
            default:
                WalkLeaf(element, contract.Type, pointer, errors);
                break;
        }
    }

    private static void WalkObject(JsonElement element, JsonTypeInfo declared, string pointer, List<ProblemError> errors)
    {
        if (Concrete(element, declared, pointer, errors) is not { } contract)
        {
            return;
        }

        var discriminator = declared.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (Name(member, pointer, errors) is not { } name)
            {
                continue;
            }

            var at = JsonPointer.Member(pointer, name);
            var property = contract.Properties.FirstOrDefault(p => p.Name == name);
            if (!seen.Add(name))
            {
                Add(errors, at, ProblemCodes.DuplicateMember, $"The member '{name}' appears more than once.");
            }
            else if (property is not null)
            {
                WalkValue(member.Value, property.PropertyType, property.IsSetNullable, at, errors);
            }
            else if (name != discriminator)
            {
                Add(errors, at, ProblemCodes.UnknownMember, $"There is no member '{name}' here.");
            }
        }

        foreach (var missing in contract.Properties.Where(p => p.IsRequired && !seen.Contains(p.Name)))
        {
            Add(errors, JsonPointer.Member(pointer, missing.Name), ProblemCodes.MissingMember, $"The member '{missing.Name}' is required.");
        }
    }

    /// <summary>The contract of the case that the discriminator names; null when it names none.</summary>
    private static JsonTypeInfo? Concrete(JsonElement element, JsonTypeInfo declared, string pointer, List<ProblemError> errors)
    {
        if (declared.PolymorphismOptions is not { DerivedTypes.Count: > 0 } cases)
        {
            return declared;
        }

        var at = JsonPointer.Member(pointer, cases.TypeDiscriminatorPropertyName);
        if (!element.TryGetProperty(cases.TypeDiscriminatorPropertyName, out var value))
        {
            Add(errors, at, ProblemCodes.MissingMember, $"The member '{cases.TypeDiscriminatorPropertyName}' is required.");
            return null;
        }

        foreach (var derived in cases.DerivedTypes)
        {
            if (value.ValueKind == JsonValueKind.String && derived.TypeDiscriminator is string name && value.ValueEquals(name))
            {
                return ApiJson.Options.GetTypeInfo(derived.DerivedType);
            }
        }

        Add(errors, at, ProblemCodes.WrongType, $"Expected one of {string.Join(", ", cases.DerivedTypes.Select(d => d.TypeDiscriminator))}.");
        return null;
    }

    private static void WalkDictionary(JsonElement element, JsonTypeInfo contract, string pointer, List<ProblemError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (Name(member, pointer, errors) is not { } name)
            {
                continue;
            }

            var at = JsonPointer.Member(pointer, name);
            if (!seen.Add(name))
            {
                Add(errors, at, ProblemCodes.DuplicateMember, $"The member '{name}' appears more than once.");
                continue;
            }

            if (contract.KeyType is { } key && key != typeof(string) && !Reads($"\"{JsonEncodedText.Encode(name)}\"", key))
            {
                Add(errors, at, ProblemCodes.WrongType, $"'{name}' is not a name that may stand here.");
            }

            WalkValue(member.Value, contract.ElementType!, nullable: true, at, errors);
        }
    }

    private static void WalkValue(JsonElement element, Type type, bool nullable, string pointer, List<ProblemError> errors)
    {
        if (element.ValueKind != JsonValueKind.Null)
        {
            Walk(element, ApiJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type), pointer, errors);
        }
        else if (!nullable || (type.IsValueType && Nullable.GetUnderlyingType(type) is null))
        {
            Add(errors, pointer, ProblemCodes.WrongType, "The value must not be null.");
        }
    }

    private static void WalkLeaf(JsonElement element, Type type, string pointer, List<ProblemError> errors)
    {
        if (element.ValueKind == JsonValueKind.String && !IsClean(element))
        {
            Add(errors, pointer, ProblemCodes.BadText, "The text has U+0000 or half of a surrogate pair.");
        }
        else if (!Reads(element.GetRawText(), type))
        {
            Add(errors, pointer, ProblemCodes.WrongType, Expected(type));
        }
    }

    private static bool Reads(string json, Type type)
    {
        try
        {
            JsonSerializer.Deserialize(json, type, ApiJson.Options);
            return true;
        }
        catch (Exception refused) when (refused is JsonException or NotSupportedException)
        {
            return false;
        }
    }

    private static string? Name(JsonProperty member, string pointer, List<ProblemError> errors)
    {
        try
        {
            if (CleanText.TryClean(member.Name, out var name))
            {
                return name;
            }
        }
        catch (InvalidOperationException)
        {
            // The name is not Unicode text: reported below like any other unusable name.
        }

        Add(errors, pointer, ProblemCodes.BadText, "A member's name has U+0000 or half of a surrogate pair.");
        return null;
    }

    private static bool IsClean(JsonElement element)
    {
        try
        {
            return CleanText.TryClean(element.GetString()!, out _);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(string) => "Expected a string.",
        _ when type == typeof(bool) => "Expected true or false.",
        { IsEnum: true } => $"Expected one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}.",
        _ when TypedIds.Is(type) => $"Expected an id of the form {TypedIds.PrefixOf(type)}_ and 32 lower-case hex digits.",
        _ when type == typeof(int) || type == typeof(long) => "Expected a whole number in range.",
        _ when type == typeof(decimal) || type == typeof(double) => "Expected a number.",
        _ when type == typeof(DateTimeOffset) => "Expected an instant like 2026-01-31T12:00:00Z.",
        _ when ApiJson.Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable => "Expected an array.",
        _ when ApiJson.Options.GetTypeInfo(type).Kind != JsonTypeInfoKind.None => "Expected an object.",
        _ => "The value has the wrong type or form.",
    };

    private static void Add(List<ProblemError> errors, string pointer, string code, string detail)
    {
        if (errors.Count < MaxErrors)
        {
            errors.Add(new ProblemError(pointer, code, detail));
        }
    }
}
