using System.Net.Sockets;
using System.Text.Json;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Stix;

/// <summary>The rules of the specification between the properties of one object.</summary>
internal static class StixRules
{
    private static readonly HashSet<string> NeverRelated = ["bundle", "relationship", "sighting", "marking-definition", "language-content", "extension-definition"];

    // The later instant is not before the earlier one; where Strict, it is after it.
    private static readonly (string Type, string Earlier, string Later, bool Strict)[] Orders =
    [
        ("", "created", "modified", false), ("", "first_seen", "last_seen", false), ("observed-data", "first_observed", "last_observed", false),
        ("indicator", "valid_from", "valid_until", true), ("relationship", "start_time", "stop_time", true), ("network-traffic", "start", "end", false),
        ("malware-analysis", "analysis_started", "analysis_ended", false),
    ];

    internal static void Check(string type, JsonElement each, Faults faults)
    {
        foreach (var (of, earlier, later, strict) in Orders)
        {
            if ((of.Length == 0 || of == type) && Instant(each, earlier) is { } from && Instant(each, later) is { } to && string.CompareOrdinal(to, from) is var order && (order < 0 || (strict && order == 0)))
            {
                faults.Add(later, "bad-order", $"{later} is {(strict ? "after" : "not before")} {earlier}.");
            }
        }

        switch (type)
        {
            case "artifact":
                Need(faults, Has(each, "payload_bin") != Has(each, "url"), "payload_bin", "An artifact has either payload_bin or url.");
                Need(faults, !Has(each, "url") || Has(each, "hashes"), "hashes", "An artifact with a url has hashes.");
                Need(faults, !Has(each, "decryption_key") || Has(each, "encryption_algorithm"), "encryption_algorithm", "A decryption_key goes with an encryption_algorithm.");
                break;
            case "email-message":
                var several = each.TryGetProperty("is_multipart", out var multipart) && multipart.ValueKind == JsonValueKind.True;
                Need(faults, !Has(each, several ? "body" : "body_multipart"), several ? "body" : "body_multipart", "body is for messages of one part, body_multipart for those of several.");
                break;
            case "file":
                Need(faults, Has(each, "hashes") || Has(each, "name"), "name", "A file has hashes or a name.");
                break;
            case "ipv4-addr":
                Address(each, AddressFamily.InterNetwork, faults);
                break;
            case "ipv6-addr":
                Address(each, AddressFamily.InterNetworkV6, faults);
                break;
            case "location":
                Location(each, faults);
                break;
            case "mac-addr":
                Need(faults, Text(each, "value") is not { } mac || IsMac(mac), "value", "A MAC address is six pairs of lower-case hexadecimal digits between colons.", "bad-address");
                break;
            case "malware":
                Need(faults, !(each.TryGetProperty("is_family", out var family) && family.ValueKind == JsonValueKind.True) || Has(each, "name"), "name", "A malware family has a name.");
                break;
            case "malware-analysis":
                Need(faults, Has(each, "result") || Has(each, "analysis_sco_refs"), "result", "An analysis has a result or analysis_sco_refs.");
                break;
            case "marking-definition":
                Need(faults, Has(each, "extensions") || (Has(each, "definition_type") && Has(each, "definition")), "definition", "A marking has definition_type and definition, or an extension.");
                break;
            case "network-traffic":
                Need(faults, Has(each, "src_ref") || Has(each, "dst_ref"), "src_ref", "Traffic has src_ref or dst_ref.");
                Need(faults, !(each.TryGetProperty("is_active", out var active) && active.ValueKind == JsonValueKind.True) || !Has(each, "end"), "end", "Traffic that is active has no end.");
                break;
            case "observed-data":
                Need(faults, Has(each, "objects") != Has(each, "object_refs"), "object_refs", "Observed data have either object_refs or objects.");
                break;
            case "process" or "user-account" or "windows-registry-key" or "x509-certificate":
                Need(faults, each.EnumerateObject().Any(p => !StixShapes.CustomObservable.ContainsKey(p.Name)) || Has(each, "extensions"), null, $"{type} has at least one property of its own.");
                break;
            case "relationship":
                Related(each, "source_ref", faults);
                Related(each, "target_ref", faults);
                break;
            case "sighting":
                Related(each, "sighting_of_ref", faults);
                break;
            default:
                break;
        }
    }

    private static void Location(JsonElement each, Faults faults)
    {
        var (north, east) = (Has(each, "latitude"), Has(each, "longitude"));
        Need(faults, north == east, north ? "longitude" : "latitude", "Latitude and longitude come together.");
        Need(faults, Has(each, "region") || Has(each, "country") || (north && east), "country", "A location has a region, a country, or latitude and longitude.");
        Need(faults, !Has(each, "precision") || (north && east), "precision", "A precision is one of latitude and longitude.");
        Need(faults, Within(each, "latitude", 90), "latitude", "A latitude is from -90 to 90.", "out-of-range");
        Need(faults, Within(each, "longitude", 180), "longitude", "A longitude is from -180 to 180.", "out-of-range");
    }

    private static void Address(JsonElement each, AddressFamily family, Faults faults) => Need(
        faults, Text(each, "value") is not { } text || StixFormats.IsAddress(text, family), "value",
        family == AddressFamily.InterNetwork ? "This is an IPv4 address, or a block of them in CIDR form." : "This is an IPv6 address, or a block of them in CIDR form.", "bad-address");

    private static void Related(JsonElement each, string name, Faults faults) => Need(
        faults, Text(each, name) is not { } id || StixFormats.TypeOfId(id) is not { } type || !NeverRelated.Contains(type), name,
        "This names a domain object or an observable.", "wrong-target");

    private static void Need(Faults faults, bool holds, string? member, string detail, string code = "bad-combination")
    {
        if (!holds)
        {
            faults.Add(member, code, detail);
        }
    }

    private static bool Has(JsonElement each, string name) => each.TryGetProperty(name, out _);

    private static string? Text(JsonElement each, string name) => each.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Instant(JsonElement each, string name) => Text(each, name) is { } text ? StixFormats.Timestamp(text) : null;

    private static bool Within(JsonElement each, string name, double most) =>
        !each.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number || (value.TryGetDouble(out var number) && Math.Abs(number) <= most);

    private static bool IsMac(string text) =>
        text.Length == 17 && text.Select((c, i) => i % 3 == 2 ? c == ':' : c is (>= '0' and <= '9') or (>= 'a' and <= 'f')).All(fits => fits);
}
