using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>
/// One request that asks for a draft, or carries one out. A draft is decided at the instant of its request; carried out, the act is decided twice: at
/// the instant of the second request, so that no deadline is outrun, and at that of the draft, whose events are the ones that were signed.
/// </summary>
public sealed class Authorship
{
    /// <summary>How long a draft is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly RegistryCore _core;
    private readonly byte[] _seed;
    private readonly DraftToken? _draft;
    private readonly IReadOnlyList<byte[]> _signatures;
    private readonly string _key;
    private readonly PersonId _by;
    private readonly string _ifMatch;
    private readonly ActSeed _start;
    private string? _request;
    private string? _named;

    private Authorship(RegistryCore core, PersonId by, string ifMatch, DateTimeOffset received, byte[] seed, DraftToken? draft, string key, IReadOnlyList<byte[]> signatures)
    {
        (_core, _by, _ifMatch, Received, _seed, _draft, _key, _signatures) = (core, by, ifMatch, received, seed, draft, key, signatures);
        Instant = draft?.At ?? received;
        _start = new ActSeed(seed, Instant);
        Ids = _start.Under("ids");
    }

    /// <summary>When this request came.</summary>
    public DateTimeOffset Received { get; }

    /// <summary>The instant at which the act is decided now.</summary>
    public DateTimeOffset Instant { get; private set; }

    internal ActSeed Ids { get; }

    internal bool IsDraft => _draft is null;

    /// <summary>The key under which the answer to a signed act is kept, where its draft was asked for under none: a draft is carried out once.</summary>
    internal string? ActsOnce { get; private init; }

    /// <summary>Joins what the request says to it, once it is read.</summary>
    /// <param name="requestSha256">SHA-256 of method, target and body.</param>
    /// <param name="named">Its Idempotency-Key. A draft that was asked for under one is carried out under that one only; any other is carried out under its own.</param>
    /// <returns>The key under which the answer is kept.</returns>
    internal string? Bind(string requestSha256, string? named)
    {
        (_request, _named) = (requestSha256, named);
        if (_draft is null || (named is not null && IsOf(_draft)))
        {
            return named;
        }

        _named = null;
        return ActsOnce;
    }

    internal static Authorship Of(HttpRequest request, PersonId by, RegistryCore core, DateTimeOffset received)
    {
        var (token, key, signatures) = SignatureHeaders.Read(request.Headers);
        var ifMatch = request.Headers.IfMatch.ToString();
        if (token is null)
        {
            return new Authorship(core, by, ifMatch, received, core.Entropy.Bytes(ActSeed.Size), null, "", []);
        }

        var draft = Tokens(core).Open(token) ?? throw new RequestRefusedException(Mismatch.ToProblem());
        return new Authorship(core, by, ifMatch, received, draft.Seed, draft, key!, signatures)
        {
            ActsOnce = $"draft:{B64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(token)))}",
        };
    }

    internal static RequestRefusedException NotSignable() => new(
        StatusCodes.Status400BadRequest, SigningProblems.NotSignable, "This operation takes no drafts and no signatures of authors.",
        new ProblemError(SignatureHeaders.Draft, SigningProblems.NotSignable, "Send it without."));

    /// <summary>Salts for one attempt at the act; another attempt gets the same.</summary>
    internal Func<int, byte[]> Salts() => _start.Under("salts").Bytes;

    /// <summary>Decides the act at the instant of this request. Nothing comes of it but a refusal.</summary>
    internal Refusal? Rehearse(Caller by, Func<Session, Refusal?> work)
    {
        if (_request is null)
        {
            throw NotSignable();
        }

        if (_draft is null)
        {
            return null;
        }

        if (!IsOf(_draft))
        {
            return Mismatch;
        }

        if (Received - _draft.At > Life || Received < _draft.At)
        {
            return Refusal.Conflict(SigningProblems.DraftExpired, $"The draft was good for {Life.TotalMinutes} minutes from {_draft.At:O}.", SignatureHeaders.Draft);
        }

        Instant = Received;
        try
        {
            return work(new Session(_core, by, Received, _core.Policy, Salts()));
        }
        finally
        {
            Instant = _draft.At;
        }
    }

    /// <summary>Tells what there is to sign, or puts the signatures where they belong.</summary>
    /// <exception cref="ActDraftedException">A draft was asked for.</exception>
    internal Refusal? Settle(Session session)
    {
        var entries = session.Signable();
        if (entries.Count == 0)
        {
            return Refusal.Invalid(SigningProblems.NothingToSign, "The act makes no entry that its author signs.", SignatureHeaders.Draft);
        }

        var messages = entries.Select(each => each.Message()).ToList();
        if (_draft is null)
        {
            var token = Tokens(_core).Seal(new DraftToken(_seed, Instant, DigestOfRequest(), DigestOf(messages)), _core.Entropy.Bytes(DraftTokens.NonceBytes));
            throw new ActDraftedException(new DraftedAct(token, Instant + Life, [.. entries.Zip(messages, (entry, message) => entry.Shown(message))]));
        }

        if (!CryptographicOperations.FixedTimeEquals(_draft.Messages, DigestOf(messages)))
        {
            return Refusal.Conflict(SigningProblems.DraftOutdated, "What would be recorded now is not what the draft showed.", SignatureHeaders.Draft);
        }

        if (KeyIn(session, entries[0]) is not { } spki)
        {
            return Refusal.Invalid(SigningProblems.KeyUnknown, $"{_key} is not a key with which you sign here now.", SignatureHeaders.Signature);
        }

        for (var i = 0; i < Math.Max(entries.Count, _signatures.Count); i++)
        {
            if (i >= entries.Count || i >= _signatures.Count || !AuthorSignature.Verify(spki, messages[i], _signatures[i]))
            {
                return Refusal.Invalid(
                    SigningProblems.SignatureInvalid, $"Signature {i + 1} of {_signatures.Count} is not one of {_key} over entry {i + 1} of {entries.Count}.", SignatureHeaders.Signature);
            }
        }

        foreach (var (entry, signature) in entries.Zip(_signatures))
        {
            entry.Sign(AuthorSignature.Of(_key, signature));
        }

        return null;
    }

    // A key is bound in one act and used in later ones: it must have been there before this act, and still be there after it.
    private byte[]? KeyIn(Session session, SignableEntry entry)
    {
        var spki = entry.With == SigningKeys.OfTheCase
            ? session.Load(CaseJournal.Definition, entry.Stream)?.KeyOf(_by) is { } bound && bound.Id == _key ? bound.Spki : null
            : InForce(_core.Load(PersonJournal.Definition, PersonJournal.Stream(_by)).State) is { } before &&
              InForce(session.Load(PersonJournal.Definition, PersonJournal.Stream(_by))) == before ? before : null;
        return spki is not null && B64Url.TryDecode(spki, out var bytes) ? bytes : null;
    }

    private string? InForce(Person? person) => person?.SigningKeys.Find(k => k.Id.Value == _key && k.RetiredAt is null)?.Spki;

    private bool IsOf(DraftToken draft) => CryptographicOperations.FixedTimeEquals(draft.Request, DigestOfRequest());

    private byte[] DigestOfRequest() => SHA256.HashData(Encoding.UTF8.GetBytes($"{_by.Value}\n{_request}\n{_ifMatch}\n{_named}"));

    private static byte[] DigestOf(IReadOnlyList<byte[]> messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
            hash.AppendData(length);
            hash.AppendData(message);
        }

        return hash.GetHashAndReset();
    }

    private static DraftTokens Tokens(RegistryCore core) => new(core.Secret("draft"));

    /// <summary>The answer where the policy demands a signature and there is none.</summary>
    internal static Refusal Required { get; } = Refusal.Forbidden(
        SigningProblems.SignatureRequired, "The policy demands that whoever does this signs it: ask for a draft first (Registry-Draft: ?1).", SignatureHeaders.Signature);

    private static Refusal Mismatch { get; } =
        Refusal.Invalid(SigningProblems.DraftMismatch, "The draft was given for another request, to somebody else, or elsewhere.", SignatureHeaders.Draft);
}
