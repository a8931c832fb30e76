using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>
/// The policy of the instance: what proposals for such a body differ on. Versioned and logged; every field has a safe default.
/// Periods are whole seconds, so that the document stays an integer-only canonical JSON.
/// </summary>
public sealed record Policy
{
    public const long Day = 86_400;

    private const long Gibibyte = 1L << 30;

    public int Version { get; init; } = 1;

    /// <summary>True only in a demo instance: every finding then says that it is an exercise, the finding of no body.</summary>
    public bool Exercise { get; init; }

    /// <summary>How long named parties may reply after the last recorded service (L6). Default 60 days.</summary>
    public long ReplyPeriodSeconds { get; init; } = 60 * Day;

    /// <summary>The reply period of an expedited case. Never under 7 days outside an exercise.</summary>
    public long ExpeditedReplyPeriodSeconds { get; init; } = 7 * Day;

    /// <summary>How long before publication the advance copy must have been served. Default 24 hours.</summary>
    public long AdvanceCopySeconds { get; init; } = Day;

    /// <summary>Interest declarations older than this do not open a case. Default 365 days.</summary>
    public long DeclarationValiditySeconds { get; init; } = 365 * Day;

    public int MinHypotheses { get; init; } = 3;

    public int MinExternalReviewers { get; init; } = 2;

    public int StatementMaxWords { get; init; } = 200;

    /// <summary>Commit window of a round. Default 7 days (V-47).</summary>
    public long CommitWindowSeconds { get; init; } = 7 * Day;

    /// <summary>Reveal window of a round. Default 3 days (V-47).</summary>
    public long RevealWindowSeconds { get; init; } = 3 * Day;

    /// <summary>Whether a binding round follows an indicative one, whose result only informs the panel (V-44). Default true.</summary>
    public bool IndicativeRoundFirst { get; init; } = true;

    /// <summary>How long the panel deliberates between the indicative and the binding round. Default 7 days (V-45).</summary>
    public long DeliberationSeconds { get; init; } = 7 * Day;

    /// <summary>Levels of a question whose rounds put every ballot in escrow with five scrutineers (V-56). Default: state.</summary>
    public ImmutableArray<Level> EscrowLevels { get; init; } = [Level.State];

    /// <summary>How long after the reveal window scrutineers may open what members did not. Default 7 days.</summary>
    public long EscrowWindowSeconds { get; init; } = 7 * Day;

    /// <summary>
    /// How many sealed entries the log shows for each seat while a round's ballots are committed, acts and cover together, so that their
    /// number does not tell the turnout (V-58). Default 5, of which two are for acts. Not under 5 outside an exercise.
    /// </summary>
    public int CoverSealsPerSeat { get; init; } = 5;

    /// <summary>The published selection criteria that are scored when a case is opened.</summary>
    public ImmutableArray<string> SelectionCriteria { get; init; } = ["severity", "evidenceAccess", "publicInterest", "mandate"];

    /// <summary>How votes are published: members by name, or ballots under ballot keys (V-71).</summary>
    public VoteMode VoteMode { get; init; } = VoteMode.RollCall;

    /// <summary>Who may refer an incident.</summary>
    public ImmutableArray<Role> MayRefer { get; init; } = [Role.Referrer, Role.Victim, Role.Analyst];

    /// <summary>The languages in which every statement must be published. Default English.</summary>
    public ImmutableArray<string> RequiredLanguages { get; init; } = ["en"];

    /// <summary>Whether natural persons may be named in findings (P8); else they appear by role.</summary>
    public bool NameIndividuals { get; init; }

    /// <summary>
    /// Whether acts that carry the record need the acting person's own signature: submitting evidence, recusal, what takes two people, a version
    /// of the finding, erasure. Default: they may carry one.
    /// </summary>
    public AuthorSignatures AuthorSignatures { get; init; }

    public ImmutableArray<FundingSource> Funding { get; init; } = [];

    /// <summary>The most bytes of one item of evidence. A lower setting of the server holds too. Default 8 GiB.</summary>
    public long MaxItemBytes { get; init; } = 8 * Gibibyte;

    /// <summary>The most bytes that the items of one case may have together, with the uploads begun for it. Default 100 GiB.</summary>
    public long MaxCaseBytes { get; init; } = 100 * Gibibyte;

    /// <summary>The most bytes that one person may have announced in unfinished uploads. Default 50 GiB.</summary>
    public long MaxOpenUploadBytes { get; init; } = 50 * Gibibyte;

    /// <summary>How many unfinished uploads one person may have. Default 20.</summary>
    public int MaxOpenUploads { get; init; } = 20;

    /// <summary>How long an unfinished upload is kept after its last bytes. Default 7 days.</summary>
    public long UploadLifeSeconds { get; init; } = 7 * Day;

    /// <summary>The faults of a policy, or none.</summary>
    public IEnumerable<Refusal> Faults()
    {
        foreach (var (limit, pointer) in new[]
        {
            (MaxItemBytes, "/maxItemBytes"), (MaxCaseBytes, "/maxCaseBytes"), (MaxOpenUploadBytes, "/maxOpenUploadBytes"), (MaxOpenUploads, "/maxOpenUploads"),
        })
        {
            if (limit < 1)
            {
                yield return Refusal.Invalid("policy-unsafe", "A limit of evidence is at least 1.", pointer);
            }
        }

        if (UploadLifeSeconds is < Day / 24 or > 90 * Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "An unfinished upload is kept for one hour to 90 days.", "/uploadLifeSeconds");
        }

        if (CoverSealsPerSeat is < 0 or > 20 || (CoverSealsPerSeat < 5 && !Exercise))
        {
            yield return Refusal.Invalid("policy-unsafe", "A round shows 5 to 20 sealed entries for each seat; fewer only in an exercise (V-58).", "/coverSealsPerSeat");
        }

        if (Exercise)
        {
            yield break;
        }

        if (ReplyPeriodSeconds < 7 * Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "The reply period is at least 7 days.", "/replyPeriodSeconds");
        }

        if (ExpeditedReplyPeriodSeconds < 7 * Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "An expedited reply period is at least 7 days.", "/expeditedReplyPeriodSeconds");
        }

        if (CommitWindowSeconds < Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "A commit window is at least one day.", "/commitWindowSeconds");
        }

        if (RevealWindowSeconds < Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "A reveal window is at least one day.", "/revealWindowSeconds");
        }

        if (DeliberationSeconds < 7 * Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "The panel deliberates at least 7 days between its rounds (V-45).", "/deliberationSeconds");
        }

        if (EscrowWindowSeconds < Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "Scrutineers have at least one day to open ballots out of escrow (V-56).", "/escrowWindowSeconds");
        }

        if (AdvanceCopySeconds is < Day or > 3 * Day)
        {
            yield return Refusal.Invalid("policy-unsafe", "The advance copy is served 24 to 72 hours ahead.", "/advanceCopySeconds");
        }

        if (MinHypotheses < 3)
        {
            yield return Refusal.Invalid("policy-unsafe", "An assessment weighs at least three hypotheses.", "/minHypotheses");
        }

        if (MinExternalReviewers < 2)
        {
            yield return Refusal.Invalid("policy-unsafe", "An assessment has at least two external reviewers.", "/minExternalReviewers");
        }

        if (StatementMaxWords is < 50 or > 200)
        {
            yield return Refusal.Invalid("policy-unsafe", "A plain statement has at most 200 words, and the limit is not under 50.", "/statementMaxWords");
        }
    }
}

/// <summary>How the members' ballots are published.</summary>
public enum VoteMode
{
    RollCall,
    Pseudonymous,
}

/// <summary>Whether people sign what they do.</summary>
public enum AuthorSignatures
{
    Optional,
    Required,
}

/// <summary>One line of the funding ledger.</summary>
public sealed record FundingSource(string Name, string Kind, string Period, string? Share = null);
