using System.Text;

namespace AttributionRegistry.Server.Http;

/// <summary>RFC 6901 JSON Pointers.</summary>
public static class JsonPointer
{
    public static string Member(string parent, string name) =>
        $"{parent}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Item(string parent, int index) => $"{parent}/{index}";

    /// <summary>The pointer of a path as the serializer writes it: <c>$.claims[0]['odd name']</c>.</summary>
    public static string FromPath(string? path)
    {
        if (path is null || !path.StartsWith('$'))
        {
            return string.Empty;
        }

        var pointer = new StringBuilder();
        var i = 1;
        while (i < path.Length)
        {
            string name;
            if (path.AsSpan(i).StartsWith("['"))
            {
                // A name may hold quotes; the bracket ends at the first quote that a bracket follows.
                var end = path.IndexOf("']", i + 2, StringComparison.Ordinal);
                end = end < 0 ? path.Length : end;
                name = path[(i + 2)..end];
                i = end + 2;
            }
            else if (path[i] == '[')
            {
                var end = path.IndexOf(']', i);
                end = end < 0 ? path.Length : end;
                name = path[(i + 1)..end];
                i = end + 1;
            }
            else
            {
                var end = path.AsSpan(i + 1).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : i + 1 + end;
                name = path[(i + 1)..end];
                i = end;
            }

            pointer.Append(Member(string.Empty, name));
        }

        return pointer.ToString();
    }
}
