using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>A frozen pool: its digest is in the log before its seed sources exist (V-05, V-06).</summary>
public sealed record Pool(
    PoolId Id, ImmutableArray<Candidate> Candidates, string Digest, ImmutableArray<string> Sources, DateTimeOffset FrozenAt)
{
    /// <summary>Until when each source speaks, and who stands in for it.</summary>
    public ImmutableArray<SeedSourcePlan> Plans { get; init; } = [];
}

public enum DeclarationKind
{
    None,
    Interest,
    Relationship,
    PriorPublicStatement,
}

/// <summary>
/// A member's public key for one case: SubjectPublicKeyInfo (P-256) in base64url, its id, and the signature of the member's
/// long-term key over it (V-70).
/// </summary>
public sealed record BallotKey(string Id, string Spki, string Signature, KeyId SigningKey);

/// <summary>A drawn member's answer: accepts or not, and declares conflicts (V-10, V-11).</summary>
public sealed record Declaration(
    bool Accepts, DeclarationKind Kind, Text? Statement, bool NamedAnActor, DateTimeOffset At, string TextDigest)
{
    /// <summary>ES256 of the member's long-term key over the declaration, base64url (V-11); null where a seat was given up without one.</summary>
    public string? Signature { get; init; }

    /// <summary>The key that made it.</summary>
    public KeyId? SigningKey { get; init; }
}

public sealed record Seat(PersonId Person, Region Region, int Order)
{
    public Declaration? Declaration { get; init; }

    public BallotKey? Key { get; init; }

    /// <summary>When the seat was offered: by the draw, or to a replacement. Terms of declaring and challenging start here.</summary>
    public DateTimeOffset OfferedAt { get; init; }

    public bool Removed { get; init; }

    public string? RemovedBecause { get; init; }

    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>The member whose seat this one fills, when it came from the alternates.</summary>
    public PersonId? Replaces { get; init; }

    /// <summary>Offered, and neither taken nor given up.</summary>
    public bool IsSilent => Declaration is null && !Removed;

    public bool Accepted => Declaration?.Accepts == true && Key is not null && !Removed;
}

/// <summary>The panel of a case: drawn, declared, with recusals and replacements on record.</summary>
public sealed record Panel(
    PanelId Id, PoolId Pool, ImmutableArray<string> SourceValues, string Seed, int Size, ImmutableArray<string> ExcludedStates, VoteMode Mode)
{
    public ImmutableList<Seat> Seats { get; init; } = [];

    public ImmutableList<PersonId> Alternates { get; init; } = [];

    public DateTimeOffset DrawnAt { get; init; }

    /// <summary>What the seed sources said, and when.</summary>
    public ImmutableArray<PublishedSource> Published { get; init; } = [];

    /// <summary>Candidates who were kept out of the draw for anything but their state.</summary>
    public ImmutableArray<string> KeptOut { get; init; } = [];

    public ImmutableList<Challenge> Challenges { get; init; } = [];

    public bool Drawn => Seats.Count > 0;

    /// <summary>Challenges that suspend the ballot windows. One to somebody who has left holds nothing up.</summary>
    public IEnumerable<Challenge> PendingChallenges => Challenges.Where(c => c.IsPending && SeatOf(c.Member) is { Removed: false });

    /// <summary>When the next seat falls to somebody else for want of a declaration (V-10); null when all have answered.</summary>
    public DateTimeOffset? NextLapse => Seats.Where(s => s.IsSilent).Select(s => (DateTimeOffset?)s.OfferedAt.AddDays(RuleSet.Default.Windows.AcceptanceDays)).Min();

    public IEnumerable<Seat> Sitting => Seats.Where(s => !s.Removed);

    /// <summary>The member of the first seat still sitting presides; the order is the draw's, so nobody chooses.</summary>
    public PersonId? Chair => Sitting.OrderBy(s => s.Order).FirstOrDefault()?.Person;

    public Seat? SeatOf(PersonId person) => Seats.LastOrDefault(s => s.Person == person);

    /// <summary>V-32: two thirds of the seats and at least seven members.</summary>
    public bool CanBeQuorate => Sitting.Count() is var seated && 3 * seated >= 2 * Size && seated >= RuleSet.Default.MinEligible;
}

/// <summary>A challenge to a member (V-14): decided by the others, and while it is open no round opens.</summary>
public sealed record Challenge(ChallengeId Id, PersonId Member, PersonId By, Text Ground, DateTimeOffset At)
{
    public ImmutableDictionary<PersonId, MotionVote> Votes { get; init; } = ImmutableDictionary<PersonId, MotionVote>.Empty;

    public MotionOutcome? Outcome { get; init; }

    public Text? Reasons { get; init; }

    /// <summary>What the appeals chamber said, if it was referred there.</summary>
    public ChamberRuling? Ruling { get; init; }

    /// <summary>It suspends the ballot windows as long as nobody has decided it: neither the panel nor, once referred, the chamber.</summary>
    public bool IsPending => Outcome is null || IsBeforeTheChamber;

    /// <summary>Referred, and not decided by the chamber yet.</summary>
    public bool IsBeforeTheChamber => Outcome == MotionOutcome.Referred && Ruling is null;
}
