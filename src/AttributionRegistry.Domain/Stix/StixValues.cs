using System.Text.Json;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Stix;

/// <summary>Checks the value of one property by what the specification says that it holds.</summary>
internal sealed class StixValues(Faults faults)
{
    internal void Check(StixProperty property, JsonElement value)
    {
        if (!property.IsList)
        {
            One(property, value);
            return;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            faults.Add("wrong-type", "This is a list that is not empty; an empty one is left out.");
            return;
        }

        var place = 0;
        foreach (var each in value.EnumerateArray())
        {
            if (faults.Full)
            {
                return;
            }

            faults.Enter(place++);
            One(property, each);
            faults.Leave();
        }
    }

    private void One(StixProperty property, JsonElement value)
    {
        switch (property.Kind)
        {
            case StixValueKind.Text:
                _ = Text(value);
                break;
            case StixValueKind.Timestamp:
                Formatted(value, t => StixFormats.Timestamp(t) is not null, "bad-timestamp", "A timestamp is RFC 3339 in UTC with Z, such as 2020-01-20T12:34:56Z.");
                break;
            case StixValueKind.Millisecond:
                Formatted(value, t => StixFormats.Timestamp(t, leastFraction: 3) is not null, "bad-timestamp", "This timestamp is RFC 3339 in UTC with Z, precise to the millisecond: 2020-01-20T12:34:56.000Z.");
                break;
            case StixValueKind.Integer:
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
                {
                    faults.Add("wrong-type", "This is a whole number.");
                }
                else if (number < property.Least || number > property.Most)
                {
                    faults.Add("out-of-range", $"This number is from {property.Least} to {property.Most}.");
                }

                break;
            case StixValueKind.Number:
                Require(value.ValueKind == JsonValueKind.Number, "This is a number.");
                break;
            case StixValueKind.Boolean:
                Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False, "This is true or false.");
                break;
            case StixValueKind.Hashes:
                Hashes(value);
                break;
            case StixValueKind.Hex:
                Formatted(value, t => t.Length % 2 == 0 && StixFormats.IsHex(t), "bad-hex", "This is an even number of hexadecimal digits.");
                break;
            case StixValueKind.Binary:
                Formatted(value, StixFormats.IsBase64, "bad-base64", "This is base64.");
                break;
            case StixValueKind.Reference:
                Reference(property, value);
                break;
            case StixValueKind.Choice:
                Formatted(value, property.Choices.Contains, "bad-choice", $"This is one of: {string.Join(", ", property.Choices.Order(StringComparer.Ordinal))}.");
                break;
            case StixValueKind.KillChainPhase:
                Members(value, "kill_chain_name", "phase_name");
                break;
            case StixValueKind.ExternalReference:
                ExternalReference(value);
                break;
            case StixValueKind.GranularMarking:
                GranularMarking(value);
                break;
            case StixValueKind.Dictionary:
                Require(value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any(), "This is an object that is not empty.");
                break;
            case StixValueKind.Object:
                Require(value.ValueKind == JsonValueKind.Object, "This is an object.");
                break;
            default:
                throw new InvalidOperationException($"No check for {property.Kind}.");
        }
    }

    private void Reference(StixProperty property, JsonElement value)
    {
        if (Text(value) is not { } text)
        {
            return;
        }

        if (StixFormats.TypeOfId(text) is not { } type)
        {
            faults.Add("bad-identifier", "A reference is the id of an object: type--UUID.");
        }
        else if (property.Choices.Count > 0 && !property.Choices.Contains(type))
        {
            faults.Add("wrong-target", $"This names an object of type {string.Join(" or ", property.Choices.Order(StringComparer.Ordinal))}.");
        }
    }

    private void Hashes(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Any())
        {
            faults.Add("wrong-type", "Hashes are an object of names and texts that is not empty.");
            return;
        }

        foreach (var hash in value.EnumerateObject())
        {
            faults.Enter(hash.Name);
            if (Text(hash.Value) is { } text && StixFormats.HashFault(hash.Name, text) is { } fault)
            {
                faults.Add("bad-hash", fault);
            }

            faults.Leave();
        }
    }

    private void ExternalReference(JsonElement value)
    {
        if (!Members(value, "source_name"))
        {
            return;
        }

        foreach (var text in new[] { "description", "url", "external_id" })
        {
            if (value.TryGetProperty(text, out var found))
            {
                faults.Enter(text);
                _ = Text(found);
                faults.Leave();
            }
        }

        if (value.TryGetProperty("hashes", out var hashes))
        {
            faults.Enter("hashes");
            Hashes(hashes);
            faults.Leave();
        }
    }

    private void GranularMarking(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add("wrong-type", "This is an object.");
            return;
        }

        if (!value.TryGetProperty("selectors", out var selectors) || selectors.ValueKind != JsonValueKind.Array || selectors.GetArrayLength() == 0 ||
            selectors.EnumerateArray().Any(s => s.ValueKind != JsonValueKind.String))
        {
            faults.Add("selectors", "wrong-type", "A granular marking has selectors, a list of texts.");
        }

        var (marked, hasMarking) = (value.TryGetProperty("marking_ref", out var marking), value.TryGetProperty("lang", out var lang));
        if (marked == hasMarking)
        {
            faults.Add("missing", "A granular marking has either marking_ref or lang.");
        }
        else if (marked ? marking.ValueKind != JsonValueKind.String || StixFormats.TypeOfId(marking.GetString()!) != "marking-definition" : lang.ValueKind != JsonValueKind.String)
        {
            faults.Add(marked ? "marking_ref" : "lang", "wrong-type", "marking_ref names a marking-definition; lang is a text.");
        }
    }

    private bool Members(JsonElement value, params ReadOnlySpan<string> needed)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add("wrong-type", "This is an object.");
            return false;
        }

        foreach (var name in needed)
        {
            if (!value.TryGetProperty(name, out var found))
            {
                faults.Add(name, "missing", $"{name} is needed here.");
            }
            else if (found.ValueKind != JsonValueKind.String)
            {
                faults.Add(name, "wrong-type", "This is a text.");
            }
        }

        return true;
    }

    private void Formatted(JsonElement value, Func<string, bool> fits, string code, string detail)
    {
        if (Text(value) is { } text && !fits(text))
        {
            faults.Add(code, detail);
        }
    }

    private string? Text(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        faults.Add("wrong-type", "This is a text.");
        return null;
    }

    private void Require(bool holds, string detail)
    {
        if (!holds)
        {
            faults.Add("wrong-type", detail);
        }
    }
}
