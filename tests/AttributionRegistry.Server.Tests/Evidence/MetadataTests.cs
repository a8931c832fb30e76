using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Evidence.Metadata;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Metadata: what is found, what is taken out of copies, what is refused.</summary>
public sealed class MetadataTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    public static TheoryData<string, byte[]> Files => new()
    {
        { "image/jpeg", SampleFiles.Jpeg() }, { "image/png", SampleFiles.Png() }, { "image/webp", SampleFiles.WebP() },
        { "application/vnd.openxmlformats-officedocument", SampleFiles.Docx() }, { "application/vnd.oasis.opendocument", SampleFiles.Odt() },
    };

    [Theory, MemberData(nameof(Files))]
    public void What_is_found_is_gone_from_the_copy(string format, byte[] file)
    {
        var before = file.ToArray();
        var copy = FileMetadata.Strip(file);

        file.Should().Equal(before, "E3: the original is only read");
        copy.Report.Format.Should().Be(format);
        copy.Report.Entries.Should().NotBeEmpty();
        FileMetadata.Read(copy.Bytes).Entries.Should().BeEmpty();
        Encoding.Latin1.GetString(copy.Bytes).Should().NotContain("Ada Example").And.NotContain("appended film");
    }

    [Fact]
    public void The_position_of_a_camera_is_in_the_report_and_the_picture_is_as_it_was()
    {
        var copy = FileMetadata.Strip(SampleFiles.Jpeg());

        copy.Report.Entries.Should().Contain(e => e.Place == "GPS" && e.Name == "GPS Latitude" && e.Value.StartsWith("48"))
            .And.Contain(e => e.Value == "Example").And.Contain(e => e.Value == "taken by Ada Example").And.Contain(e => e.Name == "Behind the picture");
        Encoding.Latin1.GetString(copy.Bytes).Should().Contain(Encoding.Latin1.GetString(SampleFiles.Scan)).And.Contain("JFIF").And.EndWith("\u00FF\u00D9");
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(8, false)]
    [InlineData(3, true)]
    public void A_photograph_stays_upright_and_nothing_else_of_exif_stays(byte orientation, bool bigEndian)
    {
        byte[] block = [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        var exif = SampleFiles.Turned(orientation, bigEndian);
        foreach (var (file, header) in new (byte[], byte[])[]
        {
            (SampleFiles.Jpeg(exif), [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8]), (SampleFiles.Png(exif), [0, 0, 0, 26, .. "eXIf"u8]), (SampleFiles.WebP(exif), [.. "EXIF"u8, 26, 0, 0, 0]),
        })
        {
            var copy = FileMetadata.Strip(file);

            copy.Bytes.AsSpan().IndexOf([.. header, .. block]).Should().BePositive("the new block is whole");
            var read = MetadataExtractor.ImageMetadataReader.ReadMetadata(new MemoryStream(copy.Bytes)).OfType<MetadataExtractor.Formats.Exif.ExifIfd0Directory>().Single();
            read.Tags.Should().ContainSingle().Which.Type.Should().Be(0x0112);
            read.GetObject(0x0112).Should().Be((ushort)orientation);
            copy.Report.Kept.Should().ContainSingle().Which.Should().Be(new MetadataEntry("Exif IFD0", "Orientation", $"{orientation}"));
            copy.Report.Entries.Should().Contain(e => e.Name == "Make" && e.Value == "Example");
            Encoding.Latin1.GetString(copy.Bytes).Should().NotContain("Example");
            FileMetadata.Read(copy.Bytes).Entries.Should().BeEmpty();
            FileMetadata.Strip(copy.Bytes).Bytes.Should().Equal(copy.Bytes, "a copy of the copy is the same");
        }
    }

    [Fact]
    public void An_upright_photograph_and_a_made_up_orientation_leave_no_exif_behind()
    {
        foreach (var orientation in new byte[] { 0, 1, 9, 255 })
        {
            var copy = FileMetadata.Strip(SampleFiles.Jpeg(SampleFiles.Turned(orientation, true)));

            copy.Report.Kept.Should().BeEmpty();
            Encoding.Latin1.GetString(copy.Bytes).Should().NotContain("Exif");
        }

        FileMetadata.Strip(SampleFiles.WebP(SampleFiles.Turned(6, true))).Bytes[20].Should().Be(0b1000, "the file says that EXIF follows");
        FileMetadata.Strip(SampleFiles.WebP()).Bytes[20].Should().Be(0);
    }

    [Fact]
    public void Authors_revisions_dates_and_previews_leave_a_document_and_its_text_stays()
    {
        var copy = FileMetadata.Strip(SampleFiles.Docx());

        copy.Report.Entries.Should().Contain(e => e.Name == "creator" && e.Value == "Ada Example").And.Contain(e => e.Name == "Company" && e.Value == "Example Labs")
            .And.Contain(e => e.Name == "author").And.Contain(e => e.Name == "date" && e.Value == "2026-01-02T03:04:05Z").And.Contain(e => e.Name == "Revision ids").And.Contain(e => e.Name == "Preview");
        var text = SampleFiles.Part(copy.Bytes, "word/document.xml");
        text.Should().Contain("> The text stays. <").And.NotContain("rsid").And.NotContain("2026").And.Contain("w:author=\"Author\"");
        SampleFiles.Part(copy.Bytes, "_rels/.rels").Should().Contain("word/document.xml").And.NotContain("thumbnail");
        SampleFiles.Part(FileMetadata.Strip(SampleFiles.Odt()).Bytes, "content.xml").Should().Contain("The text stays.").And.Contain("1970-01-01");
    }

    [Fact]
    public void A_pdf_is_read_and_never_stripped()
    {
        var report = FileMetadata.Read(SampleFiles.Pdf());

        report.Entries.Select(e => (e.Name, e.Value)).Should().Equal(
            ("Author", "Ada (A) Example"), ("CreationDate", "D:20260102030405Z"), ("Producer", "Write"), ("xmp:CreatorTool", "Writer 7"));
        report.Complete.Should().BeFalse("compressed parts are not searched");
        Code(() => FileMetadata.Strip(SampleFiles.Pdf())).Should().Be("metadata-not-strippable");
    }

    [Fact]
    public void What_is_not_fully_understood_is_refused()
    {
        Code(() => FileMetadata.Strip("MZ program"u8.ToArray())).Should().Be("metadata-format-unknown");
        Code(() => FileMetadata.Strip(SampleFiles.Zip([("a.txt", "x")]))).Should().Be("metadata-format-unknown");
        Code(() => FileMetadata.Strip(SampleFiles.Docx(("_xmlsignatures/sig1.xml", "<a/>")))).Should().Be("metadata-not-strippable");
        Code(() => FileMetadata.Strip(SampleFiles.Docx(("word/embeddings/other.docx", "PK")))).Should().Be("metadata-not-strippable");
        Code(() => FileMetadata.Strip(SampleFiles.Odt("<m:encryption-data/>"))).Should().Be("metadata-not-strippable");
    }

    [Fact]
    public void A_document_that_unpacks_without_end_or_names_entities_is_refused()
    {
        Code(() => FileMetadata.Strip(SampleFiles.Docx(("word/media/bomb.bin", new string('\0', 4 << 20))))).Should().Be("metadata-unreadable");
        Code(() => FileMetadata.Strip(SampleFiles.Docx(("word/footnotes.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")))).Should().Be("metadata-unreadable");
        Code(() => FileMetadata.Strip(SampleFiles.Docx(("word/Document.xml", "<a/>")))).Should().Be("metadata-unreadable");
    }

    [Theory, MemberData(nameof(Files))]
    public void A_file_cut_or_changed_anywhere_is_copied_clean_or_refused_and_nothing_else(string format, byte[] file)
    {
        for (var at = 12; at < file.Length; at += 3)
        {
            Try(file[..at]);
            var changed = file.ToArray();
            changed[at] ^= 0xFF;
            Try(changed);
        }

        static void Try(byte[] bytes)
        {
            try
            {
                FileMetadata.Read(FileMetadata.Strip(bytes).Bytes).Entries.Should().BeEmpty();
            }
            catch (MetadataRefusedException refused)
            {
                refused.Code.Should().StartWith("metadata-");
            }
        }

        format.Should().NotBeEmpty();
    }

    [Fact]
    public async Task E3_a_copy_without_metadata_is_a_new_item_that_names_its_original_and_says_what_was_found()
    {
        var opened = await OpenAsync(_registry);
        var original = await opened.SealedAsync(SampleFiles.Jpeg(), "TLP:AMBER");

        var answer = await opened.Custodian.PostAsJsonAsync($"/v1/evidence/{original}/derivations", new { kind = "metadataStripped", interestInOutcome = "none" });

        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var copy = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
        answer.Headers.Location!.ToString().Should().Be($"/v1/evidence/{copy}");
        var view = await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{copy}"));
        view.GetProperty("tlp").GetString().Should().Be("TLP:AMBER");
        view.GetProperty("parents")[0].GetProperty("original").GetString().Should().Be(original.Value);
        view.GetProperty("parents")[0].GetProperty("how").GetString().Should().Be("metadataStripped");
        view.GetProperty("inside").GetProperty("metadata").GetProperty("entries").GetRawText().Should().Contain("GPS Latitude");
        var bytes = await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{copy}/content");
        bytes.Should().Equal(FileMetadata.Strip(SampleFiles.Jpeg()).Bytes);
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{original}/content")).Should().Equal(SampleFiles.Jpeg());
        _registry.Core.Load(AccessJournal.Definition, AccessJournal.Stream(original)).State!.Reads.Select(r => (r.By, r.Range))
            .Should().Contain((_registry.CallerOf(Role.Custodian).Id, "all, to take metadata out"));
        CustodyChain.Check(opened.Item(copy).Custody).Should().BeNull();
    }

    [Fact]
    public async Task E7_looking_at_metadata_is_a_read_of_the_bytes_and_the_registrar_may_not()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(SampleFiles.Pdf());

        (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}/metadata"))).GetProperty("entries").GetRawText().Should().Contain("Ada (A) Example");
        opened.AccessesOf(item).Should().Be(1);
        (await _registry.As(Role.Registrar).GetAsync($"/v1/evidence/{item}/metadata")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        opened.AccessesOf(item).Should().Be(1);
    }

    [Fact]
    public async Task A_refused_derivation_leaves_nothing_behind()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(SampleFiles.Pdf());
        var (size, files) = (opened.State.Evidence.Count, opened.AllFiles.Count);

        await RefusedAsync(Derive("metadataStripped"), HttpStatusCode.UnprocessableEntity, "metadata-not-strippable");
        await RefusedAsync(Derive("redaction"), HttpStatusCode.UnprocessableEntity, "derivation-kind");
        var bare = await opened.SubmitAsync();
        await RefusedAsync(opened.Analyst.PostAsJsonAsync($"/v1/evidence/{bare}/derivations", new { kind = "metadataStripped", interestInOutcome = "none" }), HttpStatusCode.Conflict, "original-unsealed");

        (opened.State.Evidence.Count, opened.AllFiles.Count).Should().Be((size + 1, files));
        Task<HttpResponseMessage> Derive(string kind) => opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/derivations", new { kind, interestInOutcome = "none" });
    }

    [Fact]
    public async Task E1_nothing_is_derived_from_bytes_that_were_damaged_on_disk()
    {
        var opened = await OpenAsync(_registry);
        var bytes = (byte[])[.. SampleFiles.Jpeg(), 1, 2, 3, 4];
        var item = await opened.SealedAsync(bytes);
        var path = opened.PathOf(item);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var damaged = await File.ReadAllBytesAsync(path);
        damaged[^1] ^= 1;
        await File.WriteAllBytesAsync(path, damaged);

        await RefusedAsync(opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/derivations", new { kind = "metadataStripped", interestInOutcome = "none" }), HttpStatusCode.Conflict, "evidence-damaged");

        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
        opened.AccessesOf(item).Should().Be(0);
    }

    private static string Code(Action act) => act.Should().Throw<MetadataRefusedException>().Which.Code;
}
