namespace AttributionRegistry.Domain.Cases;

/// <summary>Who stands behind a key of a case: the person, and the signature of their long-term key under the statement that binds it.</summary>
/// <param name="Person">Whose key it is.</param>
/// <param name="SigningKey">Their long-term key.</param>
/// <param name="Signature">ES256 over the statement, base64url.</param>
public sealed record KeyVoucher(PersonId Person, KeyId SigningKey, string Signature);

/// <summary>A key with which a person signs what they do in this case.</summary>
/// <param name="Id">Made from the key.</param>
/// <param name="Spki">P-256 SubjectPublicKeyInfo, base64url.</param>
/// <param name="Voucher">Who stands behind it; the log commits to it.</param>
/// <param name="BoundAt">When.</param>
public sealed record CaseKey(string Id, string Spki, KeyVoucher Voucher, DateTimeOffset BoundAt);

public abstract partial record CaseCommand
{
    /// <summary>Binds a key to its holder in this case, so that their acts in it can be signed without naming them elsewhere.</summary>
    /// <param name="Key">The key's id; empty when the bytes are no key.</param>
    /// <param name="Spki">The key, base64url.</param>
    /// <param name="Voucher">Who stands behind it.</param>
    /// <param name="Vouched">Whether a registered long-term key of the caller has signed the statement.</param>
    /// <param name="Fresh">Whether the caller's account does not know the key: a long-term key would tie the case to all else that it signs.</param>
    public sealed record BindKey(string Key, string Spki, KeyVoucher Voucher, bool Vouched, bool Fresh) : CaseCommand
    {
        private static readonly IReadOnlyList<Role> WhoeverActs = [.. Enum.GetValues<Role>().Where(role => role is not (Role.Auditor or Role.Operator))];

        public override Duty Duty { get; } = new(WhoeverActs, Stages.All, WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            Key.Length == 0 ? Refusal.Invalid("case-key-invalid", "A key of a case is a P-256 SubjectPublicKeyInfo in base64url (ES256).", "/spki")
            : !Fresh || state.Keys.Any(k => k.Id == Key) || state.Panel?.Seats.Any(s => s.Key?.Spki == Spki) == true
                ? Refusal.Conflict("case-key-used", "This key is in use already; a key of a case is made for that case and for nothing else.", "/spki")
            : !Vouched ? Refusal.Invalid("case-key-invalid", "Binding a key of a case takes a signature of one of your registered signing keys.", "/signature")
            : new CaseEvent.KeyBound(Key, Spki, Voucher);
    }
}

public abstract partial record CaseEvent
{
    public sealed record KeyBound([property: Open] string Key, [property: Open] string Spki, KeyVoucher Voucher) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { Keys = state.Keys.Add(new CaseKey(Key, Spki, Voucher, recorded.At)) };
    }
}
