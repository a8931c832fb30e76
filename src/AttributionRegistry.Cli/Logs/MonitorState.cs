using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>What a monitor knew after its last good run.</summary>
/// <param name="Vkey">The key that is trusted from the first run on.</param>
/// <param name="Note">The last head that held.</param>
/// <param name="Seen">It and heads before it, with the times when the monitor first saw them.</param>
/// <param name="Audit">The auditor at that head.</param>
internal sealed record MonitorMemory(string Vkey, string Note, SeenHeads Seen, LogAuditor Audit);

/// <summary>A monitor's folder: its memory in one file, so that it is of one moment; the last good checkpoint beside it; and evidence.</summary>
internal sealed class MonitorState : IDisposable
{
    private const string MemoryFile = "monitor.json";

    private readonly string _folder;
    private readonly FileStream _lock;

    private MonitorState(string folder, FileStream @lock) => (_folder, _lock) = (folder, @lock);

    /// <exception cref="UsageException">Another monitor works in this folder.</exception>
    public static MonitorState Open(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new MonitorState(folder, new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, "lock")))
        {
            throw new UsageException($"Another monitor works in {folder}.");
        }
    }

    /// <summary>Null before the first good run.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public MonitorMemory? Load()
    {
        var path = Path.Combine(_folder, MemoryFile);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var memory = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            return new MonitorMemory(
                (string)memory["vkey"]!, (string)memory["note"]!, SeenHeads.Read(memory["seen"]!.AsArray()),
                LogAuditor.Load(Encoding.UTF8.GetBytes(memory["audit"]!.ToJsonString())));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException or FormatException)
        {
            throw new FormatException($"{path} is damaged ({fault.Message}). Keep the checkpoint beside it, remove this file, and run 'log audit --since' with that checkpoint once.", fault);
        }
    }

    /// <summary>Remembers a head that held. Power loss in between: the memory is the old one or the new one; the checkpoint beside it is for people.</summary>
    public void Save(MonitorMemory memory)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("vkey", memory.Vkey);
            json.WriteString("note", memory.Note);
            json.WritePropertyName("seen");
            memory.Seen.Write(json);
            json.WritePropertyName("audit");
            json.WriteRawValue(memory.Audit.Save());
            json.WriteEndObject();
        }

        DurableFile.Write(Path.Combine(_folder, MemoryFile), buffer.ToArray());
        DurableFile.Write(Path.Combine(_folder, "checkpoint"), Encoding.UTF8.GetBytes(memory.Note));
    }

    /// <summary>Keeps evidence under a name made of it: the same finding at each run of cron is one file.</summary>
    /// <returns>Where it is.</returns>
    public string Keep(string check, string evidence)
    {
        var bytes = Encoding.UTF8.GetBytes(evidence);
        var path = Path.Combine(_folder, "evidence", $"{check}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}.txt");
        if (!File.Exists(path))
        {
            DurableFile.Write(path, bytes);
        }

        return path;
    }

    public void Dispose() => _lock.Dispose();
}
