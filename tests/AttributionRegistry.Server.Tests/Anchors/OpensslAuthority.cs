using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Server.Tests.Evidence.Scanning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Server.Tests.Anchors;

/// <summary>How the authority behaves.</summary>
internal enum Behaviour
{
    Honest,
    AnotherNonce,
    OtherBytes,
    Expired,
    Stranger,
    Garbage,
    Refuses,
    Silent,
    Down,
}

/// <summary>A time stamp authority of its own: <c>openssl ts</c> behind HTTP, with a root made for the test.</summary>
internal sealed class OpensslAuthority : IAsyncDisposable
{
    private static readonly DateTimeOffset Then = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder;
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _one = new(1); // openssl counts serial numbers in a file

    private OpensslAuthority(string folder, WebApplication app) => (_folder, _app) = (folder, app);

    public Behaviour Behaviour { get; set; }

    public int Asked { get; private set; }

    public string Address => _app.Urls.First() + "/tsr";

    /// <summary>The root alone: the certificate of the authority comes with its tokens.</summary>
    public string Root => Path.Combine(_folder, "root.pem");

    public string OtherRoot => Path.Combine(_folder, "other-root.pem");

    public string[] Settings => ["--Registry:TimeStampAuthority", Address, "--Registry:TimeStampCertificates", Root, "--Registry:TimeStampPatienceSeconds", "5"];

    public static async Task<OpensslAuthority> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tsa-").FullName;
        MakeCertificates(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "serial"), "01\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "tsa.cnf"), $"""
            [tsa]
            serial = {folder}/serial
            default_policy = 1.2.3.4.1
            digests = sha256
            accuracy = secs:1
            ess_cert_id_alg = sha256
            signer_digest = sha256
            """);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var authority = new OpensslAuthority(folder, app);
        app.MapPost("/tsr", authority.AnswerAsync);
        await app.StartAsync();
        return authority;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _one.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs openssl; its exit code and what it said.</summary>
    public static async Task<(int Code, string Said)> OpensslAsync(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(NeedsFactAttribute.PathOf("openssl")!, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Asked++;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var query = body.ToArray();
        byte[] other = [1, 2, 3];
        byte[] reply;
        switch (Behaviour)
        {
            case Behaviour.Silent:
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case Behaviour.Down:
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case Behaviour.Garbage:
                reply = [0x30, 0x03, 1, 2, 3];
                break;
            case Behaviour.Refuses:
                reply = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]; // status rejection, no token
                break;
            case Behaviour.AnotherNonce:
                reply = await ReplyAsync(Repeated(query), "tsa");
                break;
            case Behaviour.OtherBytes:
                reply = await ReplyAsync(new TimeStampQuery(other, new byte[] { 9, 9 }, null).Encode(), "tsa");
                break;
            default:
                reply = await ReplyAsync(query, Behaviour is Behaviour.Expired ? "expired" : Behaviour is Behaviour.Stranger ? "stranger" : "tsa");
                break;
        }

        http.Response.ContentType = "application/timestamp-reply";
        await http.Response.Body.WriteAsync(reply);
    }

    // The same question with another nonce, whose last byte stands before the three bytes of certReq.
    private static byte[] Repeated(byte[] query)
    {
        var changed = query.ToArray();
        changed[^4] ^= 1;
        return changed;
    }

    private async Task<byte[]> ReplyAsync(byte[] query, string signer)
    {
        await _one.WaitAsync();
        try
        {
            var (question, answer) = (Path.Combine(_folder, "q.tsq"), Path.Combine(_folder, "r.tsr"));
            await File.WriteAllBytesAsync(question, query);
            var (code, said) = await OpensslAsync(
                "ts", "-reply", "-queryfile", question, "-out", answer, "-config", Path.Combine(_folder, "tsa.cnf"), "-section", "tsa",
                "-signer", Path.Combine(_folder, signer + ".pem"), "-inkey", Path.Combine(_folder, signer + ".key"));
            return code == 0 ? await File.ReadAllBytesAsync(answer) : throw new InvalidOperationException(said);
        }
        finally
        {
            _one.Release();
        }
    }

    private static void MakeCertificates(string folder)
    {
        using var root = MakeRoot(folder, "root");
        using var other = MakeRoot(folder, "other-root");
        Signer(folder, "tsa", root, Then.AddYears(29));
        Signer(folder, "expired", root, Then.AddYears(1));
        Signer(folder, "stranger", other, Then.AddYears(29));
    }

    private static X509Certificate2 MakeRoot(string folder, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name} of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var certificate = request.CreateSelfSigned(Then, Then.AddYears(30));
        File.WriteAllText(Path.Combine(folder, $"{name}.pem"), certificate.ExportCertificatePem());
        return certificate;
    }

    private static void Signer(string folder, string name, X509Certificate2 root, DateTimeOffset until)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name} of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        using var certificate = request.Create(root, Then, until, [1, (byte)name.Length]);
        File.WriteAllText(Path.Combine(folder, $"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
