using AttributionRegistry.Log;
using Dapper;

namespace AttributionRegistry.Storage;

/// <summary>Where a store lives and what the log is called.</summary>
/// <param name="Origin">The log's name in checkpoints, such as <c>registry.example/log</c>. It never changes.</param>
/// <param name="Entropy">The source of random bytes.</param>
public sealed record StoreOptions(string DataFolder, string KeysFolder, string Origin, Func<int, byte[]> Entropy);

/// <summary>One opened data folder: database, log, writer and evidence.</summary>
public sealed class RegistryStore : IDisposable
{
    internal const string OriginName = "log.origin";

    private readonly SignerState _state;

    private RegistryStore(
        Database database, DataKeys keys, SignerState state, LogSigners logKeys, GroupCommitWriter writer, EvidenceFiles evidence, UploadFiles uploads)
    {
        (Database, Keys, _state, LogKeys, Writer, Evidence, Uploads) = (database, keys, state, logKeys, writer, evidence, uploads);
        Events = new EventStore(database, keys, writer);
    }

    public Database Database { get; }

    public DataKeys Keys { get; }

    public GroupCommitWriter Writer { get; }

    public EventStore Events { get; }

    public EvidenceFiles Evidence { get; }

    public UploadFiles Uploads { get; }

    public LogSigners LogKeys { get; }

    /// <summary>The keys that sign now, the one that has signed longest first.</summary>
    public IReadOnlyList<NoteSigner> Signers => LogKeys.Current;

    /// <summary>The key that has signed longest: whoever knows one key of the log knows this one.</summary>
    public NoteSigner Signer => Signers[0];

    /// <summary>Opens a data folder, or refuses with a message that names the fault and the remedy.</summary>
    public static RegistryStore Open(StoreOptions options, DateTimeOffset at) => Open(options, at, stating: false);

    /// <param name="options">Where it is.</param>
    /// <param name="at">Now.</param>
    /// <param name="stating">Whether this is the recovery that is about to state a loss; nobody else writes before it has.</param>
    internal static RegistryStore Open(StoreOptions options, DateTimeOffset at, bool stating)
    {
        KeepApart(options);
        var database = Database.Open(options.DataFolder, at);
        SignerState? state = null;
        LogSigners? logKeys = null;
        try
        {
            if (!stating && Find(database, LogRecovery.UnstatedName) is not null)
            {
                throw new StoreRefusedException("Entries of the log were put back, and the log does not say so yet: the recovery was cut short. Run it again.");
            }

            Expect(database, OriginName, options.Origin);
            logKeys = LogSigners.Open(database.Writer, options.KeysFolder, options.Origin, options.Entropy);
            var keys = DataKeys.Open(database, options.KeysFolder, options.Entropy);
            state = SignerState.Open(options.KeysFolder);
            var evidence = EvidenceFiles.Open(Path.Combine(options.DataFolder, "evidence"), options.Entropy);
            var uploads = UploadFiles.Open(Path.Combine(options.DataFolder, "uploads"), options.Entropy);
            var writer = GroupCommitWriter.Start(database, keys, options.Origin, logKeys, state, at);
            return new RegistryStore(database, keys, state, logKeys, writer, evidence, uploads);
        }
        catch
        {
            state?.Dispose();
            logKeys?.Dispose();
            database.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _state.Dispose();
        LogKeys.Dispose();
        Database.Dispose();
    }

    private static void KeepApart(StoreOptions options)
    {
        var data = Path.GetFullPath(options.DataFolder).TrimEnd('/') + "/";
        var keys = Path.GetFullPath(options.KeysFolder).TrimEnd('/') + "/";
        if (keys.StartsWith(data, StringComparison.Ordinal))
        {
            throw new StoreRefusedException(
                $"The keys folder {keys} lies inside the data folder {data}: a backup of the data would carry the signing key. Choose another place.");
        }
    }

    /// <summary>Writes a setting at the first start and holds every later start to it.</summary>
    private static void Expect(Database database, string name, string value)
    {
        var known = Find(database, name);
        if (known is null)
        {
            database.Writer.Execute("INSERT INTO instance (name, value) VALUES (@name, @value)", new { name, value });
        }
        else if (known != value)
        {
            throw new StoreRefusedException($"This data folder was set up with {name} '{known}', the server was started with '{value}'. Use the matching settings and keys.");
        }
    }

    internal static string? Find(Database database, string name) =>
        database.Writer.ExecuteScalar<string>("SELECT value FROM instance WHERE name = @name", new { name });
}
