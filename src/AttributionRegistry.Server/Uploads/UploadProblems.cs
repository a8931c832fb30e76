using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Uploads;

/// <summary>The codes of resumable uploads.</summary>
public static class UploadProblems
{
    public const string TusVersion = "tus-version";
    public const string BadLength = "bad-upload-length";
    public const string BadOffset = "bad-upload-offset";
    public const string BadMetadata = "bad-upload-metadata";
    public const string BadChecksum = "bad-upload-checksum";
    public const string ChecksumMismatch = "upload-checksum-mismatch";
    public const string OtherOffset = "upload-offset-mismatch";
    public const string Interrupted = "upload-interrupted";
    public const string TooLong = "upload-too-long";
    public const string TooManyParts = "upload-too-many-parts";
    public const string IncidentUnknown = "upload-incident-unknown";
    public const string Unknown = "upload-unknown";
    public const string OfAnotherCase = "upload-of-another-case";
    public const string Incomplete = "upload-incomplete";
    public const string Damaged = "upload-damaged";
    public const string Missing = "upload-missing";

    public static IReadOnlyList<ProblemEntry> All { get; } =
    [
        new(TusVersion, 412, "Another tus version", "Uploads follow version 1.0.0 of the tus protocol; the request names another, or none.", "Send Tus-Resumable: 1.0.0, or use a tus client."),
        new(BadLength, 400, "Bad Upload-Length", "An upload is begun with its length in bytes. A length that comes later (Upload-Defer-Length) is not taken: limits are checked before bytes.", "Send Upload-Length with the number of bytes."),
        new(BadOffset, 400, "Bad Upload-Offset", "A piece says at which byte it begins.", "Send Upload-Offset with the number that HEAD answered."),
        new(BadMetadata, 400, "Bad Upload-Metadata", "The header is not a list of names with base64 values, or a value that means something here (incident, sha256) cannot be read.", "Correct the header."),
        new(BadChecksum, 400, "Bad Upload-Checksum", "The header is not an algorithm that OPTIONS lists, a space, and the digest in base64.", "Use sha256, or leave the header out."),
        new(ChecksumMismatch, 460, "Checksum mismatch", "The piece does not have the declared checksum. It was thrown away; what was there before is kept.", "Send the piece again."),
        new(OtherOffset, 409, "Another offset", "The upload stands at another byte than the piece begins with. Upload-Offset of this answer says where.", "Go on from there."),
        new(Interrupted, 409, "Piece interrupted", "The piece ended before its announced end, or a newer request for the same upload took its place. What had arrived is kept.", "Ask with HEAD where the upload stands, and go on from there."),
        new(TooLong, 413, "Longer than announced", "The piece has more bytes than the upload has left.", "Begin a new upload with the right length."),
        new(TooManyParts, 409, "Too many pieces", "The upload has come in so many small pieces that no more are taken.", "Begin it anew and send larger pieces."),
        new(IncidentUnknown, 422, "Incident unknown", "The metadata names an incident to which you do not bring evidence.", "Correct the id of the incident, or leave it out."),
        new(Unknown, 422, "Upload unknown", "You have no unfinished upload with this id. It has expired, was used before, or is another person's.", "List your uploads, or begin a new one."),
        new(OfAnotherCase, 422, "Of another case", "The upload was begun for another incident.", "Submit it there, or begin a new upload."),
        new(Incomplete, 409, "Upload incomplete", "Not all bytes of the upload are here.", "Send the rest first."),
        new(Damaged, 409, "Upload damaged", "Bytes of the unfinished upload are no longer what was received. Nothing was recorded.", "Delete the upload and send the file again; tell the operator."),
        new(Missing, 422, "No upload named", "A digest is compared with the bytes of an upload, and none is named.", "Name the upload, or leave sha256 out."),
    ];
}
