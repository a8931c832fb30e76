using System.Security.Cryptography;

namespace AttributionRegistry.Log;

/// <summary>A log whose checkpoints are accepted. The name of its key is its origin.</summary>
public sealed record PolicyLog(NoteVerifier Key, string? Url);

/// <summary>A witness: its name in the policy, which means nothing elsewhere, its key, and where it takes checkpoints.</summary>
public sealed record PolicyWitness(string Name, NoteVerifier Key, string? Url);

/// <summary>Members of which a number must have witnessed; a member is a witness or an earlier group.</summary>
/// <param name="Name">In the namespace of the witnesses.</param>
/// <param name="Rule"><c>all</c>, <c>any</c> or a number, as written.</param>
/// <param name="Members">By name.</param>
public sealed record PolicyGroup(string Name, string Rule, IReadOnlyList<string> Members)
{
    public int Threshold => Rule switch { "all" => Members.Count, "any" => 1, _ => int.Parse(Rule) };
}

/// <summary>A witness's word in a note: who, and until when it had seen no larger tree.</summary>
public sealed record PolicyCosignature(PolicyWitness Witness, long UnixSeconds);

/// <summary>What a policy says of a checkpoint.</summary>
/// <param name="Checkpoint">What the note says.</param>
/// <param name="Cosignatures">The valid ones, in the order of the policy.</param>
/// <param name="Missing">Null when the policy is met, else what is missing, in words.</param>
public sealed record PolicyVerdict(Checkpoint Checkpoint, IReadOnlyList<PolicyCosignature> Cosignatures, string? Missing)
{
    public bool Holds => Missing is null;
}

/// <summary>Which logs are accepted, who witnesses them, and how many must have cosigned (C2SP tlog-policy).</summary>
public sealed class TlogPolicy
{
    /// <summary>The quorum that nobody needs to meet.</summary>
    public const string None = "none";

    private readonly Dictionary<string, PolicyGroup> _groups;

    internal TlogPolicy(IReadOnlyList<PolicyLog> logs, IReadOnlyList<PolicyWitness> witnesses, IReadOnlyList<PolicyGroup> groups, string quorum)
    {
        (Logs, Witnesses, Groups, Quorum) = (logs, witnesses, groups, quorum);
        _groups = groups.ToDictionary(g => g.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<PolicyLog> Logs { get; }

    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    public IReadOnlyList<PolicyGroup> Groups { get; }

    /// <summary>The witness or group that must have cosigned, or <see cref="None"/>.</summary>
    public string Quorum { get; }

    public bool DemandsWitnesses => Quorum != None;

    /// <summary>
    /// What an entry of a log says of who must witness it: SHA-256, hex, of the policy's lines without those of logs, or <see cref="None"/>. A log
    /// names its own keys in its entries; they may change while its witnesses stay.
    /// </summary>
    public string Binding => DemandsWitnesses ? Convert.ToHexStringLower(SHA256.HashData(NoteText.Utf8.GetBytes(Demands()))) : None;

    /// <summary>These logs, and no witness is needed.</summary>
    public static TlogPolicy WithoutWitnesses(params IReadOnlyList<NoteVerifier> logs) => new([.. logs.Select(l => new PolicyLog(l, null))], [], [], None);

    /// <exception cref="TlogPolicyException">The first fault, with its line.</exception>
    public static TlogPolicy Parse(string text) => TlogPolicyReader.Read(text);

    /// <summary>The same witnesses and quorum for these logs.</summary>
    public TlogPolicy For(params IReadOnlyList<NoteVerifier> logs) =>
        new([.. logs.Select(l => new PolicyLog(l, Logs.FirstOrDefault(known => known.Key.Vkey == l.Vkey)?.Url))], Witnesses, Groups, Quorum);

    /// <summary>Whether the quorum is met when exactly the witnesses of these names have cosigned.</summary>
    public bool IsMet(IReadOnlySet<string> cosigned)
    {
        ArgumentNullException.ThrowIfNull(cosigned);
        return !DemandsWitnesses || HasWitnessed(Quorum, cosigned);
    }

    /// <summary>Whether the checkpoint is signed by one of the logs and cosigned by the quorum. A malformed note is not.</summary>
    public bool Satisfied(string note)
    {
        try
        {
            return Evaluate(note).Holds;
        }
        catch (NoteException)
        {
            return false;
        }
    }

    /// <summary>Checks every signature by a known key, and says what is missing. Where the policy names no log, the caller checks the log's signature.</summary>
    /// <exception cref="NoteException">Malformed, of another log, or a signature in the name of a known key is wrong: then the whole note is void.</exception>
    public PolicyVerdict Evaluate(string note)
    {
        var signed = SignedNote.Parse(note);
        var checkpoint = Checkpoint.ParseBody(signed.Text);
        if (Logs.Count > 0)
        {
            List<NoteVerifier> accepted = [.. Logs.Select(l => l.Key).Where(k => k.Name == checkpoint.Origin)];
            if (accepted.Count == 0)
            {
                throw new NoteException($"The policy names no log {checkpoint.Origin}.");
            }

            signed.Verify(accepted);
        }

        List<PolicyCosignature> valid = [.. Witnesses.Where(w => IsBy(signed, w.Key)).Select(w => new PolicyCosignature(w, CosignatureV1.Verify(signed, w.Key)))];
        var met = IsMet(valid.Select(c => c.Witness.Name).ToHashSet(StringComparer.Ordinal));
        return new PolicyVerdict(checkpoint, valid, met ? null : $"the quorum {Quorum} is not met: {Have(valid)}");
    }

    /// <summary>The policy as a file: logs, witnesses, groups in their order, the quorum. The same policy gives the same bytes.</summary>
    public override string ToString() => string.Concat(
    [
        .. Logs.Select(l => $"log {l.Key.Vkey}{Url(l.Url)}\n"),
        Demands(),
    ]);

    private string Demands() => string.Concat(
    [
        .. Witnesses.Select(w => $"witness {w.Name} {w.Key.Vkey}{Url(w.Url)}\n"),
        .. Groups.Select(g => $"group {g.Name} {g.Rule} {string.Join(' ', g.Members)}\n"),
        $"quorum {Quorum}\n",
    ]);

    // Groups name only what stands before them, so this ends.
    private bool HasWitnessed(string name, IReadOnlySet<string> cosigned) => _groups.TryGetValue(name, out var group)
        ? group.Members.Count(member => HasWitnessed(member, cosigned)) >= group.Threshold
        : cosigned.Contains(name);

    private static bool IsBy(SignedNote note, NoteVerifier key) => note.Signatures.Any(s => s.KeyId == key.KeyId && s.Name == key.Name);

    private string Have(List<PolicyCosignature> valid) => valid.Count == 0
        ? $"none of {Witnesses.Count} witnesses has cosigned"
        : $"of {Witnesses.Count} witnesses only {string.Join(", ", valid.Select(c => c.Witness.Name))} cosigned";

    private static string Url(string? url) => url is null ? "" : $" {url}";
}

/// <summary>A policy that cannot be read.</summary>
public sealed class TlogPolicyException(int line, string fault) : Exception($"Line {line}: {fault}")
{
    /// <summary>Counted from 1; the line after the last when something is missing.</summary>
    public int Line { get; } = line;
}
