using AttributionRegistry.Domain;

namespace AttributionRegistry.Cli.Cases;

/// <summary>Ids for a matrix that is evaluated here before the registry has given any: the nth is always the same.</summary>
internal static class LocalIds
{
    public static HypothesisId Hypothesis(int index) => TypedId.From<HypothesisId>(At(index));

    public static EvidenceId Evidence(int index) => TypedId.From<EvidenceId>(At(index));

    // Shaped like a UUIDv7 of the first instant of Unix time.
    private static Guid At(int index) => new(0, 0, 0x7000, 0x80, 0, 0, 0, (byte)(index >> 24), (byte)(index >> 16), (byte)(index >> 8), (byte)index);
}
