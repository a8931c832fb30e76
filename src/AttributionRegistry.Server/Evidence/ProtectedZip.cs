using ICSharpCode.SharpZipLib.Zip;
using Microsoft.AspNetCore.Http.Features;

namespace AttributionRegistry.Server.Evidence;

/// <summary>
/// The bytes of an item in a zip under the password "infected", as malware is exchanged: so that no mail filter deletes it and no double
/// click runs it. ZipCrypto, because every tool opens it; it protects from accidents and from nothing else.
/// </summary>
public static class ProtectedZip
{
    public const string MediaType = "application/zip";
    public const string Password = "infected";

    /// <summary>Writes the zip while the bytes are read; nothing of it is kept.</summary>
    public static async Task WriteAsync(HttpContext http, Stream content, string name, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(content);

        // The library writes the end of an entry synchronously; it is a few bytes.
        http.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
        await using (content)
        {
            var zip = new ZipOutputStream(http.Response.Body) { IsStreamOwner = false, Password = Password };
            zip.SetLevel(1); // Speed: what is sent is seldom smaller when packed harder.
            zip.PutNextEntry(new ZipEntry(name) { DateTime = at.UtcDateTime, Size = content.Length });
            await content.CopyToAsync(zip, http.RequestAborted);
            zip.CloseEntry();
            zip.Finish();
        }
    }
}
