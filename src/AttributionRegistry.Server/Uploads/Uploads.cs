using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Uploads;

/// <summary>An unfinished upload.</summary>
/// <param name="Length">How many bytes it will have.</param>
/// <param name="Received">How many of them are durable.</param>
/// <param name="Parts">In how many parts.</param>
/// <param name="Key">Opens its parts; never leaves the process.</param>
public sealed record Upload(
    UploadId Id, PersonId Owner, IncidentId? Incident, long Length, long Received, int Parts, string Metadata, byte[] Key, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    public bool IsComplete => Received == Length;
}

/// <summary>An upload with the right to work on it.</summary>
public sealed record TakenUpload(Upload Upload, UploadLocks.Hold Hold) : IDisposable
{
    public void Dispose() => Hold.Dispose();
}

/// <summary>
/// The rows of unfinished uploads. They are no official acts: they are written by the one writer without events, so that they are durable
/// and ordered with everything else, and no leaf of the log tells of them.
/// </summary>
public sealed class Uploads(RegistryCore core, UploadLocks locks, TimeProvider clock)
{
    /// <summary>An upload takes no more parts than this: each is a file.</summary>
    public const int MostParts = 20_000;

    private const string Columns = """
        SELECT id AS Id, owner AS Owner, incident AS Incident, size AS Size, received AS Received, parts AS Parts, metadata AS Metadata,
               wrapped AS Wrapped, created_us AS CreatedUs, expires_us AS ExpiresUs
        FROM upload
        """;

    private const string FindSql = Columns + " WHERE id = @id AND owner = @owner AND expires_us > @nowUs";

    private const string ListSql = Columns + " WHERE owner = @owner AND expires_us > @nowUs AND id > @after ORDER BY id LIMIT @limit";

    private const string PartsSql = "SELECT blob AS Blob, size AS Size FROM upload_part WHERE upload = @id ORDER BY number";

    private const string BeginSql = """
        INSERT INTO upload (id, owner, incident, size, received, parts, metadata, wrapped, created_us, expires_us)
        VALUES (@id, @owner, @incident, @size, 0, 0, @metadata, @wrapped, @createdUs, @expiresUs)
        """;

    private const string GrowSql = """
        UPDATE upload SET received = received + @size, parts = parts + 1, expires_us = @expiresUs
        WHERE id = @id AND received = @at
        """;

    private const string AddSql = """
        INSERT INTO upload_part (upload, number, blob, size)
        SELECT id, parts, @blob, @size FROM upload WHERE id = @id
        """;

    private const string EndSql = "DELETE FROM upload WHERE id = @id AND owner = @owner AND received = size";

    private const string RemoveSql = "DELETE FROM upload WHERE id = @id";

    private const string ExpiredSql = "SELECT id FROM upload WHERE expires_us <= @nowUs ORDER BY expires_us";

    private const string RemoveExpiredSql = "DELETE FROM upload WHERE id = @id AND expires_us <= @nowUs";

    private const string ExistsSql = "SELECT count(*) FROM upload WHERE id = @id";

    private UploadFiles Files => core.Store.Uploads;

    private long NowUs => Instant.ToMicroseconds(clock.GetUtcNow());

    /// <summary>The unfinished upload of a person; null where there is none, where it has expired, and where it is another's.</summary>
    public Upload? Find(UploadId id, PersonId owner) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(FindSql, new { id = id.Value, owner = owner.Value, nowUs = NowUs })) is { } row ? Of(row) : null;

    /// <summary>The unfinished uploads of a person, oldest first.</summary>
    public IReadOnlyList<Upload> List(PersonId owner, string after, int limit) =>
        [.. core.Store.Database.Read(c => c.Query<Row>(ListSql, new { owner = owner.Value, nowUs = NowUs, after, limit }).AsList()).Select(Of)];

    /// <summary>The same as <see cref="Find"/>, once nobody else works on it.</summary>
    public async Task<TakenUpload?> TakeAsync(UploadId id, PersonId owner, CancellationToken cancel)
    {
        if (Find(id, owner) is null)
        {
            return null; // Before the lock: nobody stops the work of others.
        }

        var hold = await locks.TakeAsync(id, cancel);
        if (Find(id, owner) is { } upload)
        {
            return new TakenUpload(upload, hold);
        }

        hold.Dispose();
        return null;
    }

    /// <summary>Begins an upload. The limits are checked once more inside the commit, where nobody else writes.</summary>
    public async Task<Upload> BeginAsync(UploadId id, PersonId owner, long length, UploadMetadata metadata, Quota quota)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(quota);
        var key = Files.NewKey();
        var (created, expires, policy) = (NowUs, ExpiresUs(), core.Policy!);
        var sealedMetadata = Files.SealNote(id.Value, key, metadata.Text);
        Files.Begin(id.Value);
        try
        {
            await CommitAsync(rows =>
            {
                if (quota.OfNewUpload(policy, rows.QuerySingleOrDefault<OpenUploads>, owner, length, created) is { } many)
                {
                    throw new RequestRefusedException(many);
                }

                rows.Execute(BeginSql, new
                {
                    id = id.Value,
                    owner = owner.Value,
                    incident = metadata.Incident?.Value,
                    size = length,
                    metadata = sealedMetadata,
                    wrapped = core.Store.Keys.WrapUploadKey(rows, id.Value, key),
                    createdUs = created,
                    expiresUs = expires,
                });
                if (metadata.Incident is { } incident)
                {
                    quota.HoldCase(policy, rows, incident, created);
                }
            });
        }
        catch (RequestRefusedException)
        {
            Files.Remove(id.Value);
            throw;
        }

        return new Upload(
            id, owner, metadata.Incident, length, 0, 0, metadata.Text, key, Instant.FromMicroseconds(created), Instant.FromMicroseconds(expires));
    }

    /// <summary>Counts received parts. When this returns, the offset that HEAD tells survives a power cut.</summary>
    public async Task<Upload> AddAsync(Upload upload, IReadOnlyList<UploadPart> parts)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var expires = ExpiresUs();
        await CommitAsync(rows =>
        {
            var at = upload.Received;
            foreach (var part in parts)
            {
                if (rows.Execute(GrowSql, new { id = upload.Id.Value, at, size = part.Size, expiresUs = expires }) != 1)
                {
                    throw new InvalidOperationException($"The upload {upload.Id} stands at another byte than {at}, though nobody else may work on it.");
                }

                rows.Execute(AddSql, new { id = upload.Id.Value, blob = part.Blob, size = part.Size });
                at += part.Size;
            }
        });
        return upload with { Received = upload.Received + parts.Sum(p => p.Size), Parts = upload.Parts + parts.Count, ExpiresAt = Instant.FromMicroseconds(expires) };
    }

    /// <summary>All bytes of an upload. Damage shows while they are read.</summary>
    public Stream Open(Upload upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var parts = core.Store.Database.Read(c => c.Query<PartRow>(PartsSql, new { id = upload.Id.Value }).AsList());
        return Files.OpenAll(upload.Id.Value, upload.Key, [.. parts.Select(p => new UploadPart(p.Blob, p.Size))]);
    }

    /// <summary>The row goes with the act that uses the upload: it is used once. The bytes follow with <see cref="Settle"/>.</summary>
    public static void End(RowWriter rows, Upload upload)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(upload);
        if (rows.Execute(EndSql, new { id = upload.Id.Value, owner = upload.Owner.Value }) != 1)
        {
            throw new RequestRefusedException(NoSuchUpload.ToProblem());
        }
    }

    /// <summary>Removes an upload for good: first its row with its key, then its bytes.</summary>
    public async Task RemoveAsync(UploadId id)
    {
        await CommitAsync(rows => rows.Execute(RemoveSql, new { id = id.Value }));
        Settle(id);
    }

    /// <summary>Removes the bytes of an upload that has no row any more.</summary>
    public void Settle(UploadId id)
    {
        if (!Exists(id.Value))
        {
            Files.Remove(id.Value);
        }
    }

    /// <summary>Removes uploads whose time is over, and bytes that no row names.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        var removed = 0;
        foreach (var expired in core.Store.Database.Read(c => c.Query<string>(ExpiredSql, new { nowUs = NowUs }).AsList()))
        {
            var id = UploadId.Of(expired);
            using var hold = await locks.TakeAsync(id, cancel);
            await CommitAsync(rows => rows.Execute(RemoveExpiredSql, new { id = expired, nowUs = NowUs }));
            Settle(id);
            removed++;
        }

        foreach (var abandoned in Files.Abandoned(Exists, clock.GetUtcNow()))
        {
            cancel.ThrowIfCancellationRequested();
            removed += Files.Remove(abandoned) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>The answer for an upload that does not exist, or is another person's, where it is named in a body.</summary>
    public static Refusal NoSuchUpload { get; } = Refusal.Invalid(UploadProblems.Unknown, "You have no unfinished upload with this id.", "/upload");

    private bool Exists(string id) => core.Store.Database.Read(c => c.ExecuteScalar<long>(ExistsSql, new { id })) > 0;

    private long ExpiresUs() => NowUs + (core.Policy!.UploadLifeSeconds * 1_000_000);

    private async Task CommitAsync(Action<RowWriter> rows)
    {
        // Not cancelled by the client: what is half done would be nobody's.
        if (await core.Store.Writer.CommitAsync(new CommitRequest([], rows), CancellationToken.None) is not CommitResult.Committed)
        {
            throw new InvalidOperationException("Rows of uploads are in conflict with nothing, unless random ids repeat themselves.");
        }
    }

    private Upload Of(Row row)
    {
        var key = core.Store.Keys.UnwrapUploadKey(row.Id, row.Wrapped);
        return new Upload(
            UploadId.Of(row.Id), PersonId.Of(row.Owner), row.Incident is null ? null : IncidentId.Of(row.Incident), row.Size, row.Received, (int)row.Parts,
            Files.OpenNote(row.Id, key, row.Metadata), key, Instant.FromMicroseconds(row.CreatedUs), Instant.FromMicroseconds(row.ExpiresUs));
    }

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Owner { get; init; } = "";

        public string? Incident { get; init; }

        public long Size { get; init; }

        public long Received { get; init; }

        public long Parts { get; init; }

        public string Metadata { get; init; } = "";

        public byte[] Wrapped { get; init; } = [];

        public long CreatedUs { get; init; }

        public long ExpiresUs { get; init; }
    }

    private sealed class PartRow
    {
        public string Blob { get; init; } = "";

        public long Size { get; init; }
    }
}
