using System.Numerics;

namespace AttributionRegistry.Server;

/// <summary>The settings of an instance: appsettings, then environment (<c>Registry__DataPath</c>), then command line.</summary>
/// <param name="DataPath">Where database and evidence are. Relative paths start at the working folder.</param>
/// <param name="KeysPath">Where the signing key is; never inside the data folder, so that no backup of the data carries it.</param>
/// <param name="Urls">What to listen on; loopback unless said otherwise.</param>
/// <param name="LogOrigin">The name of the log in its checkpoints; fixed at the first start.</param>
/// <param name="MaxEvidenceBytes">The most bytes one item of evidence may have.</param>
/// <param name="Demo">Whether this is the demo: an exercise on public reporting.</param>
public sealed record RegistrySettings(string DataPath, string KeysPath, string Urls, string LogOrigin, long MaxEvidenceBytes, bool Demo)
{
    public const long DefaultMaxEvidenceBytes = 8L * 1024 * 1024 * 1024;

    /// <summary>Where clamd listens: host:port, or the path of its socket. Null: nothing is scanned.</summary>
    public string? ClamAv { get; init; }

    /// <summary>The file with the witnesses of the log and their quorum (C2SP tlog-policy). Null: no witness is demanded.</summary>
    public string? WitnessPolicy { get; init; }

    /// <summary>The file that names the closed log from which a new one goes on: its vkey, then its last signed checkpoint. Null: there is none.</summary>
    public string? LogPredecessor { get; init; }

    /// <summary>How often the stored bytes of each item are read again.</summary>
    public TimeSpan IntegrityPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>At most so many bytes are read again in a second.</summary>
    public long IntegrityBytesPerSecond { get; init; } = 20 * 1024 * 1024;

    /// <summary>The time stamp authority (RFC 3161) that vouches for the time of checkpoints. Null: none does.</summary>
    public Uri? TimeStampAuthority { get; init; }

    /// <summary>A PEM file with the chain of its certificate, root included.</summary>
    public string? TimeStampCertificates { get; init; }

    /// <summary>The object identifier of the policy under which it is to issue; null takes its own.</summary>
    public string? TimeStampPolicy { get; init; }

    /// <summary>How long it may take to answer.</summary>
    public TimeSpan TimeStampPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the log names the ends of all chains, where something changed. Zero: never.</summary>
    public TimeSpan SubjectHeadsPeriod { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where the public reaches this instance, without a slash at the end: feeds, exports and maps of the site name full addresses.</summary>
    public string PublicUrl => PublicAddress?.GetLeftPart(UriPartial.Path).TrimEnd('/') ?? $"https://{LogOrigin.Split('/')[0]}";

    /// <summary>The same as it was set; null takes the host that the log is named after.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>For tests and trials: webhooks may go to this machine itself, without TLS too.</summary>
    public bool WebhooksMayCallLoopback { get; init; }

    public static RegistrySettings From(IConfiguration configuration, bool demo)
    {
        var section = configuration.GetSection("Registry");
        RefuseUnknownEngines(section);
        var data = Path.GetFullPath(section["DataPath"] ?? (demo ? "data/demo" : "data/registry"));
        return new RegistrySettings(
            data,
            Path.GetFullPath(section["KeysPath"] ?? data.TrimEnd('/') + "-keys"),
            configuration["urls"] ?? section["Urls"] ?? "http://127.0.0.1:5080",
            section["LogOrigin"] ?? (demo ? "demo.attribution-registry.example/log" : "attribution-registry.example/log"),
            section.GetValue("MaxEvidenceBytes", DefaultMaxEvidenceBytes),
            demo)
        {
            WebhooksMayCallLoopback = section.GetValue("WebhooksMayCallLoopback", false),
            PublicAddress = Address(section, "PublicUrl"),
            ClamAv = section["ClamAv"] is { Length: > 0 } scanner ? scanner : null,
            TimeStampAuthority = Address(section, "TimeStampAuthority"),
            TimeStampCertificates = section["TimeStampCertificates"] is { Length: > 0 } chain ? Path.GetFullPath(chain) : null,
            TimeStampPolicy = section["TimeStampPolicy"] is { Length: > 0 } identifier ? identifier : null,
            TimeStampPatience = TimeSpan.FromSeconds(Positive(section, "TimeStampPatienceSeconds", 30.0)),
            SubjectHeadsPeriod = section.GetValue("SubjectHeadsHours", 24.0) is var hours and >= 0 and <= 87_600
                ? TimeSpan.FromHours(hours)
                : throw new InvalidOperationException($"Registry:SubjectHeadsHours is '{section["SubjectHeadsHours"]}'; it must be 0 (never) to 87600."),
            WitnessPolicy = section["WitnessPolicy"] is { Length: > 0 } policy ? Path.GetFullPath(policy) : null,
            LogPredecessor = section["Log:Predecessor"] is { Length: > 0 } predecessor ? Path.GetFullPath(predecessor) : null,
            IntegrityPeriod = TimeSpan.FromDays(Positive(section, "Integrity:PeriodDays", 7.0)),
            IntegrityBytesPerSecond = Positive(section, "Integrity:BytesPerSecond", 20L * 1024 * 1024),
        };
    }

    private static Uri? Address(IConfigurationSection section, string name) => section[name] is not { Length: > 0 } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
            ? address
            : throw new InvalidOperationException($"Registry:{name} is '{text}'; it must be an address such as https://tsa.example/tsr.");

    private static T Positive<T>(IConfigurationSection section, string name, T otherwise)
        where T : INumber<T> =>
        section.GetValue(name, otherwise) is { } value && T.IsPositive(value) && !T.IsZero(value)
            ? value
            : throw new InvalidOperationException($"Registry:{name} is '{section[name]}'; it must be more than 0.");

    // A setting that is not understood must not be taken for the default.
    private static void RefuseUnknownEngines(IConfigurationSection section)
    {
        if (section["Storage"] is { } storage && storage != "sqlite")
        {
            throw new InvalidOperationException($"Registry:Storage is '{storage}'; this version stores in 'sqlite' only.");
        }

        if (section["Evidence"] is { } evidence && evidence != "files")
        {
            throw new InvalidOperationException($"Registry:Evidence is '{evidence}'; this version keeps evidence in 'files' only.");
        }
    }
}
