namespace AttributionRegistry.Server.Http;

/// <summary>The codes that the conventions of the API use, whatever the feature.</summary>
public static class ProblemCodes
{
    public const string BadRequest = "bad-request";
    public const string MalformedJson = "malformed-json";
    public const string UnknownMember = "unknown-member";
    public const string MissingMember = "missing-member";
    public const string DuplicateMember = "duplicate-member";
    public const string WrongType = "wrong-type";
    public const string BadText = "bad-text";
    public const string BodyRequired = "body-required";
    public const string BodyNotExpected = "body-not-expected";
    public const string UnknownParameter = "unknown-parameter";
    public const string DuplicateParameter = "duplicate-parameter";
    public const string MissingParameter = "missing-parameter";
    public const string BadCursor = "bad-cursor";
    public const string BadETag = "bad-etag";
    public const string BadIdempotencyKey = "bad-idempotency-key";
    public const string IdempotencyKeyReused = "idempotency-key-reused";
    public const string CredentialsMissing = "credentials-missing";
    public const string CredentialsInvalid = "credentials-invalid";
    public const string RoleMissing = "role-missing";
    public const string NotFound = "not-found";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string NotAcceptable = "not-acceptable";
    public const string RequestTimeout = "request-timeout";
    public const string PreconditionFailed = "precondition-failed";
    public const string PayloadTooLarge = "payload-too-large";
    public const string UnsupportedMediaType = "unsupported-media-type";
    public const string UnsupportedCharset = "unsupported-charset";
    public const string UnsupportedEncoding = "unsupported-encoding";
    public const string PreconditionRequired = "precondition-required";
    public const string TooManyRequests = "too-many-requests";
    public const string InternalError = "internal-error";
    public const string Unavailable = "unavailable";

    /// <summary>The code of a status that the framework set without saying why.</summary>
    public static string ForStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => CredentialsMissing,
        StatusCodes.Status403Forbidden => RoleMissing,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status406NotAcceptable => NotAcceptable,
        StatusCodes.Status408RequestTimeout => RequestTimeout,
        StatusCodes.Status412PreconditionFailed => PreconditionFailed,
        StatusCodes.Status413PayloadTooLarge => PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status428PreconditionRequired => PreconditionRequired,
        StatusCodes.Status429TooManyRequests => TooManyRequests,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => InternalError,
        _ => BadRequest,
    };

    internal static readonly ProblemSet Conventions = new(
    [
        new(BadRequest, 400, "Bad request", "The request breaks a rule of HTTP or of this API.", "Compare the request with /openapi/v1.json."),
        new(MalformedJson, 400, "Malformed JSON", "The body is not one JSON value in UTF-8, without byte order mark, at most 32 levels deep.", "Check the body with a JSON parser; the pointer says how far it could be read."),
        new(UnknownMember, 400, "Unknown member", "The body has a member that this operation does not know. Nothing is ignored silently.", "Remove the member, or correct its spelling: names are case-sensitive."),
        new(MissingMember, 400, "Missing member", "The body lacks a member that this operation needs.", "Add the member that the pointer names."),
        new(DuplicateMember, 400, "Duplicate member", "The body has the same member twice, so that two readers could see two different things.", "Send each member once."),
        new(WrongType, 400, "Wrong type", "A value has another type or form than the operation expects.", "Compare the value at the pointer with the schema in /openapi/v1.json."),
        new(BadText, 400, "Unusable text", "A text has the character U+0000, half of a surrogate pair, or bytes that are not UTF-8.", "Remove the character."),
        new(BodyRequired, 400, "Body required", "The operation needs a JSON body and got none.", "Send a body with Content-Type: application/json."),
        new(BodyNotExpected, 400, "No body expected", "The operation takes no body and got one.", "Send the request without a body."),
        new(UnknownParameter, 400, "Unknown parameter", "The query has a parameter that this operation does not know. Nothing is ignored silently.", "Remove the parameter, or correct its spelling: names are case-sensitive."),
        new(DuplicateParameter, 400, "Duplicate parameter", "The query has the same parameter twice.", "Send each parameter once."),
        new(MissingParameter, 400, "Missing parameter", "The query lacks a parameter that this operation needs.", "Add the parameter."),
        new(BadCursor, 400, "Bad cursor", "The cursor in `after` was not made by this list.", "Follow the address in Link: rel=\"next\", or start again without `after`."),
        new(BadETag, 400, "Bad entity tag", "If-Match or If-None-Match does not hold entity tags.", "Send the ETag exactly as the server gave it, with its quotes."),
        new(IdempotencyKeyReused, 422, "Idempotency-Key reused", "The key was used before for another request: other method, address or body.", "Use a new key for a new request; repeat the same bytes to get the same answer."),
        new(BadIdempotencyKey, 400, "Bad Idempotency-Key", "The key must be 1 to 255 visible ASCII characters, sent once.", "Use for instance a random UUID."),
        new(CredentialsMissing, 401, "Credentials missing", "The operation needs to know who you are.", "Send Authorization: Bearer with your API key."),
        new(CredentialsInvalid, 401, "Credentials invalid", "The credentials are not valid now. Whether they were unknown, expired or revoked is not told.", "Check the key, or ask an operator for a new one."),
        new(RoleMissing, 403, "Role missing", "You are known, but none of your roles allows this.", "Ask an operator for the role, or let somebody act who has it."),
        new(NotFound, 404, "Not found", "There is nothing at this address that you may see. Absent and hidden things give the same answer.", "Check the address and your roles."),
        new(MethodNotAllowed, 405, "Method not allowed", "The address exists but not with this method.", "Use a method that the Allow header lists."),
        new(NotAcceptable, 406, "Not acceptable", "The operation cannot answer in any form that Accept allows.", "Widen Accept, or leave it out."),
        new(RequestTimeout, 408, "Request too slow", "The request did not arrive in time.", "Try again on a faster connection."),
        new(PreconditionFailed, 412, "Precondition failed", "The thing has changed since you read it: its ETag is not the one in If-Match.", "Read it again, apply your change to what it is now, and send the new ETag."),
        new(PayloadTooLarge, 413, "Payload too large", "The body is larger than the operation takes.", "Send less at once; large evidence goes through /v1/uploads."),
        new(UnsupportedMediaType, 415, "Unsupported media type", "The operation does not take a body of this Content-Type.", "Send application/json, or what /openapi/v1.json says."),
        new(UnsupportedCharset, 415, "Unsupported charset", "Text is taken in UTF-8 only.", "Send UTF-8, and charset=utf-8 or no charset at all."),
        new(UnsupportedEncoding, 415, "Unsupported encoding", "Bodies are taken uncompressed only.", "Send the body without Content-Encoding."),
        new(PreconditionRequired, 428, "Precondition required", "Changes need If-Match, so that nobody overwrites what they have not seen.", "Read the thing first and send its ETag in If-Match."),
        new(TooManyRequests, 429, "Too many requests", "You have used up your share for now.", "Wait as many seconds as Retry-After says."),
        new(InternalError, 500, "Internal error", "The server failed. Nothing that was not acknowledged has been recorded.", "Try again with the same Idempotency-Key; if it persists, tell the operator the time of the request."),
        new(Unavailable, 503, "Unavailable", "The server cannot answer at the moment.", "Try again later with the same Idempotency-Key."),
    ]);
}
