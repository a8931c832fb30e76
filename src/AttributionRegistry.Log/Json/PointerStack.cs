using System.Text;

namespace AttributionRegistry.Log;

/// <summary>Where a reader is, written as a JSON Pointer only when something is wrong.</summary>
internal sealed class PointerStack
{
    private readonly List<(string? Key, int Index)> _steps = [];

    public int Depth => _steps.Count;

    public void Push(string key) => _steps.Add((key, 0));

    public void Push(int index) => _steps.Add((null, index));

    public void Pop() => _steps.RemoveAt(_steps.Count - 1);

    public CanonicalJsonException Fault(string message) => new(message, ToString());

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (key, index) in _steps)
        {
            text.Append('/').Append(key?.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) ?? $"{index}");
        }

        return text.ToString();
    }
}
