using System.Globalization;
using System.Text.Json;
using AttributionRegistry.Domain.Stix;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Observables;

/// <summary>
/// A MISP event in the core format: <c>{"Event": {…}}</c>. Checked is what its reading rests on: the event's title and date, and that
/// attributes, also those in objects, have a type and a value. All else is kept as it is.
/// </summary>
public sealed class MispEvent
{
    private readonly Faults _faults = new();
    private readonly ObservableSet _found = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    private MispEvent()
    {
    }

    /// <summary>What the event holds and its observables, or its first hundred faults.</summary>
    public static (StixContents? Contents, ObservableSet? Observables, IReadOnlyList<StructuredFault> Faults) Read(JsonElement document)
    {
        var reader = new MispEvent();
        reader.Document(document);
        return reader._faults.Found.Count > 0
            ? (null, null, reader._faults.Found)
            : (new StixContents([.. reader._counts.Select(c => new ObjectCount(c.Key, c.Value))], 0, 0), reader._found, []);
    }

    private void Document(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("Event", out var @event) || @event.ValueKind != JsonValueKind.Object)
        {
            _faults.Add("Event", "not-an-event", "A MISP event is an object with the member Event, an object.");
            return;
        }

        _faults.Enter("Event");
        _counts["event"] = 1;
        Text(@event, "info", needed: true);
        Text(@event, "uuid", needed: false, t => StixFormats.TypeOfId("event--" + t) is not null, "bad-identifier", "This is a UUID.");
        Text(@event, "date", needed: true, t => DateOnly.TryParseExact(t, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "bad-date", "A date is written as 2020-01-31.");
        Attributes(@event);
        Each(@event, "Object", item =>
        {
            _counts["object"] = _counts.GetValueOrDefault("object") + 1;
            Text(item, "name", needed: true);
            Attributes(item);
        });
        _faults.Leave();
    }

    private void Attributes(JsonElement owner) => Each(owner, "Attribute", item =>
    {
        _counts["attribute"] = _counts.GetValueOrDefault("attribute") + 1;
        var (type, value) = (Text(item, "type", needed: true), Text(item, "value", needed: true));
        if (type is not null && value is not null)
        {
            Observe(type, value);
        }
    });

    private void Each(JsonElement owner, string name, Action<JsonElement> item)
    {
        if (!owner.TryGetProperty(name, out var list))
        {
            return;
        }

        _faults.Enter(name);
        if (list.ValueKind != JsonValueKind.Array)
        {
            _faults.Add("wrong-type", "This is a list.");
        }
        else
        {
            var place = 0;
            foreach (var each in list.EnumerateArray())
            {
                if (_faults.Full)
                {
                    break;
                }

                _faults.Enter(place++);
                if (each.ValueKind == JsonValueKind.Object)
                {
                    item(each);
                }
                else
                {
                    _faults.Add("wrong-type", "This is an object.");
                }

                _faults.Leave();
            }
        }

        _faults.Leave();
    }

    private string? Text(JsonElement owner, string name, bool needed, Func<string, bool>? fits = null, string code = "wrong-type", string detail = "This is a text.")
    {
        if (!owner.TryGetProperty(name, out var value))
        {
            if (needed)
            {
                _faults.Add(name, "missing", $"{name} is needed here.");
            }

            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            _faults.Add(name, "wrong-type", "This is a text.");
            return null;
        }

        var text = value.GetString()!;
        if (fits is not null && !fits(text))
        {
            _faults.Add(name, code, detail);
        }

        return text;
    }

    private void Observe(string type, string value)
    {
        // filename|sha256, domain|ip, ip-dst|port: each half is what its half of the type says.
        if (type.IndexOf('|', StringComparison.Ordinal) is > 0 and var bar && value.IndexOf('|', StringComparison.Ordinal) is > 0 and var split)
        {
            Simple(type[..bar], value[..split]);
            Simple(type[(bar + 1)..], value[(split + 1)..]);
            return;
        }

        Simple(type, value);
    }

    private void Simple(string type, string value)
    {
        switch (type)
        {
            case "md5" or "sha1" or "sha224" or "sha256" or "sha384" or "sha512" or "sha3-224" or "sha3-256" or "sha3-384" or "sha3-512" or "ssdeep" or "tlsh":
                _found.AddHash(type.StartsWith("sha", StringComparison.Ordinal) && !type.StartsWith("sha3-", StringComparison.Ordinal) ? "SHA-" + type[3..] : type.ToUpperInvariant(), value);
                break;
            case "x509-fingerprint-md5" or "x509-fingerprint-sha1" or "x509-fingerprint-sha256":
                Simple(type["x509-fingerprint-".Length..], value);
                break;
            case "domain" or "hostname":
                _found.Add(ObservableKind.Domain, value);
                break;
            case "ip" or "ip-src" or "ip-dst":
                _found.AddHost(value);
                break;
            case "url" or "link":
                _found.Add(ObservableKind.Url, value);
                break;
            case "email" or "email-src" or "email-dst" or "email-reply-to":
                _found.Add(ObservableKind.Email, value);
                break;
            case "mac-address":
                _found.Add(ObservableKind.MacAddress, value);
                break;
            case "AS":
                _found.Add(ObservableKind.AutonomousSystem, value);
                break;
            case "filename":
                _found.Add(ObservableKind.FileName, value);
                break;
            case "mutex":
                _found.Add(ObservableKind.Mutex, value);
                break;
            case "regkey":
                _found.Add(ObservableKind.RegistryKey, value);
                break;
            case "port" or "value":
                break; // The other half of a composite.
            default:
                _found.Ignore();
                break;
        }
    }
}
