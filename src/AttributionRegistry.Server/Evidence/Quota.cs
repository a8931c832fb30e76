using System.Globalization;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>What a person has begun and not finished.</summary>
public sealed class OpenUploads
{
    public long Uploads { get; init; }

    public long Bytes { get; init; }

    public long FirstExpiresUs { get; init; }
}

/// <summary>
/// The policy's limits on bytes of evidence: of an item, of a case, of a person's unfinished uploads. They are asked before a byte is
/// read, and once more inside the commit, where two cannot pass at the same time.
/// </summary>
public sealed class Quota(RegistryCore core, RegistrySettings settings, IHttpContextAccessor requests)
{
    private const string CaseSql = """
        SELECT (SELECT coalesce(sum(size), 0) FROM payload WHERE incident = @incident)
             + (SELECT coalesce(sum(size), 0) FROM upload WHERE incident = @incident AND expires_us > @nowUs)
        """;

    private const string UploadsSql = """
        SELECT count(*) AS Uploads, coalesce(sum(size), 0) AS Bytes, coalesce(min(expires_us), 0) AS FirstExpiresUs
        FROM upload WHERE owner = @owner AND expires_us > @nowUs
        """;

    /// <summary>The most bytes of one item: what the policy says, and never more than the server was started with.</summary>
    public long MostBytes(Policy policy) => Math.Min(settings.MaxEvidenceBytes, policy.MaxItemBytes);

    public ProblemHttpResult? OfItem(Policy policy, long bytes) => bytes > MostBytes(policy) ? TooLarge(policy) : null;

    public ProblemHttpResult TooLarge(Policy policy) => Problems.Of(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, $"An item of evidence has at most {MostBytes(policy)} bytes here. Nothing was kept.");

    public ProblemHttpResult? OfCase(Policy policy, IncidentId incident, long more, DateTimeOffset now) =>
        more > policy.MaxCaseBytes - UsedBy(incident, now) ? Full(policy) : null;

    public static ProblemHttpResult Full(Policy policy) => Problems.Of(
        StatusCodes.Status413PayloadTooLarge, EvidenceProblems.CaseFull,
        $"The items of a case, with the uploads begun for it, have at most {policy.MaxCaseBytes} bytes together. Nothing was kept.");

    /// <summary>How many bytes the next item of a case may have.</summary>
    public long RoomFor(Policy policy, IncidentId incident, DateTimeOffset now) =>
        Math.Max(0, Math.Min(MostBytes(policy), policy.MaxCaseBytes - UsedBy(incident, now)));

    /// <summary>Whether a person may send so many bytes beside what is unfinished already.</summary>
    public ProblemHttpResult? OfUploads(Policy policy, PersonId owner, long more, DateTimeOffset now)
    {
        var open = OpenOf(Ask, owner, Instant.ToMicroseconds(now));
        return more > policy.MaxOpenUploadBytes - open.Bytes ? UsedUp(policy, open, Instant.ToMicroseconds(now)) : null;
    }

    /// <summary>Whether a person may begin one more upload.</summary>
    public ProblemHttpResult? OfNewUpload(Policy policy, PersonId owner, long more, DateTimeOffset now) =>
        OfNewUpload(policy, Ask, owner, more, Instant.ToMicroseconds(now));

    /// <summary>The same inside a commit.</summary>
    public ProblemHttpResult? OfNewUpload(Policy policy, Func<string, object?, OpenUploads?> ask, PersonId owner, long more, long nowUs)
    {
        var open = OpenOf(ask, owner, nowUs);
        return open.Uploads >= policy.MaxOpenUploads || more > policy.MaxOpenUploadBytes - open.Bytes ? UsedUp(policy, open, nowUs) : null;
    }

    /// <summary>Inside a commit, after its rows: undoes it when the case has become too large.</summary>
    public void HoldCase(Policy policy, RowWriter rows, IncidentId incident, long nowUs)
    {
        if (rows.ExecuteScalar<long>(CaseSql, new { incident = incident.Value, nowUs }) > policy.MaxCaseBytes)
        {
            throw new RequestRefusedException(Full(policy));
        }
    }

    private ProblemHttpResult UsedUp(Policy policy, OpenUploads open, long nowUs)
    {
        var seconds = Math.Max(1, (open.FirstExpiresUs - nowUs + 999_999) / 1_000_000);
        if (requests.HttpContext is { } http)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return Problems.Of(
            StatusCodes.Status429TooManyRequests, EvidenceProblems.OpenUploadsUsedUp,
            $"You have {open.Uploads} unfinished uploads of {open.Bytes} bytes; a person may have {policy.MaxOpenUploads} of {policy.MaxOpenUploadBytes} bytes together.");
    }

    private OpenUploads? Ask(string sql, object? parameters) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<OpenUploads>(sql, parameters));

    private static OpenUploads OpenOf(Func<string, object?, OpenUploads?> ask, PersonId owner, long nowUs) =>
        ask(UploadsSql, new { owner = owner.Value, nowUs }) ?? new OpenUploads();

    private long UsedBy(IncidentId incident, DateTimeOffset now) => core.Store.Database.Read(c =>
        c.ExecuteScalar<long>(CaseSql, new { incident = incident.Value, nowUs = Instant.ToMicroseconds(now) }));
}

/// <summary>A disk, or a share of it, that is used up.</summary>
public static class DiskRoom
{
    private const int DiskFull = 28; // ENOSPC
    private const int QuotaUsedUp = 122; // EDQUOT

    public static bool IsUsedUp(IOException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.HResult is DiskFull or QuotaUsedUp;
    }

    public static ProblemHttpResult Problem(string detail) =>
        Problems.Of(StatusCodes.Status507InsufficientStorage, EvidenceProblems.InsufficientStorage, detail);
}
