using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>The rules of evidence through the API.</summary>
public sealed class EvidenceRuleTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task A_description_is_recorded_as_it_was_given()
    {
        var opened = await OpenAsync(_registry);

        var item = await opened.SubmitAsync("TLP:AMBER+STRICT");

        var answer = await opened.Analyst.GetAsync($"/v1/evidence/{item}");
        answer.Headers.ETag.Should().NotBeNull();
        var view = await JsonAsync(answer);
        view.GetProperty("title").GetString().Should().Be("Wiper sample");
        view.GetProperty("tlp").GetString().Should().Be("TLP:AMBER+STRICT");
        view.GetProperty("standing").GetString().Should().Be("submitted");
        view.GetProperty("inside").GetProperty("submittedBy").GetString().Should().Be(_registry.CallerOf(Role.Analyst).Id.Value);
        view.GetProperty("inside").GetProperty("collected").GetProperty("by").GetString().Should().Be("Jane Doe");
        view.GetProperty("inside").GetProperty("custody").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_copy_names_an_original_of_the_same_case()
    {
        var (opened, other) = (await OpenAsync(_registry), await OpenAsync(_registry));
        var elsewhere = await other.SubmitAsync();
        var copy = new
        {
            title = "Redacted report", kind = "report", description = new { value = "x", lang = "en" }, interestInOutcome = "none", tlp = "TLP:CLEAR",
            parents = new[] { new { original = elsewhere.Value, how = "redaction", activity = new { tool = "hand", toolVersion = "1", @operator = "analyst" } } },
        };

        await RefusedAsync(opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", copy), HttpStatusCode.UnprocessableEntity, "parent-unknown");
    }

    [Fact]
    public async Task E4_nobody_grades_or_accepts_their_own_submission()
    {
        var opened = await OpenAsync(_registry);
        var (caller, both) = await _registry.NewPersonAsync(Role.Analyst, Role.Custodian);
        var item = (await JsonAsync(await both.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description()))).GetProperty("id").GetString();

        await RefusedAsync(both.PostAsJsonAsync($"/v1/evidence/{item}/grades", Grade("A", 1)), HttpStatusCode.Forbidden, "own-work");
        await RefusedAsync(both.PostAsJsonAsync($"/v1/evidence/{item}/admissibility", new { accepted = true, reason = "Mine." }), HttpStatusCode.Forbidden, "own-work");
        opened.State.Find(EvidenceId.Of(item!))!.Gradings.Should().BeEmpty();
        caller.Id.Value.Should().StartWith("per_");
    }

    [Fact]
    public async Task E5_regrading_keeps_the_old_grade_grader_time_and_reason()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/grades", Grade("C", 3)));
        var (second, client) = await _registry.NewPersonAsync(Role.Analyst);
        await OkAsync(client.PostAsJsonAsync($"/v1/evidence/{item}/grades", Grade("B", 2)));

        var grades = (await opened.Analyst.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/grades")).GetProperty("items").EnumerateArray().ToList();

        grades.Select(g => (g.GetProperty("source").GetString(), g.GetProperty("information").GetInt32(), g.GetProperty("by").GetString()))
            .Should().Equal(("C", 3, _registry.CallerOf(Role.Custodian).Id.Value), ("B", 2, second.Id.Value));
        grades.Should().OnlyContain(g => g.GetProperty("reason").GetString() == "Because." && g.GetProperty("at").GetDateTimeOffset() == _registry.Now);
        (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}"))).GetProperty("grade").GetProperty("source").GetString().Should().Be("B");
        var page = await opened.Analyst.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/grades?limit=1");
        var next = await opened.Analyst.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/grades?limit=1&after={page.GetProperty("next").GetString()}");
        next.GetProperty("items")[0].GetProperty("number").GetInt32().Should().Be(2);
    }

    [Theory]
    [InlineData("\"G\"", "1")]
    [InlineData("\"A\"", "0")]
    [InlineData("\"A\"", "7")]
    [InlineData("\"A\"", "\"1\"")]
    public async Task Grades_outside_the_code_are_refused(string source, string information)
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var body = new StringContent($$"""{"source":{{source}},"information":{{information}},"reason":"x"}""", null, "application/json");

        (await opened.Custodian.PostAsync($"/v1/evidence/{item}/grades", body)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task E6_release_never_goes_wider_than_the_label_and_widening_needs_the_sources_consent()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync("amber"u8.ToArray(), "TLP:AMBER");
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/admissibility", new { accepted = true, reason = "Fits." }));

        await RefusedAsync(Release("public"), HttpStatusCode.Conflict, "wider-than-label");
        await RefusedAsync(Label("TLP:CLEAR", null), HttpStatusCode.Conflict, "source-consent-missing");
        await OkAsync(Release("parties"));
        await OkAsync(Label("TLP:CLEAR", "Letter of 3 January."));
        await OkAsync(Release("public"));

        opened.Item(item).ReleasedTo.Should().Be(Audience.Public);
        opened.Item(item).SourceConsent.Should().Be("Letter of 3 January.");

        Task<HttpResponseMessage> Release(string to) => opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/release", new { to, reason = "For the reply." });
        Task<HttpResponseMessage> Label(string tlp, string? sourceConsent) => opened.Custodian.PutAsJsonAsync($"/v1/evidence/{item}/label", new { tlp, reason = "Asked for.", sourceConsent });
    }

    [Fact]
    public async Task A_stale_If_Match_is_refused_where_one_is_sent()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var stale = (await opened.Custodian.GetAsync($"/v1/evidence/{item}")).Headers.ETag!.Tag;
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/grades", Grade("C", 3)));
        var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/evidence/{item}/gist")
        {
            Content = JsonContent.Create(new { gist = new { value = "A wiper.", lang = "en" }, reasonCode = "sources", seenBy = "panel" }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", stale);

        await RefusedAsync(opened.Custodian.SendAsync(request), HttpStatusCode.PreconditionFailed, "precondition-failed");

        opened.Item(item).Gist.Should().BeNull();
    }

    [Fact]
    public async Task L4_erasure_takes_two_people_and_leaves_digest_description_and_custody()
    {
        var opened = await OpenAsync(_registry);
        var bytes = UploadTests.Bytes(2000, seed: 31);
        var item = await opened.SealedAsync(bytes);
        var blob = opened.Blob(item)!;
        var order = new { legalBasis = "Court order 12/26", reason = "Personal data of a bystander." };

        var proposed = await opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/erasure", order);
        proposed.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await JsonAsync(proposed)).GetProperty("pending").GetProperty("act").GetString().Should().Be("erase");
        await RefusedAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/erasure", order), HttpStatusCode.Conflict, "second-person-required");
        opened.Files.Contains(blob).Should().BeTrue("one person alone erases nothing");

        var confirmed = await _registry.As(Role.Registrar).PostAsJsonAsync($"/v1/evidence/{item}/erasure", order);

        confirmed.StatusCode.Should().Be(HttpStatusCode.OK, await confirmed.Content.ReadAsStringAsync());
        opened.Files.Contains(blob).Should().BeFalse();
        opened.Blob(item).Should().BeNull("the key went with its row");
        var view = await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}"));
        view.GetProperty("standing").GetString().Should().Be("erased");
        view.GetProperty("payload").GetProperty("sha256").GetString().Should().Be(DigestOf(bytes));
        view.GetProperty("title").GetString().Should().Be("Wiper sample");
        view.GetProperty("inside").GetProperty("custody").EnumerateArray().Last().GetProperty("kind").GetString().Should().Be("erased");
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Gone, "evidence-erased");
        await RefusedAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/erasure", order), HttpStatusCode.Conflict, "nothing-to-erase");
    }

    [Fact]
    public async Task L3_bytes_that_another_item_of_any_case_holds_outlive_the_erasure_of_one()
    {
        var (opened, other) = (await OpenAsync(_registry), await OpenAsync(_registry));
        var bytes = UploadTests.Bytes(2000, seed: 32);
        var (first, second) = (await opened.SealedAsync(bytes), await other.SealedAsync(bytes));

        await EraseAsync(opened, first);
        (await other.Analyst.GetByteArrayAsync($"/v1/evidence/{second}/content")).Should().Equal(bytes);

        var blob = other.Blob(second)!;
        await EraseAsync(other, second);
        opened.Files.Contains(blob).Should().BeFalse();
    }

    private async Task EraseAsync(EvidenceCase opened, EvidenceId item)
    {
        var order = new { legalBasis = "Court order", reason = "Ordered." };
        (await opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/erasure", order)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await _registry.As(Role.Registrar).PostAsJsonAsync($"/v1/evidence/{item}/erasure", order)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static object Grade(string source, int information) => new { source, information, reason = "Because." };
}
