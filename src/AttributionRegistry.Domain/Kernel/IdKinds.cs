namespace AttributionRegistry.Domain;

/// <summary>Names a person with an account: <c>per_…</c>.</summary>
public readonly record struct PersonId(string Value) : ITypedId<PersonId>
{
    public static string Prefix => "per";

    public static PersonId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out PersonId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an incident and its case: <c>inc_…</c>.</summary>
public readonly record struct IncidentId(string Value) : ITypedId<IncidentId>
{
    public static string Prefix => "inc";

    public static IncidentId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out IncidentId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an item of evidence: <c>evd_…</c>.</summary>
public readonly record struct EvidenceId(string Value) : ITypedId<EvidenceId>
{
    public static string Prefix => "evd";

    public static EvidenceId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out EvidenceId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a hypothesis of one case: <c>hyp_…</c>.</summary>
public readonly record struct HypothesisId(string Value) : ITypedId<HypothesisId>
{
    public static string Prefix => "hyp";

    public static HypothesisId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out HypothesisId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an external attribution, denial or dispute: <c>clm_…</c>.</summary>
public readonly record struct ClaimId(string Value) : ITypedId<ClaimId>
{
    public static string Prefix => "clm";

    public static ClaimId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ClaimId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a frozen version of the assessment: <c>asm_…</c>.</summary>
public readonly record struct AssessmentId(string Value) : ITypedId<AssessmentId>
{
    public static string Prefix => "asm";

    public static AssessmentId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out AssessmentId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an external review: <c>rev_…</c>.</summary>
public readonly record struct ReviewId(string Value) : ITypedId<ReviewId>
{
    public static string Prefix => "rev";

    public static ReviewId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ReviewId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a frozen pool of candidates: <c>pol_…</c>.</summary>
public readonly record struct PoolId(string Value) : ITypedId<PoolId>
{
    public static string Prefix => "pol";

    public static PoolId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out PoolId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a panel of one case: <c>pnl_…</c>.</summary>
public readonly record struct PanelId(string Value) : ITypedId<PanelId>
{
    public static string Prefix => "pnl";

    public static PanelId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out PanelId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a challenge to a member: <c>chg_…</c>.</summary>
public readonly record struct ChallengeId(string Value) : ITypedId<ChallengeId>
{
    public static string Prefix => "chg";

    public static ChallengeId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ChallengeId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a voting round: <c>rnd_…</c>.</summary>
public readonly record struct RoundId(string Value) : ITypedId<RoundId>
{
    public static string Prefix => "rnd";

    public static RoundId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out RoundId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a service of documents on a party: <c>svc_…</c>.</summary>
public readonly record struct ServiceId(string Value) : ITypedId<ServiceId>
{
    public static string Prefix => "svc";

    public static ServiceId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ServiceId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a reply of a party: <c>rpl_…</c>.</summary>
public readonly record struct ReplyId(string Value) : ITypedId<ReplyId>
{
    public static string Prefix => "rpl";

    public static ReplyId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ReplyId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a finding: <c>fnd_…</c>.</summary>
public readonly record struct FindingId(string Value) : ITypedId<FindingId>
{
    public static string Prefix => "fnd";

    public static FindingId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out FindingId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a petition for reconsideration: <c>ptn_…</c>.</summary>
public readonly record struct PetitionId(string Value) : ITypedId<PetitionId>
{
    public static string Prefix => "ptn";

    public static PetitionId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out PetitionId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a third-party objection: <c>obj_…</c>.</summary>
public readonly record struct ObjectionId(string Value) : ITypedId<ObjectionId>
{
    public static string Prefix => "obj";

    public static ObjectionId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ObjectionId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an actor: cluster, organisation, person or territory: <c>act_…</c>.</summary>
public readonly record struct ActorId(string Value) : ITypedId<ActorId>
{
    public static string Prefix => "act";

    public static ActorId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ActorId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an API key: <c>key_…</c>.</summary>
public readonly record struct KeyId(string Value) : ITypedId<KeyId>
{
    public static string Prefix => "key";

    public static KeyId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out KeyId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a separate opinion: <c>opn_…</c>.</summary>
public readonly record struct OpinionId(string Value) : ITypedId<OpinionId>
{
    public static string Prefix => "opn";

    public static OpinionId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out OpinionId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an unfinished upload: <c>upl_…</c>.</summary>
public readonly record struct UploadId(string Value) : ITypedId<UploadId>
{
    public static string Prefix => "upl";

    public static UploadId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out UploadId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a procedural motion: <c>mtn_…</c>.</summary>
public readonly record struct MotionId(string Value) : ITypedId<MotionId>
{
    public static string Prefix => "mtn";

    public static MotionId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out MotionId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names an appeal against a published finding: <c>apl_…</c>.</summary>
public readonly record struct AppealId(string Value) : ITypedId<AppealId>
{
    public static string Prefix => "apl";

    public static AppealId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out AppealId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names the appeals chamber of one case: <c>chb_…</c>.</summary>
public readonly record struct ChamberId(string Value) : ITypedId<ChamberId>
{
    public static string Prefix => "chb";

    public static ChamberId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out ChamberId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a request to open the mapping of ballot keys: <c>mpo_…</c>.</summary>
public readonly record struct MappingOrderId(string Value) : ITypedId<MappingOrderId>
{
    public static string Prefix => "mpo";

    public static MappingOrderId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out MappingOrderId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a statement of an invited specialist: <c>sta_…</c>.</summary>
public readonly record struct StatementId(string Value) : ITypedId<StatementId>
{
    public static string Prefix => "sta";

    public static StatementId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out StatementId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Names a subscription to changes: <c>whk_…</c>.</summary>
public readonly record struct WebhookId(string Value) : ITypedId<WebhookId>
{
    public static string Prefix => "whk";

    public static WebhookId Of(string value) => new(value);

    public static bool TryParse(string? text, IFormatProvider? provider, out WebhookId id) => TypedId.TryParse(text, out id);

    public override string ToString() => Value;
}
