using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Http;

/// <summary>One fault as the server's problem document names it.</summary>
public sealed record ProblemFault(string Pointer, string Code, string Detail);

/// <summary>The server understood and said no: status, stable code, and the places at fault.</summary>
public sealed class RegistryRefusedException(int status, string code, string detail, IReadOnlyList<ProblemFault> faults)
    : Exception(Sentence(status, code, detail, faults))
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public IReadOnlyList<ProblemFault> Faults { get; } = faults;

    /// <summary>The first place at fault, or null when the refusal names none.</summary>
    public string? Pointer => Faults.Count > 0 ? Faults[0].Pointer : null;

    /// <summary>Reads application/problem+json; what is not that is told by its status.</summary>
    public static RegistryRefusedException From(int status, string body)
    {
        try
        {
            if (JsonNode.Parse(body) is JsonObject problem)
            {
                return new RegistryRefusedException(
                    status, (string?)problem["code"] ?? $"http-{status}", (string?)problem["detail"] ?? (string?)problem["title"] ?? "The server gave no reason.",
                    [.. (problem["errors"] as JsonArray ?? []).OfType<JsonObject>().Select(each =>
                        new ProblemFault((string?)each["pointer"] ?? "", (string?)each["code"] ?? "", (string?)each["detail"] ?? ""))]);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // A proxy in between answers in its own words.
        }

        return new RegistryRefusedException(status, $"http-{status}", "The answer is no problem document; is this the registry's address?", []);
    }

    private static string Sentence(int status, string code, string detail, IReadOnlyList<ProblemFault> faults)
    {
        var places = string.Join("; ", faults.Select(fault =>
            fault.Detail.Length == 0 || fault.Detail == detail ? $"at {Place(fault)}" : $"at {Place(fault)}: {fault.Detail}"));
        return $"{code} ({status}): {detail}{(places.Length == 0 ? "" : $" [{places}]")}";
    }

    private static string Place(ProblemFault fault) => fault.Pointer.Length == 0 ? "the whole body" : fault.Pointer;
}

/// <summary>The server could not be reached, or never had time.</summary>
public sealed class RegistryUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
