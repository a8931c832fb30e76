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
    public const string FormatUnknown = "metadata-format-unknown";
    public const string NotStrippable = "metadata-not-strippable";
    public const string Unreadable = "metadata-unreadable";
    public const string TooLargeToRead = "metadata-too-large";

    public const string ScannerAbsent = "scanner-absent";
    public const string ScannerUnreachable = "scanner-unreachable";
    public const string BagOutdated = "bag-outdated";

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
        new(Quarantined, 409, "Evidence quarantined", "The stored bytes were found damaged earlier; nothing is served.", "Once the file is restored from a backup, a custodian has it hashed again: POST …/restoration."),
        new(Erased, 410, "Evidence erased", "The bytes were erased by order of two people. Digest, description and custody stay.", "Read the item for the order and its reason."),
        new(ScannerAbsent, 409, "No scanner", "This instance scans nothing.", "Scan the item yourself; the operator can name a scanner in Registry:ClamAv."),
        new(ScannerUnreachable, 503, "Scanner unreachable", "The scanner gave no verdict; the item carries no new label.", "Try again later, or tell the operator."),
        new(BagOutdated, 409, "Bag outdated", "An item was erased or quarantined while the bag was being prepared.", "Ask again."),
        new(BulkSize, 422, "Bulk size", "A bulk submission has 1 to 100 items.", "Split the list."),
        new(FormatUnknown, 422, "Format unknown", "Metadata is understood in JPEG, PNG, WebP, TIFF, PDF, OOXML and OpenDocument files.", "Make the copy by hand and submit it with its original as parent."),
        new(NotStrippable, 422, "Not stripped", "The metadata of this file cannot be taken out safely; the answer says why.", "Make the copy by hand and submit it with its original as parent."),
        new(Unreadable, 422, "Unreadable file", "The file is broken, or unpacks to far more than such a file has.", "Make the copy by hand and submit it with its original as parent."),
        new(TooLargeToRead, 422, "Too large", "The registry itself reads items of at most 64 MiB.", "Make the copy by hand and submit it with its original as parent; split a structured document."),
        new("derivation-kind", 422, "Not made here", "The registry itself only takes metadata out.", "Submit the copy as an item with its original as parent."),
        new("description-missing", 422, "Description missing", "An item of evidence has a title and a description.", "Add them."),
        new("interest-missing", 422, "Interest missing", "The submitter declares an interest in the outcome; \"none\" is an answer.", "Add interestInOutcome."),
        new("parent-unknown", 422, "Original unknown", "A copy names an original of the same case (E3).", "Correct the id of the original."),
        new("not-the-holder", 403, "Not the holder", "Only the submitter or the present holder brings the bytes.", "Let one of them send the bytes."),
        new("payload-held-elsewhere", 409, "Held elsewhere", "The item was described as held elsewhere, so its bytes are neither taken nor released.", "Submit a new item, or write a gist."),
        new("payload-sealed", 409, "Payload sealed", "The original is sealed and never altered (E3).", "Submit a new item that names this one as its original."),
        new("payload-missing", 409, "Payload missing", "An item is accepted once its bytes are here.", "Send the bytes first."),
        new("custody-gap", 403, "Custody gap", "The giver of each custody event is the last holder (E2).", "Let the present holder record it; where they cannot act, a registrar or integrity officer orders a takeover (POST …/custody/takeover)."),
        new("custody-kind", 422, "Not recorded by the holder", "The holder records offers, copies, examinations and redactions; a transfer is the receiver's acceptance.", "Choose one of these."),
        new("custody-receiver", 422, "No receiver", "An offer names another person who may hold evidence of this case, an order a custodian; other links name nobody.", "Name the receiver in `to`, or leave it out."),
        new("custody-circumstances", 422, "Circumstances missing", "An offer says how the item is handed over, and why.", "Add method and purpose."),
        new("note-missing", 422, "Note missing", "A link of the chain of custody says in words what was done.", "Add the note."),
        new("offer-open", 409, "Offered already", "An item has one open offer at a time.", "Withdraw the open offer, or wait for its answer."),
        new("no-offer", 409, "No offer", "The item is not offered to anybody now.", "Let the holder offer it."),
        new("holder-can-act", 409, "Holder can act", "A takeover is for an item whose holder is recused, suspended, or without a role that may hold evidence.", "Let the holder offer the item."),
        new("not-the-receiver", 403, "Not the receiver", "Only the person to whom the item is offered accepts or declines.", "Let that person answer."),
        new("bad-seen-digest", 422, "Not a digest", "A SHA-256 is 64 lower-case hexadecimal digits.", "Compute it again."),
        new("seen-digest-differs", 409, "Other digest seen", "The digest seen is not the recorded one; the answer names both.", "Compute it again. If the copy is right, read the content: the registry checks its own bytes and quarantines them if they are damaged."),
        new("original-unsealed", 409, "Original without bytes", "A copy proves its original by the recorded digest, and this original has none (E3).", "Send the original's bytes first."),
        new("activity-missing", 422, "Activity missing", "A copy says with which tool, version and settings it was made, and by whom.", "Add activity to the parent."),
        new("activity-times", 422, "Times of the activity", "An activity starts before it ends, and has ended when its result is submitted.", "Correct the times."),
        new("label-unchanged", 409, "Label unchanged", "The item has this label already.", "Nothing is to be done."),
        new("other-unknown", 422, "Other item unknown", "A link names another item of the same case.", "Correct the id."),
        new("link-unchanged", 409, "Link unchanged", "The items are linked, or not linked, already.", "Nothing is to be done."),
        new("source-consent-missing", 409, "Consent missing", "Widening a TLP label needs the source's recorded consent (E6).", "Record the consent in sourceConsent."),
        new("wider-than-label", 409, "Wider than the label", "The TLP label does not allow this release (E6).", "Release less widely, or widen the label with the source's consent."),
        new("evidence-not-accepted", 409, "Not accepted", "Only accepted evidence is released.", "Accept the item first."),
        new("evidence-not-usable", 409, "Not usable", "The item is quarantined or erased.", "Use another item."),
        new("already-released", 409, "Released already", "The item is let out that far already; a release is not taken back.", "Nothing is to be done."),
        new("nothing-to-erase", 409, "Nothing to erase", "There are no bytes to erase.", "Nothing is to be done."),
        new("not-quarantined", 409, "Not quarantined", "Only the quarantine of an item can be lifted, and this item is not quarantined.", "Nothing is to be done."),
        new("still-damaged", 409, "Still damaged", "All stored bytes were read and do not have the recorded digest; the quarantine stays.", "Let the operator restore the file from another backup, then try again."),
        new("copies-remain", 409, "Full copies remain", "Full copies of the item would go on saying what is erased; the answer names them.", "Say includeCopies: true, so that they go in the same act; or erase the copies alone first."),
        new("erasure-changed", 409, "Erasure changed", "Copies were made or erased since the erasure was proposed, so the second person would confirm another list.", "Drop the pending act and propose the erasure again."),
        new("gist-missing", 422, "Gist missing", "A gist says the essence in words.", "Add the words."),
        new("withholding-reason", 422, "No reason code", "Withholding has a reason code.", "Add reasonCode."),
    ];
}
