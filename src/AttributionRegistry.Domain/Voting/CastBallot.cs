using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>Where a member of the panel stands when the votes are counted.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Standing>))]
public enum Standing
{
    Seated,

    /// <summary>Drawn in reserve, never seated.</summary>
    Alternate,

    /// <summary>Left the seat before commit opened and was not replaced.</summary>
    Recused,

    /// <summary>Out of the denominator; a sealed ballot is ignored (V-18).</summary>
    RemovedBeforeReveal,

    /// <summary>Stays in the denominator, the ballot is void (V-18).</summary>
    RemovedAfterReveal,
}

/// <summary>A person on the panel's list.</summary>
public sealed record PanelMember(string Id, Region Region, Standing Standing);

/// <summary>The panel as published: its number of seats, and everybody who holds, held or was to hold one.</summary>
public sealed record Panel(int Size, IReadOnlyList<PanelMember> Members)
{
    /// <summary>E: seated members and those removed after reveal opened (V-30).</summary>
    [JsonIgnore]
    public int Eligible => Members.Count(IsCounted);

    /// <summary>Whether a member is part of the denominator.</summary>
    public static bool IsCounted(PanelMember member) => member.Standing is Standing.Seated or Standing.RemovedAfterReveal;

    /// <summary>What a removal at an instant makes of a member (V-18).</summary>
    public static Standing RemovedAt(long instant, Window reveal) =>
        instant < reveal.Open ? Standing.RemovedBeforeReveal : Standing.RemovedAfterReveal;
}

/// <summary>
/// One envelope of the record with its opening, if there is one. Instants are whole numbers of any one unit.
/// Whether signature and opening verify was settled before the count; the tally only believes the record.
/// </summary>
/// <param name="Member">Who signed it.</param>
/// <param name="CaseId">The case that the envelope names.</param>
/// <param name="Round">The round that the envelope names.</param>
/// <param name="Revision">1 for the first envelope of a member, then one more each time.</param>
/// <param name="Digest">Digest of the envelope.</param>
/// <param name="CommitAt">When the server received the envelope.</param>
/// <param name="RevealAt">When the server received the opening; null when never.</param>
/// <param name="Answers">Per question, what the opened ballot says.</param>
public sealed record CastBallot(
    string Member,
    string CaseId,
    int Round,
    long Revision,
    string Digest,
    long CommitAt,
    long? RevealAt,
    IReadOnlyDictionary<string, Answer> Answers)
{
    /// <summary>Whether the member's ballot key signed the envelope.</summary>
    public bool SignatureValid { get; init; } = true;

    /// <summary>Whether the opening reproduces the commitment byte for byte (V-53).</summary>
    public bool Opens { get; init; } = true;

    /// <summary>The envelope that this one says it follows; null where the record does not carry links.</summary>
    public ChainLink? Link { get; init; }
}

/// <summary>Digest of the envelope before, null in the first of a chain (V-51).</summary>
public sealed record ChainLink(string? Previous);

/// <summary>Why an envelope is no part of the count.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Rejection>))]
public enum Rejection
{
    NotAMember,
    NotEligible,
    WrongCaseOrRound,
    BadSignature,

    /// <summary>Not received inside the commit window (V-47).</summary>
    Late,

    /// <summary>Not the next revision, or not linked to the last envelope (V-51).</summary>
    OutOfSequence,
}
