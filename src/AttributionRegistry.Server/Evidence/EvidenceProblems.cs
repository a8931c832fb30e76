using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The codes of evidence and its bytes.</summary>
public static class EvidenceProblems
{
    public const string BadDigest = "bad-digest";
    public const string DigestMismatch = "digest-mismatch";
    public const string UploadCutShort = "upload-cut-short";
    public const string PartialUpload = "partial-upload";
    public const string InsufficientStorage = "insufficient-storage";
    public const string Damaged = "evidence-damaged";
    public const string Quarantined = "evidence-quarantined";
    public const string Erased = "evidence-erased";
    public const string BulkSize = "bulk-size";
    public const string CaseFull = "case-full";
    public const string OpenUploadsUsedUp = "open-uploads-used-up";

    public static IReadOnlyList<ProblemEntry> All { get; } =
    [
        new(BadDigest, 400, "Bad digest", "Content-Digest or Repr-Digest cannot be read, or names no SHA-256.", "Send sha-256=:base64 of the 32 bytes: (RFC 9530), or no such header."),
        new(DigestMismatch, 422, "Digest mismatch", "The bytes that arrived do not have the declared digest. Nothing was kept.", "Compute the digest again and send the bytes again."),
        new(UploadCutShort, 400, "Upload cut short", "The body ended before its announced length. Nothing was kept.", "Send the whole file again, or through /v1/uploads, where a cut loses nothing."),
        new(PartialUpload, 400, "Partial upload", "Content-Range is not taken: the bytes of an item come whole.", "Send the whole file without Content-Range."),
        new(InsufficientStorage, 507, "No room", "The disk of the evidence store is full. Nothing was kept.", "Tell the operator; send the file again when there is room."),
        new(CaseFull, 413, "Case full", "The policy limits how many bytes the items of a case have together, with the uploads begun for it. Nothing was kept.", "Leave out what the case does not need, or ask an operator to raise maxCaseBytes in the policy."),
        new(OpenUploadsUsedUp, 429, "Open uploads used up", "You have begun as many uploads, or announced as many bytes, as the policy allows a person to leave unfinished.", "Finish or delete some of them (GET /v1/uploads), or wait as many seconds as Retry-After says until the oldest expires."),
        new(Damaged, 409, "Evidence damaged", "The stored bytes no longer have the recorded digest. The item is quarantined and nothing was served.", "Tell the custodian; the operator restores the file from a backup."),
        new(Quarantined, 409, "Evidence quarantined", "The stored bytes were found damaged earlier; nothing is served.", "Tell the custodian."),
        new(Erased, 410, "Evidence erased", "The bytes were erased by order of two people. Digest, description and custody stay.", "Read the item for the order and its reason."),
        new(BulkSize, 422, "Bulk size", "A bulk submission has 1 to 100 items.", "Split the list."),
        new("description-missing", 422, "Description missing", "An item of evidence has a title and a description.", "Add them."),
        new("interest-missing", 422, "Interest missing", "The submitter declares an interest in the outcome; \"none\" is an answer.", "Add interestInOutcome."),
        new("parent-unknown", 422, "Original unknown", "A copy names an original of the same case (E3).", "Correct the id of the original."),
        new("not-the-holder", 403, "Not the holder", "Only the submitter or the present holder brings the bytes.", "Let one of them send the bytes."),
        new("payload-held-elsewhere", 409, "Held elsewhere", "The item was described as held elsewhere, so its bytes are neither taken nor released.", "Submit a new item, or write a gist."),
        new("payload-sealed", 409, "Payload sealed", "The original is sealed and never altered (E3).", "Submit a new item that names this one as its original."),
        new("payload-missing", 409, "Payload missing", "An item is accepted once its bytes are here.", "Send the bytes first."),
        new("custody-gap", 403, "Custody gap", "The giver of each custody event is the last holder (E2).", "Let the present holder record it."),
        new("custody-kind", 422, "Not recorded by hand", "Only transfers, copies, examinations and redactions are recorded by hand.", "Choose one of these."),
        new("custody-receiver", 422, "No receiver", "A transfer names another person, who works on this case.", "Name the receiver in `to`."),
        new("source-consent-missing", 409, "Consent missing", "Widening a TLP label needs the source's recorded consent (E6).", "Record the consent in sourceConsent."),
        new("wider-than-label", 409, "Wider than the label", "The TLP label does not allow this release (E6).", "Release less widely, or widen the label with the source's consent."),
        new("evidence-not-accepted", 409, "Not accepted", "Only accepted evidence is released.", "Accept the item first."),
        new("evidence-not-usable", 409, "Not usable", "The item is quarantined or erased.", "Use another item."),
        new("already-released", 409, "Released already", "The item is let out that far already; a release is not taken back.", "Nothing is to be done."),
        new("nothing-to-erase", 409, "Nothing to erase", "There are no bytes to erase.", "Nothing is to be done."),
        new("gist-missing", 422, "Gist missing", "A gist says the essence in words.", "Add the words."),
        new("withholding-reason", 422, "No reason code", "Withholding has a reason code.", "Add reasonCode."),
    ];
}
