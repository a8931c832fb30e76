using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>The codes with which drafts and signatures of authors are refused.</summary>
public static class SigningProblems
{
    public const string DraftExpired = "draft-expired";
    public const string DraftMismatch = "draft-mismatch";
    public const string DraftOutdated = "draft-outdated";
    public const string HeaderMalformed = "signature-header-malformed";
    public const string KeyUnknown = "author-key-unknown";
    public const string NothingToSign = "nothing-to-sign";
    public const string NotSignable = "not-signable";
    public const string SignatureInvalid = "author-signature-invalid";
    public const string SignatureRequired = "author-signature-required";

    private const string Again = "Ask for a draft again (Registry-Draft: ?1), look at it, and sign that.";

    internal static IReadOnlyList<ProblemEntry> Entries { get; } =
    [
        new(KeyUnknown, 422, "Author key unknown", "The key is not the one with which you sign here now: in a case the key that you bound in it last, elsewhere a signing key of your account that is not retired.", "Bind a key in the case (POST /v1/incidents/{id}/keys), or name the right one."),
        new(SignatureInvalid, 422, "Author signature invalid", "A signature is not one of this key over the message of the draft, or there is not one for each entry in order.", "Sign each message of the draft (ES256, 64 bytes) and send the signatures in the draft's order."),
        new(SignatureRequired, 403, "Author signature required", "The policy demands that whoever does this signs it.", "Ask for a draft (Registry-Draft: ?1), sign what it shows, and send the request again with draft and signatures; bytes of evidence come as an upload first."),
        new(DraftExpired, 409, "Draft expired", "A draft is good for five minutes.", Again),
        new(DraftMismatch, 422, "Draft mismatch", "The draft was given to somebody else, for another request, or by another instance.", "Repeat the request of the draft byte for byte, with its If-Match, and name its draft."),
        new(DraftOutdated, 409, "Draft outdated", "What would be recorded now is no longer what the draft showed: the record has moved on.", Again),
        new(NotSignable, 400, "Not signable", "This operation takes no drafts and no signatures.", "Send the request without Registry-Draft and Registry-Signature; bytes of evidence are signed for when an upload is named in the submission."),
        new(NothingToSign, 422, "Nothing to sign", "The act makes no entry that its author could sign: it changes nothing, or carries its own signature.", "Send the request without Registry-Draft."),
        new(HeaderMalformed, 400, "Signature header malformed", "Registry-Draft or Registry-Signature is not the structured field that it should be (RFC 8941).", "Compare with the format page on entries."),
    ];
}
