namespace AttributionRegistry.Server.Http;

/// <summary>The name that a client gives to one attempt, so that a retry does not act twice.</summary>
public sealed record IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    public const int MaxChars = 255;

    private IdempotencyKey(string value) => Value = value;

    public string Value { get; }

    /// <summary>The key of a request; null when it has none; 400 when it is not 1 to 255 visible ASCII characters, once.</summary>
    public static IdempotencyKey? From(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (!http.Request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        return values is [{ Length: > 0 and <= MaxChars } value] && value.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? new IdempotencyKey(value)
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, ProblemCodes.BadIdempotencyKey, $"{Header} must be 1 to {MaxChars} visible ASCII characters, sent once.");
    }

    public override string ToString() => Value;
}
