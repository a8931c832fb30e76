using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Auditing;

/// <summary>What an auditor says of the signatures of those who acted.</summary>
public sealed class AuthorAuditTests
{
    private const string Noon = "2026-11-24T12:00:00Z";
    private static readonly byte[] Salt = [.. Enumerable.Repeat((byte)5, 32)];

    private readonly ECDsa _ada = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _bob = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void A_signed_act_counts_once_its_key_is_bound_to_the_same_pseudonym_in_the_same_chain()
    {
        var auditor = Walk(Log(Bound("p_ada", _ada), Signed("p_ada", _ada), Unsigned("p_ada")));
        (auditor.Signed, auditor.Readable).Should().Be((1, 3));
        var again = LogAuditor.Load(auditor.Save());
        (again.Signed, again.Readable).Should().Be((1, 3));
    }

    [Fact]
    public void A_saved_auditor_still_knows_the_keys()
    {
        var entries = Log(Bound("p_ada", _ada), Signed("p_ada", _ada), Signed("p_ada", _ada));
        var auditor = LogAuditor.Load(Walk(entries[..1]).Save());
        auditor.Append(entries[1]);
        auditor.Append(entries[2]);
        auditor.Signed.Should().Be(2);
    }

    [Fact]
    public void A_flipped_bit_a_swapped_key_and_a_dropped_binding_are_named()
    {
        Fault(Log(Bound("p_ada", _ada), Flipped(Signed("p_ada", _ada)))).Should().Be("author");
        Fault(Log(Bound("p_ada", _ada), Bound("p_bob", _bob), Signed("p_ada", _bob))).Should().Be("author", "the key is bound to another");
        Fault(Log(Bound("p_ada", _ada), Signed("p_ada", _ada, @as: _bob))).Should().Be("author");
        Fault(Log(Bound("p_ada", _ada), Bound("p_bob", _bob), Signed("p_ada", _bob, @as: _ada))).Should().Be("author");
        Fault(Log(Unsigned("p_ada"), Signed("p_ada", _ada))).Should().Be("author", "nothing binds the key");
        Fault(Log(Signed("p_ada", _ada), Bound("p_ada", _ada))).Should().Be("author", "it was bound later");
        Fault(Log(Bound("p_ada", _ada), Bound("p_bob", _ada))).Should().Be("author", "one key is bound to one pseudonym");
        Fault(Log(Bound("p_ada", _ada, under: BallotSeal.KeyId(_bob.ExportSubjectPublicKeyInfo())))).Should().Be("author", "the id is not that of the key");
    }

    [Fact]
    public void A_key_counts_in_the_chain_that_bound_it_and_in_no_other()
    {
        byte[] bound = Entry("inc_1", 1, null, Bound("p_ada", _ada)), elsewhere = Entry("inc_2", 1, null, Signed("p_ada", _ada, subject: "inc_2"));
        Fault([bound, elsewhere]).Should().Be("author");
    }

    [Fact]
    public void A_long_term_key_counts_outside_of_cases_wherever_an_account_introduced_it()
    {
        var spki = B64Url.Encode(_ada.ExportSubjectPublicKeyInfo());
        var introduced = new Act("p_1", "key.introduced", new JsonObject { ["key"] = "key_1", ["spki"] = spki }, null);
        var signed = Signed("p_2", _ada, subject: "policy", id: "key_1");
        Walk([Entry("per_1", 1, null, introduced), Entry("policy", 1, null, signed)]).Signed.Should().Be(1);
        Fault([Entry("per_1", 1, null, introduced), Entry("policy", 1, null, Flipped(signed))]).Should().Be("author");
        Fault([Entry("policy", 1, null, signed)]).Should().Be("author");
        Fault([Entry("per_1", 1, null, introduced), Entry("inc_1", 1, null, Signed("p_2", _ada, id: "key_1"))]).Should().Be("author", "in a case its own keys sign");
        Fault([Entry("inc_1", 1, null, introduced)]).Should().Be("author");
        Fault([Entry("per_1", 1, null, Bound("p_ada", _ada))]).Should().Be("author");
    }

    [Fact]
    public void A_key_that_is_bound_to_the_same_pseudonym_once_more_counts_from_the_first_time() =>
        Walk(Log(Bound("p_ada", _ada), Signed("p_ada", _ada), Bound("p_ada", _ada), Signed("p_ada", _ada))).Signed.Should().Be(2);

    [Fact]
    public void A_signature_whose_key_was_bound_under_a_seal_waits_until_that_is_opened()
    {
        byte[] bound = Entry("inc_1", 1, null, Bound("p_ada", _ada)), seal = LogEntry.Sealed(LogEntry.Seal(Salt, bound));
        var act = Entry("inc_1", 2, seal, Signed("p_ada", _ada));
        var opening = Entry("unsealed:inc_1", 1, null, new Act(null, "unsealed", HonestLog.Opening(0, bound, Salt), null));
        var auditor = Walk([seal, act, opening]);
        auditor.Signed.Should().Be(1);
        Fault([seal, act]).Should().Be("author", "at a signed head no signature waits");
        Fault([seal, Entry("inc_1", 2, seal, Flipped(Signed("p_ada", _ada))), opening]).Should().Be("author");
    }

    [Fact]
    public void An_author_of_another_form_is_no_entry()
    {
        foreach (var author in new JsonObject[] { [], new() { ["key"] = "k-1" }, new() { ["key"] = "k-1", ["sig"] = "AAAA" }, new() { ["key"] = "k \"", ["sig"] = B64Url.Encode(new byte[64]) } })
        {
            Fault([Entry("inc_1", 1, null, Unsigned("p_ada") with { Author = author })]).Should().Be("entry");
        }
    }

    [Fact]
    public void The_message_of_an_entry_is_what_its_author_signed_and_reads_back()
    {
        var act = Signed("p_ada", _ada);
        var entry = JsonNode.Parse(Entry("inc_1", 7, Salt, act))!.AsObject();
        var message = AuthorSignature.MessageOf(entry);
        Encoding.UTF8.GetString(message).Should().StartWith("DSSEv1 47 application/vnd.attribution-registry.event+json ");
        AuthorSignature.Read(message)!.ToJsonString().Should().Be("""{"actor":"p_ada","body":{"n":1},"subject":"inc_1","type":"evidence.received","v":1}""");
        AuthorSignature.Read(message.AsSpan(1)).Should().BeNull();
        AuthorSignature.Read([.. message, (byte)' ']).Should().BeNull();
        AuthorSignature.In(entry)!.Value.Key.Should().Be(BallotSeal.KeyId(_ada.ExportSubjectPublicKeyInfo()));
    }

    private sealed record Act(string? Actor, string Type, JsonObject Body, JsonObject? Author);

    private static Act Bound(string actor, ECDsa key, string? under = null)
    {
        var spki = key.ExportSubjectPublicKeyInfo();
        return new Act(actor, CaseKeys.BoundType, new JsonObject { ["key"] = under ?? BallotSeal.KeyId(spki), ["spki"] = B64Url.Encode(spki) }, null);
    }

    private static Act Unsigned(string actor) => new(actor, "evidence.received", new JsonObject { ["n"] = 1 }, null);

    private static Act Signed(string actor, ECDsa key, ECDsa? @as = null, string subject = "inc_1", string? id = null)
    {
        var act = Unsigned(actor);
        var signature = AuthorSignature.Sign(key, LogEntry.AuthorMessage(act.Actor, act.Body, subject, act.Type, 1));
        return act with { Author = AuthorSignature.Of(id ?? BallotSeal.KeyId((@as ?? key).ExportSubjectPublicKeyInfo()), signature) };
    }

    private static Act Flipped(Act act)
    {
        var signature = B64Url.Decode((string)act.Author!["sig"]!);
        signature[17] ^= 1;
        return act with { Author = AuthorSignature.Of((string)act.Author["key"]!, signature) };
    }

    private static byte[] Entry(string subject, int seq, byte[]? after, Act act) => LogEntry.Plain(
        act.Actor, Noon, act.Body.DeepClone(), after is null ? null : B64Url.Encode(Rfc6962.LeafHash(after)), seq, subject, act.Type, 1, (JsonObject?)act.Author?.DeepClone());

    private static byte[][] Log(params Act[] acts)
    {
        var entries = new List<byte[]>();
        foreach (var act in acts)
        {
            entries.Add(Entry("inc_1", entries.Count + 1, entries.Count == 0 ? null : entries[^1], act));
        }

        return [.. entries];
    }

    private static LogAuditor Walk(byte[][] entries)
    {
        var auditor = LogAuditorTests.Walk(entries);
        auditor.RequireHead(new Checkpoint("log", auditor.Size, auditor.Root()));
        return auditor;
    }

    private static string? Fault(byte[][] entries)
    {
        try
        {
            Walk(entries);
            return null;
        }
        catch (LogAuditException fault)
        {
            return fault.Check;
        }
    }
}
