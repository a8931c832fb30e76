using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Whoever orders a face forgotten means every copy of the photograph.</summary>
public sealed class ErasureOfCopiesTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task L3_an_original_is_not_erased_while_full_copies_would_go_on_saying_it()
    {
        var family = await FamilyAsync();

        var refused = await EraseAsync(family.Opened.Custodian, family.Original, includeCopies: false);

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var problem = await refused.Content.ReadAsStringAsync();
        problem.Should().Contain("copies-remain").And.NotContain(family.Redaction.Value);
        family.Copies.Should().OnlyContain(copy => problem.Contains(copy.Value));
        family.Opened.State.Pending.Should().BeNull();
    }

    [Fact]
    public async Task L4_the_second_person_sees_and_confirms_every_item_that_goes_and_what_is_kept()
    {
        var family = await FamilyAsync();
        var (opened, original) = (family.Opened, family.Original);
        var gone = family.Copies.Append(original).ToList();
        var blobs = gone.ConvertAll(item => opened.Blob(item)!);

        var proposed = await EraseAsync(opened.Custodian, original);
        proposed.StatusCode.Should().Be(HttpStatusCode.Accepted, await proposed.Content.ReadAsStringAsync());
        var shown = (await _registry.As(Role.Registrar).GetFromJsonAsync<JsonElement>($"/v1/incidents/{opened.Incident}")).GetProperty("pending");
        foreach (var list in new[] { (await JsonAsync(proposed)).GetProperty("pending"), shown })
        {
            Ids(list.GetProperty("destroys")).Should().BeEquivalentTo(gone);
            Ids(list.GetProperty("keeps")).Should().BeEquivalentTo([family.Redaction]);
        }

        (await EraseAsync(_registry.As(Role.Registrar), original)).StatusCode.Should().Be(HttpStatusCode.OK);

        foreach (var item in gone)
        {
            opened.Blob(item).Should().BeNull("the key went");
            await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Gone, "evidence-erased");
            CustodyChain.Check(opened.Item(item).Custody).Should().BeNull();
        }

        blobs.Should().OnlyContain(blob => !opened.Files.Contains(blob));
        (await opened.Analyst.GetAsync($"/v1/evidence/{family.Redaction}/content")).StatusCode.Should().Be(HttpStatusCode.OK, "a redaction is erased by an order of its own");
        var inside = (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{original}"))).GetProperty("inside").GetProperty("erasure");
        Ids(inside.GetProperty("copies")).Should().BeEquivalentTo(family.Copies);
        Ids(inside.GetProperty("kept")).Should().BeEquivalentTo([family.Redaction]);
        var report = await opened.Custodian.GetFromJsonAsync<JsonElement>($"/v1/evidence/{family.Stripped}/custody-report");
        report.GetProperty("erasure").GetProperty("with").GetString().Should().Be(original.Value);
        report.GetProperty("custody").EnumerateArray().Last().GetProperty("what").GetProperty("kind").GetString().Should().Be("erased");
        (await opened.Analyst.GetStringAsync($"/v1/evidence/{family.Stripped}")).Should().NotContain("Ada Example", "who took it stood in the erased bytes");
        (await opened.Custodian.GetStringAsync($"/v1/evidence/{original}/custody-report.html")).Should().Contain(family.Redaction.Value);
    }

    [Fact]
    public async Task L4_a_copy_made_after_the_proposal_has_to_be_proposed_too()
    {
        var family = await FamilyAsync();
        await OkAsync(EraseAsync(family.Opened.Custodian, family.Original));
        var late = await CopyAsync(family.Opened, family.Original, "workingCopy", SampleFiles.Jpeg());

        await RefusedAsync(EraseAsync(_registry.As(Role.Registrar), family.Original), HttpStatusCode.Conflict, "erasure-changed");
        family.Opened.Blob(family.Original).Should().NotBeNull();
        await OkAsync(_registry.As(Role.Registrar).PostAsJsonAsync($"/v1/incidents/{family.Opened.Incident}/pending/drop", new { reason = "A copy more." }));
        await OkAsync(EraseAsync(family.Opened.Custodian, family.Original));
        await OkAsync(EraseAsync(_registry.As(Role.Registrar), family.Original));

        family.Opened.Item(late).Standing.Should().Be(EvidenceStanding.Erased);
    }

    [Fact]
    public async Task L3_a_copy_is_erased_alone_and_a_copy_of_a_redaction_stays_with_it()
    {
        var family = await FamilyAsync();
        var ofRedaction = await CopyAsync(family.Opened, family.Redaction, "workingCopy", "with black bars"u8.ToArray());

        foreach (var person in new[] { family.Opened.Custodian, _registry.As(Role.Registrar) })
        {
            await OkAsync(EraseAsync(person, family.Translation, includeCopies: false));
        }

        family.Opened.Item(family.Translation).Standing.Should().Be(EvidenceStanding.Erased);
        family.Opened.Item(family.Stripped).Standing.Should().NotBe(EvidenceStanding.Erased);
        family.Opened.Item(family.Original).Standing.Should().NotBe(EvidenceStanding.Erased);
        foreach (var person in new[] { family.Opened.Custodian, _registry.As(Role.Registrar) })
        {
            await OkAsync(EraseAsync(person, family.Original));
        }

        family.Opened.Item(family.Original).Erasure!.Kept.Should().BeEquivalentTo([family.Redaction, ofRedaction]);
        family.Opened.Blob(ofRedaction).Should().NotBeNull();
    }

    /// <summary>A photograph, the registry's copy of it without metadata, a translation of that, the same bytes again, and a redaction.</summary>
    private async Task<Family> FamilyAsync()
    {
        var opened = await OpenAsync(_registry);
        var original = await opened.SealedAsync(SampleFiles.Jpeg());
        var made = await opened.Analyst.PostAsJsonAsync($"/v1/evidence/{original}/derivations", new { kind = "metadataStripped", interestInOutcome = "none" });
        made.StatusCode.Should().Be(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var stripped = EvidenceId.Of((await JsonAsync(made)).GetProperty("id").GetString()!);
        var translation = await CopyAsync(opened, stripped, "translation", "in other words"u8.ToArray());
        var again = await opened.SealedAsync(SampleFiles.Jpeg());
        var redaction = await CopyAsync(opened, original, "redaction", "black bars"u8.ToArray());
        return new Family(opened, original, stripped, translation, [stripped, translation, again], redaction);
    }

    private static async Task<EvidenceId> CopyAsync(EvidenceCase opened, EvidenceId original, string how, byte[] bytes)
    {
        var answer = await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", new
        {
            title = "Copy", kind = "report", description = new { value = "x", lang = "en" }, interestInOutcome = "none", tlp = "TLP:CLEAR",
            parents = new[] { new { original = original.Value, how, activity = new { tool = "hand", toolVersion = "1", @operator = "custodian" } } },
        });
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var id = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(id, bytes));
        return id;
    }

    private static Task<HttpResponseMessage> EraseAsync(HttpClient client, EvidenceId item, bool includeCopies = true) =>
        client.PostAsJsonAsync($"/v1/evidence/{item}/erasure", new { legalBasis = "Article 17", reason = "A bystander's face.", includeCopies });

    private static IEnumerable<EvidenceId> Ids(JsonElement list) => list.EnumerateArray().Select(id => EvidenceId.Of(id.GetString()!));

    private sealed record Family(EvidenceCase Opened, EvidenceId Original, EvidenceId Stripped, EvidenceId Translation, IReadOnlyList<EvidenceId> Copies, EvidenceId Redaction);
}
