using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Http;

/// <summary>The server drafted something that its caller would not sign: it does not show all that it commits to, or is about another record.</summary>
public sealed class DraftRefusedException(string message) : Exception(message);

/// <summary>A key with which its holder signs what they do in one case.</summary>
public sealed class ActSigner(string subject, ECDsa key) : IDisposable
{
    /// <summary>The id under which the case knows it.</summary>
    public string KeyId { get; } = BallotSeal.KeyId(key.ExportSubjectPublicKeyInfo());

    /// <summary>Looks at a drafted act, and signs each entry of it.</summary>
    /// <param name="draft">The answer to a request for a draft.</param>
    /// <param name="types">The entries that the act must make, in order; null where any are right.</param>
    /// <returns>The value of Registry-Signature.</returns>
    /// <exception cref="DraftRefusedException">Nobody should sign this.</exception>
    public string Sign(JsonObject draft, IReadOnlyList<string>? types)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var drafted = draft["entries"]!.AsArray().Select(shown => B64Url.Decode((string)shown!["message"]!)).Select(message =>
            (Message: message, Entry: AuthorSignature.Read(message) ?? throw new DraftRefusedException("The draft is no entry of a log."))).ToList();
        if (types is not null && !drafted.Select(each => (string?)each.Entry["type"]).SequenceEqual(types))
        {
            throw new DraftRefusedException($"The draft is of other acts than {string.Join(", ", types)}.");
        }

        if (drafted.Select(each => (string?)each.Entry["actor"]).Distinct().Count() > 1)
        {
            throw new DraftRefusedException("The draft is of more than one author.");
        }

        var signatures = drafted.Zip(draft["entries"]!.AsArray(), (each, shown) =>
        {
            Inspect(each.Entry, shown!["openings"]!.AsArray());
            return $":{Convert.ToBase64String(AuthorSignature.Sign(key, each.Message))}:";
        });
        return $"({string.Join(' ', signatures)});key=\"{KeyId}\"";
    }

    public void Dispose() => key.Dispose();

    // What is signed must be readable: every commitment in it is opened, and opens to what is shown.
    private void Inspect(JsonObject entry, JsonArray openings)
    {
        if ((string?)entry["subject"] != subject)
        {
            throw new DraftRefusedException($"The draft is about {entry["subject"]}, not about {subject}.");
        }

        var shown = openings.ToDictionary(o => (string)o!["name"]!, o => (Salt: B64Url.Decode((string)o!["salt"]!), Value: o["value"]));
        foreach (var (name, value) in entry["body"]!.AsObject().Where(member => member.Value is JsonObject { Count: 1 } c && c.ContainsKey("c")))
        {
            if (!shown.TryGetValue(name, out var opening) || !B64Url.TryDecode((string)value!["c"]!, out var commitment) ||
                !Commitments.Opens(commitment, Commitments.Field, opening.Salt, Commitments.FieldMessage(name, opening.Value)))
            {
                throw new DraftRefusedException($"The draft commits to a {name} that it does not show.");
            }
        }
    }
}
