using System.Globalization;
using System.Text;
using AttributionRegistry.Log;

namespace AttributionRegistry.Storage;

/// <summary>
/// For each log the largest tree that a witness has answered for, beside its key and apart from its memory: whoever restores an older memory, or
/// begins an empty one, is stopped by them. Owned by <see cref="WitnessState"/>, under its lock.
/// </summary>
internal sealed class WitnessMarks
{
    public const string FileName = "witness.marks";
    private const string Header = "attribution-registry/witness-marks/v1";

    private readonly string _path;
    private readonly string _vkey;
    private readonly SortedDictionary<string, WitnessedTree> _trees;

    private WitnessMarks(string path, string vkey, SortedDictionary<string, WitnessedTree> trees) => (_path, _vkey, _trees) = (path, vkey, trees);

    /// <summary>Every log that was ever cosigned.</summary>
    public IReadOnlyDictionary<string, WitnessedTree> Trees => _trees;

    public static string PathIn(string keysFolder) => Path.Combine(keysFolder, FileName);

    /// <summary>Marks of a witness that has answered for nothing.</summary>
    public static WitnessMarks None(string keysFolder, string vkey) => new(PathIn(keysFolder), vkey, new SortedDictionary<string, WitnessedTree>(StringComparer.Ordinal));

    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="StoreRefusedException">Damaged, or of another witness.</exception>
    public static WitnessMarks? Read(string keysFolder, string vkey)
    {
        var read = None(keysFolder, vkey);
        if (!File.Exists(read._path))
        {
            return null;
        }

        var lines = File.ReadAllText(read._path).Split('\n');
        if (lines is not [Header, var of, .., ""])
        {
            throw read.Damaged();
        }

        if (of != vkey)
        {
            throw new StoreRefusedException($"{read._path} has the marks of {of}, the key beside it is {vkey}. Restore the two that belong together.");
        }

        foreach (var line in lines[2..^1])
        {
            if (Mark(line) is not { } mark || !read._trees.TryAdd(mark.Origin, new WitnessedTree(mark.Size, mark.Root)))
            {
                throw read.Damaged();
            }
        }

        return read;
    }

    /// <summary>Whether what is remembered of a log has not come to where its mark is, or is another tree of that size.</summary>
    public bool AreAhead(string origin, WitnessedTree? remembered) =>
        _trees.TryGetValue(origin, out var mark) && mark.Size > 0 && (remembered is null || remembered.Size < mark.Size || (remembered.Size == mark.Size && !remembered.Root.AsSpan().SequenceEqual(mark.Root)));

    /// <summary>Moves the mark of a log up to what is remembered. Durable when this returns; nothing is written where it stands there already.</summary>
    public void Raise(string origin, WitnessedTree remembered)
    {
        if (!_trees.TryGetValue(origin, out var mark) || mark.Size < remembered.Size)
        {
            _trees[origin] = remembered;
            Write();
        }
    }

    /// <summary>Replaces the file as a whole.</summary>
    public void Write()
    {
        var text = new StringBuilder($"{Header}\n{_vkey}\n");
        foreach (var (origin, tree) in _trees)
        {
            text.Append(CultureInfo.InvariantCulture, $"{origin} {tree.Size} {Convert.ToBase64String(tree.Root)}\n");
        }

        // Crash here: the marks are the old ones, and nothing that is above them has been answered.
        SecretFile.Replace(_path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    // The three lines of a checkpoint, in one.
    private static Checkpoint? Mark(string line)
    {
        try
        {
            return line.Count(letter => letter == ' ') == 2 ? Checkpoint.ParseBody(line.Replace(' ', '\n') + "\n") : null;
        }
        catch (NoteException)
        {
            return null;
        }
    }

    private StoreRefusedException Damaged() => new($"{_path} is damaged. Restore it, with the key, from a backup of now; from an older one it does not say what was cosigned since.");
}
