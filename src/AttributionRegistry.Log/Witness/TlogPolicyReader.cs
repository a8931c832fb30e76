namespace AttributionRegistry.Log;

/// <summary>Reads a policy line by line; each name and key once, and nothing named before it is defined.</summary>
internal sealed class TlogPolicyReader
{
    // The specification asks for 32 of each at least.
    private const int Most = 128;

    private readonly List<PolicyLog> _logs = [];
    private readonly List<PolicyWitness> _witnesses = [];
    private readonly List<PolicyGroup> _groups = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private string? _quorum;
    private int _line;

    public static TlogPolicy Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new TlogPolicyReader();
        foreach (var line in text.Split('\n'))
        {
            reader._line++;
            reader.Take(line);
        }

        return reader._quorum is { } quorum
            ? new TlogPolicy(reader._logs, reader._witnesses, reader._groups, quorum)
            : throw reader.Fault($"The policy has no quorum line; 'quorum {TlogPolicy.None}' demands no witness.");
    }

    private void Take(string line)
    {
        if (line.Any(c => (c < ' ' && c != '\t') || c == 0x7f) || !NoteText.IsWellFormed(line))
        {
            throw Fault(line.EndsWith('\r') ? "Lines end with a line feed alone." : "Of control characters only tab and line feed are allowed.");
        }

        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
        {
            return;
        }

        switch (words)
        {
            case ["log", var vkey, .. var rest] when rest.Length <= 1:
                _logs.Add(new PolicyLog(Key(vkey, NoteKeyType.Ed25519, "log"), rest.FirstOrDefault()));
                break;
            case ["witness", var name, var vkey, .. var rest] when rest.Length <= 1:
                Define(name);
                _witnesses.Add(new PolicyWitness(name, Key(vkey, NoteKeyType.CosignatureV1, "witness"), rest.FirstOrDefault()));
                break;
            case ["group", var name, var rule, _, ..]:
                _groups.Add(Group(name, rule, words[3..]));
                break;
            case ["quorum", var name]:
                _quorum = _quorum is not null ? throw Fault("There is one quorum line.")
                    : name == TlogPolicy.None || _names.Contains(name) ? name
                    : throw Fault($"'{name}' is no witness or group of a line before.");
                break;
            case ["log" or "witness" or "group" or "quorum", ..]:
                throw Fault(Form(words[0]));
            default:
                throw Fault($"'{words[0]}' is not log, witness, group or quorum.");
        }

        if (_logs.Count > Most || _witnesses.Count > Most || _groups.Count > Most)
        {
            throw Fault($"A policy has at most {Most} logs, {Most} witnesses and {Most} groups.");
        }
    }

    private PolicyGroup Group(string name, string rule, string[] members)
    {
        foreach (var member in members)
        {
            if (!_names.Contains(member))
            {
                throw Fault($"'{member}' is no witness or group of a line before.");
            }

            // Else one witness could count twice.
            if (!_members.Add(member))
            {
                throw Fault($"'{member}' is a member of a group already.");
            }
        }

        if (rule is not ("all" or "any") && !(NoteText.TryDecimal(rule, out var least) && least >= 1 && least <= members.Length))
        {
            throw Fault($"'{rule}' is not all, any or a number from 1 to {members.Length}.");
        }

        Define(name);
        return new PolicyGroup(name, rule, members);
    }

    private void Define(string name)
    {
        if (name == TlogPolicy.None || !_names.Add(name))
        {
            throw Fault(name == TlogPolicy.None ? $"'{name}' has a meaning of its own." : $"'{name}' is defined twice.");
        }
    }

    private NoteVerifier Key(string vkey, NoteKeyType type, string role)
    {
        NoteVerifier key;
        try
        {
            key = NoteVerifier.Parse(vkey);
        }
        catch (NoteException fault)
        {
            throw Fault(fault.Message);
        }

        if (key.Type != type)
        {
            throw Fault($"The key of {key.Name} is not that of a {role}.");
        }

        // The same key under another name is still one holder; and a key signs for a log or for a witness, never for both.
        return _keys.Add(Convert.ToHexString(Convert.FromBase64String(key.Vkey.Split('+', 3)[2]).AsSpan(1))) ? key : throw Fault($"The key of {key.Name} is named twice.");
    }

    private static string Form(string word) => word switch
    {
        "log" => "A log reads: log, its verifier key, and at most an address.",
        "witness" => "A witness reads: witness, a name, its verifier key, and at most an address.",
        "group" => "A group reads: group, a name, all or any or a number, and members.",
        _ => "The quorum reads: quorum, and a name.",
    };

    private TlogPolicyException Fault(string what) => new(_line, what);
}
