using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Observables;
using AttributionRegistry.Domain.Stix;
using AttributionRegistry.Domain.Structured;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence.Observables;

/// <summary>What one reading of a structured item gave: the report for the record, and the observables for the index and the reader.</summary>
public sealed record StructuredReading(ObservableReport Report, IReadOnlyList<CountedObservable> Observables)
{
    /// <summary>Reads the bytes of an item; the problem names each fault by its JSON Pointer.</summary>
    public static (StructuredReading? Reading, ProblemHttpResult? Problem) Of(StructuredFormat format, ReadOnlyMemory<byte> bytes)
    {
        var (document, fault) = StructuredJson.Parse(bytes);
        if (document is null)
        {
            return (null, Problem([fault!]));
        }

        using (document)
        {
            var (contents, found, faults) = format == StructuredFormat.Misp ? MispEvent.Read(document.RootElement) : Stix(document.RootElement);
            return contents is null ? (null, Problem(faults)) : (Of(format, contents, found!), null);
        }
    }

    private static (StixContents? Contents, ObservableSet? Found, IReadOnlyList<StructuredFault> Faults) Stix(System.Text.Json.JsonElement bundle)
    {
        var (contents, faults) = StixValidator.Check(bundle);
        return (contents, contents is null ? null : StixObservables.Of(bundle), faults);
    }

    private static StructuredReading Of(StructuredFormat format, StixContents contents, ObservableSet found)
    {
        var sorted = found.Sorted();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var each in sorted)
        {
            digest.AppendData(Encoding.UTF8.GetBytes($"{EnumNames.Of(each.Kind)}\t{each.Value}\t{each.Matches}\n"));
        }

        var report = new ObservableReport(
            format, Largest(contents.Counts), contents.UnknownObjects, contents.UnknownProperties, sorted.Count, found.Ignored, found.Truncated,
            Convert.ToHexStringLower(digest.GetHashAndReset()));
        return new StructuredReading(report, sorted);
    }

    // Types of one's own can be many: the record names the largest groups and adds up the rest.
    private static System.Collections.Immutable.ImmutableArray<ObjectCount> Largest(IReadOnlyList<ObjectCount> counts)
    {
        const int Most = 100;
        return counts.Count <= Most
            ? [.. counts]
            : [.. counts.OrderByDescending(c => c.Count).Take(Most - 1).OrderBy(c => c.Type, StringComparer.Ordinal), new ObjectCount("others", counts.Sum(c => c.Count) - counts.OrderByDescending(c => c.Count).Take(Most - 1).Sum(c => c.Count))];
    }

    private static ProblemHttpResult Problem(IReadOnlyList<StructuredFault> faults)
    {
        var code = faults is [{ Code: StixValidator.VersionCode }] ? ObservableProblems.StixVersion : ObservableProblems.Invalid;
        var detail = code == ObservableProblems.StixVersion
            ? $"{faults[0].Detail} Only STIX 2.1 is read; the item itself is kept as it came."
            : $"The document is not valid; here are its first {faults.Count} faults. The item itself is kept as it came.";
        return Problems.Of(StatusCodes.Status422UnprocessableEntity, code, detail, [.. faults.Select(f => new ProblemError(f.Pointer, f.Code, f.Detail))]);
    }
}

internal static class EnumNames
{
    /// <summary>The name of a kind as it is on the wire.</summary>
    internal static string Of(ObservableKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
