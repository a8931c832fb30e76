using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>A sealed ballot: nothing in it says anything about the vote. Its canonical form is what the ballot key signs.</summary>
/// <param name="Type">Always <c>commit</c>.</param>
/// <param name="V">Always 1.</param>
/// <param name="CaseId">The incident.</param>
/// <param name="Round">The number of the round.</param>
/// <param name="BallotKeyId">The member's ballot key.</param>
/// <param name="Revision">1, or one more than the last (V-51).</param>
/// <param name="Previous">Digest of the envelope before, hex; null for the first.</param>
/// <param name="Commitment">SHA-256 over tag, salt and canonical ballot, hex.</param>
/// <param name="Nonce">16 random bytes, hex: ties the receipt to this client (V-73).</param>
public sealed record EnvelopeBody(
    string Type, int V, string CaseId, int Round, string BallotKeyId, int Revision, string? Previous, string Commitment, string Nonce)
{
    internal Refusal? Fault() =>
        Type != "commit" ? Malformed("type", "An envelope has the type 'commit'.")
        : V != 1 ? Malformed("v", "This server takes envelopes of version 1.")
        : Revision < 1 ? Malformed("revision", "Revisions count from 1.")
        : Previous is not null && !Sha256Hex.IsWellFormed(Previous) ? Malformed("previous", "The digest of the envelope before is 64 lower-case hex digits, or null.")
        : !Sha256Hex.IsWellFormed(Commitment) ? Malformed("commitment", "A commitment is 64 lower-case hex digits.")
        : Nonce.Length != 32 || Nonce.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0 ? Malformed("nonce", "A nonce is 32 lower-case hex digits.")
        : null;

    private static Refusal Malformed(string name, string message) => Refusal.Invalid("envelope-malformed", message, $"/envelope/{name}");
}

/// <summary>A sealed ballot to hand in.</summary>
/// <param name="Envelope">Says nothing about the vote.</param>
/// <param name="Signature">ES256 of the ballot key over the envelope's digest, base64url.</param>
/// <param name="Escrow">Ballot and salt for the scrutineers: required where the round has some, refused where it has none (V-56).</param>
public sealed record CommitRequest(EnvelopeBody Envelope, string Signature, EscrowRequest? Escrow = null);

/// <summary>The answer to a sealed ballot: as every write, and the log's signed word for this very ballot.</summary>
/// <param name="Id">The envelope's digest.</param>
/// <param name="Etag">The entity tag of the round as the caller sees it.</param>
/// <param name="Receipt">Proof of the act: leaf, inclusion proof, signed checkpoint.</param>
/// <param name="BallotReceipt">A note signed by the log's key: case, round, ballot key, revision, commitment, nonce, leaf (V-73). A client refuses one that is not its own.</param>
public sealed record CommittedBallot(string Id, string Etag, Receipt Receipt, string BallotReceipt);

public static class CommitBallot
{
    /// <summary>
    /// Hands in a sealed ballot, or its next revision. The receipt proves that it is in the log; the same envelope again is
    /// answered with the same leaf (V-52).
    /// </summary>
    public static async Task<Results<Created<CommittedBallot>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<CommitRequest> body, Ask ask, Writes writes, RoundActs acts, RegistryCore core, CancellationToken cancel)
    {
        var (sent, signature) = (body.Value.Envelope, body.Value.Signature);
        var escrow = body.Value.Escrow;
        if ((sent.Fault() ?? escrow?.Fault()) is { } fault)
        {
            return fault.ToProblem();
        }

        var digest = RoundRecord.DigestOf(sent);
        var hex = Convert.ToHexStringLower(digest);
        var done = await writes.CreateAsync(
            ask.With(body),
            acts.On(
                roundId, hex,
                (session, _, round) => RoundActs.Decide(session, roundId, round, new RoundCommand.Commit(
                    new Envelope(sent.BallotKeyId, sent.Revision, sent.Previous, sent.Commitment, sent.Nonce, hex, signature, ask.At),
                    sent.CaseId, sent.Round, IsSigned(round, ask.By.Id, digest, signature))
                {
                    By = ask.By.Id,
                    At = ask.At,
                    Escrow = escrow?.ToDeposit(hex),
                    EscrowSignatureValid = escrow is not null && IsSigned(round, ask.By.Id, escrow.Escrow.ToStatement().ToSign(), escrow.Signature),
                }),
                earlier: e => e is RoundEvent.Committed { Envelope: var there } && there.Digest == hex),
            $"/v1/rounds/{roundId}/envelopes", cancel);
        return done.Result switch
        {
            Created<Written> { Value: { } written, Location: var at } =>
                TypedResults.Created(at, new CommittedBallot(written.Id, written.Etag, written.Receipt, WordFor(sent, written.Receipt, ask.At, core))),
            ProblemHttpResult problem => problem,
            _ => throw new InvalidOperationException("A write is made or refused."),
        };
    }

    private static string WordFor(EnvelopeBody sent, Receipt receipt, DateTimeOffset at, RegistryCore core)
    {
        var signers = core.Store.Signers;
        return new BallotReceipt(
            sent.CaseId, sent.Round, sent.BallotKeyId, sent.Revision, sent.Commitment, sent.Nonce, receipt.LeafHash, signers[0].Name,
            Instant.ToRfc3339(Instant.ToMicroseconds(at))).Sign(signers);
    }

    private static bool IsSigned(Round round, PersonId voter, byte[] digest, string signature) =>
        round.VoterOf(voter) is { } member && RoundRecord.BytesOf(signature) is { } bytes && BallotSeal.VerifyEs256(B64Url.Decode(member.BallotKeySpki), digest, bytes);
}

/// <summary>An envelope in the record. Instants are left out: they would tell who came when (V-58).</summary>
public sealed record EnvelopeView(EnvelopeBody Envelope, string Digest, string Signature)
{
    public static EnvelopeView Of(Round round, Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return new EnvelopeView(RoundRecord.BodyOf(round, envelope), envelope.Digest, envelope.Signature);
    }
}

/// <summary>All envelopes of a round, sorted by commitment.</summary>
public sealed record EnvelopesView(IReadOnlyList<EnvelopeView> Envelopes);

public static class ReadEnvelopes
{
    /// <summary>All envelopes, sorted by commitment, once the commit window has closed; before that, nothing to nobody (V-58).</summary>
    public static Results<Ok<EnvelopesView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads, TimeProvider clock) =>
        reads.Once(
            http, roundId, caller,
            round => !round.IsCommitOver(clock.GetUtcNow())
                ? Refusal.Conflict("commit-window-open", "Envelopes are shown once the commit window has closed (V-58).")
                : null,
            round => new EnvelopesView(
            [
                .. round.Envelopes.OrderBy(e => e.Commitment, StringComparer.Ordinal).ThenBy(e => e.Digest, StringComparer.Ordinal)
                    .Select(e => EnvelopeView.Of(round, e)),
            ]));
}
