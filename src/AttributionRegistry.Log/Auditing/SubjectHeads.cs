using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AttributionRegistry.Log;

/// <summary>
/// The ends of all chains that can be read at a size of the log, under one root: whoever holds the end of one chain and a path to this root knows that
/// nothing was cut off behind it. The entry that says it stands at that very size, so it speaks of everything before it and of nothing else.
/// </summary>
/// <param name="Size">How many entries lie before.</param>
/// <param name="Subjects">How many chains can be read.</param>
/// <param name="Root">RFC 6962 root over <see cref="Leaf"/> of each, in the order of their subjects.</param>
public sealed record SubjectHeads(long Size, long Subjects, byte[] Root)
{
    /// <summary>The subject of these entries.</summary>
    public const string Subject = "subject-heads";

    /// <summary>Their type.</summary>
    public const string Type = "subject.heads";

    /// <summary>What is hashed of one chain: canonical JSON of its subject, its last readable place, and the hash of the leaf there.</summary>
    /// <param name="subject">As it is written in entries, between the quotes.</param>
    /// <param name="seq">The place in the chain.</param>
    /// <param name="leafHash">Of the sealed entry where an opened one is the last.</param>
    public static byte[] Leaf(string subject, long seq, ReadOnlySpan<byte> leafHash) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{{\"leaf\":\"{B64Url.Encode(leafHash)}\",\"seq\":{seq},\"subject\":\"{subject}\"}}"));

    /// <summary>The root over the ends of chains, which may come in any order.</summary>
    public static SubjectHeads Of(long size, IEnumerable<(string Subject, long Seq, byte[] LeafHash)> ends)
    {
        var tree = new MerkleTree();
        foreach (var (subject, seq, leafHash) in ends.OrderBy(each => each.Subject, StringComparer.Ordinal))
        {
            tree.Append(Rfc6962.LeafHash(Leaf(subject, seq, leafHash)));
        }

        return new SubjectHeads(size, tree.Size, tree.Root());
    }

    /// <summary>The body of the entry, in canonical form.</summary>
    public string Body => string.Create(CultureInfo.InvariantCulture, $"{{\"root\":\"{Convert.ToBase64String(Root)}\",\"size\":{Size},\"subjects\":{Subjects}}}");

    /// <summary>The body of an entry that speaks of ends of chains in the first version; null where it says something else.</summary>
    internal static string? BodyOf(ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth + 1 });
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        return root.GetProperty("type").ValueEquals(Type) && root.GetProperty("v").GetInt64() == 1
            ? root.GetProperty("body").GetRawText()
            : null;
    }
}
