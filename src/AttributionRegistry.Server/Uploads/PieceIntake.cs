using System.Security.Cryptography;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Uploads;

/// <summary>
/// Receives the body of one request at the end of an upload. Without a checksum each part counts as soon as it is durable, so that neither a
/// cut nor a crash loses more than the last part; with one all of the piece counts or nothing.
/// </summary>
public sealed class PieceIntake(RegistryCore core, Uploads uploads, TimeProvider clock, ILogger<PieceIntake> log)
{
    /// <summary>Refuses a request whose body is no piece of this upload, before a byte is read.</summary>
    public static ProblemHttpResult? Refuses(HttpRequest request, long room)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ContentType is not { } type || !type.Equals(Tus.PieceType, StringComparison.OrdinalIgnoreCase)
            ? Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, $"A piece comes as {Tus.PieceType}.")
            : request.Headers.ContentEncoding.Count > 0
            ? Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedEncoding, "The bytes must come without Content-Encoding: they are kept as they are.")
            : request.ContentLength > room
            ? TooLong(room)
            : null;
    }

    /// <summary>Receives the piece. The caller holds the upload.</summary>
    /// <returns>Where the upload stands now, and the refusal if the piece did not come whole.</returns>
    public async Task<(Upload Upload, ProblemHttpResult? Problem)> ReceiveAsync(HttpRequest request, Upload upload, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(upload);
        var checksum = Checksum.Of(request.Headers);
        using var hash = checksum is null ? null : IncrementalHash.CreateHash(checksum.Algorithm);
        var room = upload.Length - upload.Received;
        var piece = new PieceStream(request.Body, room, hash, clock, stop);
        var waiting = new List<UploadPart>(); // Durable, and not counted yet.
        try
        {
            while (!piece.Ended)
            {
                if (upload.Parts + waiting.Count >= Uploads.MostParts)
                {
                    return (upload, Problems.Of(
                        StatusCodes.Status409Conflict, UploadProblems.TooManyParts, $"An upload is taken in at most {Uploads.MostParts} parts. Begin it anew and send larger pieces."));
                }

                piece.NextPart();
                if (await core.Store.Uploads.ReceiveAsync(upload.Id.Value, upload.Key, piece) is { } part)
                {
                    waiting.Add(part);
                }

                if (checksum is null || (piece.Ended && piece.Fault is null && checksum.Is(hash!)))
                {
                    // Crash before this: parts that no row names, and HEAD tells the offset before them. They go with the folder.
                    var counted = waiting.ToArray();
                    waiting.Clear(); // Before the commit: if it fails, nobody knows whether the rows name them.
                    upload = counted.Length > 0 ? await uploads.AddAsync(upload, counted) : upload;
                }
            }
        }
        catch (IOException noRoom) when (DiskRoom.IsUsedUp(noRoom))
        {
            log.LogError(noRoom, "There is no room for the upload {Upload}.", upload.Id);
            return (upload, DiskRoom.Problem($"There is no room for more. {upload.Received} bytes of the upload are kept."));
        }
        finally
        {
            waiting.ForEach(part => core.Store.Uploads.Discard(upload.Id.Value, part));
        }

        return (upload, await FaultOfAsync(request, piece, room, checksum, upload));
    }

    private static async Task<ProblemHttpResult?> FaultOfAsync(HttpRequest request, PieceStream piece, long room, Checksum? checksum, Upload upload)
    {
        if (piece.Fault is not null)
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, UploadProblems.Interrupted,
                $"The piece ended before its end, or a newer request took its place. {upload.Received} bytes of the upload are kept.");
        }

        if (checksum is { Held: false })
        {
            return Problems.Of(Tus.ChecksumMismatch, UploadProblems.ChecksumMismatch, "The piece does not have the declared checksum. It was thrown away.");
        }

        // Only a body of unknown length can be longer than it may: the others were refused before they were read.
        return request.ContentLength is null && upload.IsComplete && await IsMoreAsync(request) ? TooLong(room) : null;
    }

    private static async Task<bool> IsMoreAsync(HttpRequest request)
    {
        try
        {
            return await request.Body.ReadAsync(new byte[1], request.HttpContext.RequestAborted) > 0;
        }
        catch (Exception cut) when (cut is IOException or OperationCanceledException)
        {
            return false; // The upload is complete; how the sender leaves is their affair.
        }
    }

    private static ProblemHttpResult TooLong(long room) =>
        Problems.Of(StatusCodes.Status413PayloadTooLarge, UploadProblems.TooLong, $"The upload has {room} bytes left, and the piece has more.");
}

/// <summary>The digest that a sender declares for one piece. SHA-1 is there because the protocol demands it: it finds errors, not enemies.</summary>
public sealed class Checksum
{
    public const string Algorithms = "sha1,sha256";

    private readonly byte[] _expected;

    private Checksum(HashAlgorithmName algorithm, byte[] expected) => (Algorithm, _expected) = (algorithm, expected);

    public HashAlgorithmName Algorithm { get; }

    /// <summary>Whether the piece had it.</summary>
    public bool Held { get; private set; }

    /// <exception cref="RequestRefusedException">400: a check that was asked for is never left out silently.</exception>
    public static Checksum? Of(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (headers[Tus.ChecksumHeader].Count == 0)
        {
            return null;
        }

        var (algorithm, length) = headers[Tus.ChecksumHeader].ToString().Split(' ') switch
        {
            ["sha256" or "sha-256", _] => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            ["sha1", _] => (HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
            _ => throw Bad($"{Tus.ChecksumHeader} is one of {Algorithms}, a space, and the digest in base64."),
        };
        var expected = new byte[64];
        return Convert.TryFromBase64String(headers[Tus.ChecksumHeader].ToString().Split(' ')[1], expected, out var count) && count == length
            ? new Checksum(algorithm, expected[..length])
            : throw Bad($"The digest in {Tus.ChecksumHeader} is not base64 of {length} bytes.");
    }

    /// <summary>Ends the hash and compares it.</summary>
    public bool Is(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return Held = hash.GetHashAndReset().AsSpan().SequenceEqual(_expected);
    }

    private static RequestRefusedException Bad(string detail) => new(StatusCodes.Status400BadRequest, UploadProblems.BadChecksum, detail);
}
