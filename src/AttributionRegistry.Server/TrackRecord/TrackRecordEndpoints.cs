using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.TrackRecord;

/// <summary>Later facts, and how right the panels were (V-41).</summary>
public static class TrackRecordEndpoints
{
    public static void MapTrackRecord(this IEndpointRouteBuilder v1)
    {
        ArgumentNullException.ThrowIfNull(v1);
        var record = v1.MapGroup("/track-record").WithTags("Track record");
        record.MapGet("/", ReadTrackRecord.Handle).WithName("ReadTrackRecord").PublicRead();
        record.MapGet("/mine", ReadTrackRecord.Mine).WithName("ReadMyTrackRecord");
        v1.MapGroup("/findings/{number}/resolutions").WithTags("Track record")
            .MapPost("/", ResolveQuestion.HandleAsync).WithName("ResolveQuestion").Idempotent().Refuses(403, 404, 409, 422);
    }
}
