using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The parts of a case, each read and checked at its place.</summary>
internal static partial class CaseFileParts
{
    public static CaseClaim Attribution(CaseFileNode node)
    {
        node.Object(
            "by", "eurepocBasis", "date", "attributedTo", "linLevel", "scaleUsed", "form", "note", "words", "wordsAre", "source", "sourceStatus", "readIn");
        var to = node["attributedTo"].Text();
        var form = node["form"].Text();
        return new CaseClaim(new ClaimContent
        {
            Kind = form == "self-claim" ? ClaimKind.SelfClaim : to.Contains("nobody", StringComparison.OrdinalIgnoreCase) ? ClaimKind.RefusalToAttribute : ClaimKind.Attribution,
            By = node["by"].Text(),
            Date = Date(node["date"]),
            AttributedTo = to,
            Levels = node["linLevel"].OneOf("machine", "perpetrator", "sponsor", "perpetrator+sponsor") switch
            {
                "machine" => [ClaimLevel.Machine],
                "perpetrator" => [ClaimLevel.Perpetrator],
                "sponsor" => [ClaimLevel.Sponsor],
                _ => [ClaimLevel.Perpetrator, ClaimLevel.Sponsor],
            },
            Words = new Text(Words(node)),
            ScaleUsed = node["scaleUsed"].Text() is "none stated" ? null : node["scaleUsed"].Text(),
            Basis = node["eurepocBasis"].Text(),
            Form = form,
            Sources = [.. Sources(node)],
        });
    }

    public static CaseClaim Dispute(CaseFileNode node)
    {
        node.Object("by", "kind", "date", "note", "words", "wordsAre", "source", "sourceStatus", "readIn");
        var kind = node["kind"].Text();
        return new CaseClaim(new ClaimContent
        {
            Kind = kind.StartsWith("withdrawn", StringComparison.Ordinal) ? ClaimKind.Withdrawn
                : kind.Contains("denial", StringComparison.Ordinal) && !kind.StartsWith("reply", StringComparison.Ordinal) ? ClaimKind.Denial
                : ClaimKind.Challenge,
            By = node["by"].Text(),
            Date = Date(node["date"]),
            Words = new Text(Words(node)),
            Form = kind,
            Sources = [.. Sources(node)],
        });
    }

    public static CaseHypothesis Hypothesis(CaseFileNode node)
    {
        node.Object("id", "statement", "kind", "kinds", "level", "states", "residual", "advancedBy", "note", "source", "sourceStatus", "readIn");
        var kind = node["kind"];
        if (!HypothesisKinds.TryParse(kind.Text(), out var old))
        {
            throw kind.Fault($"'{kind.Text()}' is no kind of hypothesis");
        }

        var kinds = node.Optional("kinds") is { } list ? list.Items(1).Select(each => each.As<HypothesisKind>("no kind of hypothesis")).ToList() : [.. old.All];
        var residual = node.Optional("residual")?.Truth() ?? false;
        var states = States(node.Optional("states"));
        if (residual && (kinds is not [HypothesisKind.Unknown] || states.Count > 0))
        {
            throw new CaseFileException($"{node.Pointer}/residual", "is true for a hypothesis that explains something; the residual is of kind unknown and names no state");
        }

        _ = node["advancedBy"].Text();
        return new CaseHypothesis(
            node["id"].Text(HypothesisId(), "an id such as H1"), node["statement"].Text(), kinds,
            node.Optional("level")?.As<Level>("none of individual, group, state_sponsored, state") ?? LevelOf(kinds), states, residual, Sources(node));
    }

    public static CaseEvidence Evidence(CaseFileNode node, IReadOnlyList<CaseHypothesis> hypotheses)
    {
        node.Object(
            "id", "description", "mictic", "diamond", "date", "publisher", "spoofability", "spoofabilityNote", "sourceGrade", "informationGrade", "tlp",
            "withheld", "origin", "collected", "ach", "achSource", "achNote", "source", "sourceStatus", "readIn");
        var source = node.Optional("sourceGrade");
        var information = node.Optional("informationGrade");
        if ((source is null) != (information is null))
        {
            throw node.Fault("has one grade of two; sourceGrade and informationGrade go together");
        }

        if (node.Optional("diamond") is { } diamond)
        {
            diamond.OneOf("Adversary", "Capability", "Infrastructure", "Victim");
        }

        var collected = node.Optional("collected")?.Object("when", "how");
        return new CaseEvidence
        {
            Id = node["id"].Text(EvidenceId(), "an id such as E1"),
            Description = node["description"].Text(),
            Publisher = node["publisher"].Text(),
            Date = Date(node["date"]),
            Mictic = Mictic(node["mictic"].Text()),
            Spoofability = SpoofabilityOf(node["spoofability"], strict: source is not null),
            SpoofabilityNote = node.Optional("spoofabilityNote")?.Text(),
            SourceGrade = source?.As<SourceGrade>("no source grade A to F") ?? SourceGrade.F,
            InformationGrade = information?.As<InformationGrade>("no information grade 1 to 6") ?? InformationGrade.Six,
            Graded = source is not null,
            Tlp = node.Optional("tlp")?.As<Tlp>("no TLP 2.0 label") ?? Tlp.Clear,
            Withheld = node.Optional("withheld") is { } withheld ? Withholding(withheld) : null,
            Origin = node.Optional("origin")?.Text(CaseId(), "an origin: lower-case words and digits joined by hyphens"),
            CollectedWhen = collected is { } when ? Date(when["when"]) : null,
            CollectedHow = collected is { } how ? how["how"].Text() : null,
            Ratings = Ratings(node["ach"], hypotheses),
            RatedBy = node["achSource"].Text(),
            RatingNote = node.Optional("achNote")?.Text(),
            Sources = Sources(node),
        };
    }

    public static CaseReply Reply(CaseFileNode node)
    {
        node.Object("by", "party", "date", "language", "points", "answers", "source", "sourceStatus", "readIn");
        var answers = Answers(node["answers"], node["points"]);
        return new CaseReply(
            node["by"].Text(),
            node.Optional("party")?.Text(State(), "an ISO 3166-1 alpha-2 code") ?? node["by"].Text(),
            node["date"].Text(Day(), "a date: yyyy, yyyy-MM or yyyy-MM-dd"),
            node.Optional("language")?.Text(Language(), "a BCP 47 language tag") ?? "en",
            [.. node["points"].Items(1).Select(point => Point(point, answers))],
            Sources(node));
    }

    public static CitedText Cited(CaseFileNode node)
    {
        node.Object("value", "note", "source", "sourceStatus", "readIn");
        return new CitedText(node["value"].Text(), Sources(node));
    }

    /// <summary>Where something was read. The oldest files join several addresses, and give no status: then it was read there.</summary>
    public static List<Source> Sources(CaseFileNode node)
    {
        var address = node["source"].Text();
        SourceStatus? status = node.Optional("sourceStatus")?.OneOf("read", "cited", "memory") switch
        {
            null => null,
            "read" => SourceStatus.Read,
            "cited" => SourceStatus.Cited,
            _ => SourceStatus.Memory,
        };
        List<Source> sources =
        [
            .. address.Split(" ; ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(each =>
                new Source(each, status ?? (each.Contains("memory", StringComparison.Ordinal) ? SourceStatus.Memory : SourceStatus.Read))),
        ];
        if (node.Optional("readIn") is { } readIn)
        {
            sources.Add(new Source(readIn.Text(), SourceStatus.Read, "Where the words were read"));
        }

        return sources;
    }

    public static List<string> States(CaseFileNode? node)
    {
        var states = new List<string>();
        foreach (var each in node?.Items() ?? [])
        {
            var state = each.Text(State(), "an ISO 3166-1 alpha-2 code");
            if (states.Contains(state))
            {
                throw each.Fault($"'{state}' is there twice");
            }

            states.Add(state);
        }

        return states;
    }

    /// <summary>A date as exact as its beginning is written; everything else goes into the note.</summary>
    public static VagueDate Date(CaseFileNode node)
    {
        var text = node.Text();
        var found = LeadingDate().Match(text).Value;
        var (precision, rest) = (found.Length switch { 10 => DatePrecision.Day, 7 => DatePrecision.Month, _ => DatePrecision.Year }, text[found.Length..]);
        var date = new VagueDate(found, precision, rest.Length == 0 ? null : text);
        return found.Length > 0 && FactsRules.DateFault(date, "") is null ? date : throw node.Fault($"'{text}' does not begin with a date: yyyy, yyyy-MM or yyyy-MM-dd");
    }

    private static Dictionary<string, string> Answers(CaseFileNode answers, CaseFileNode points)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var point in points.Items(1))
        {
            if (!ids.Add(point["id"].Text()))
            {
                throw point["id"].Fault($"'{point["id"].Text()}' is there twice");
            }
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var answer in answers.Items(1))
        {
            answer.Object("point", "answer", "changesAssessment");
            var point = answer["point"].Text();
            if (!ids.Contains(point))
            {
                throw answer["point"].Fault($"answers '{point}', which is no point of this reply");
            }

            var changes = answer.Optional("changesAssessment")?.Truth() == true ? "\n\nThe assessment was changed or limited on account of this point." : "";
            if (!read.TryAdd(point, answer["answer"].Text() + changes))
            {
                throw answer["point"].Fault($"answers '{point}' a second time");
            }
        }

        return ids.FirstOrDefault(id => !read.ContainsKey(id)) is { } open ? throw answers.Fault($"leaves point '{open}' without an answer") : read;
    }

    private static CaseReplyPoint Point(CaseFileNode node, Dictionary<string, string> answers)
    {
        node.Object("id", "point", "words", "wordsAre", "source", "sourceStatus", "readIn");
        var id = node["id"].Text(PointId(), "an id such as P1");
        return new CaseReplyPoint(id, node["point"].Text(), Words(node), answers[id], Sources(node));
    }

    private static CaseWithholding Withholding(CaseFileNode node)
    {
        node.Object("reasonCode", "gist");
        return new CaseWithholding(
            node["reasonCode"].OneOf("sources-and-methods", "criminal-investigation", "victim-confidentiality", "personal-data", "other"), node["gist"].Text());
    }

    private static Dictionary<string, Rating> Ratings(CaseFileNode node, IReadOnlyList<CaseHypothesis> hypotheses)
    {
        var read = new Dictionary<string, Rating>(StringComparer.Ordinal);
        foreach (var (name, value) in node.Members())
        {
            if (hypotheses.All(each => each.Id != name))
            {
                throw value.Fault($"rates '{name}', which is no hypothesis of this case");
            }

            read.Add(name, value.As<Rating>("no rating: CC, C, N, I, II or NA"));
        }

        // The residual cannot be contradicted; every other cell must have been thought about (A2).
        foreach (var hypothesis in hypotheses.Where(each => !read.ContainsKey(each.Id)))
        {
            read.Add(hypothesis.Id, hypothesis.Residual ? Rating.N : throw node.Fault($"leaves {hypothesis.Id} without a rating"));
        }

        return read;
    }

    // wordsAre decides how the words are set: a paraphrase must not look like a quotation.
    private static string Words(CaseFileNode node) => node.Optional("wordsAre")?.OneOf("quotation", "paraphrase") switch
    {
        "quotation" => $"“{node["words"].Text()}”",
        "paraphrase" => $"{node["words"].Text()} (paraphrase)",
        _ => node["words"].Text(),
    };

    private static Level LevelOf(List<HypothesisKind> kinds) =>
        kinds.Contains(HypothesisKind.State) ? Level.State
        : kinds.Contains(HypothesisKind.StateSponsored) ? Level.StateSponsored
        : kinds is [HypothesisKind.Insider] ? Level.Individual
        : Level.Group;

    private static MicticAspect? Mictic(string text) => text.Trim().ToLowerInvariant() switch
    {
        "malware" => MicticAspect.Malware,
        "infrastructure" => MicticAspect.Infrastructure,
        "control server" or "control servers" => MicticAspect.ControlServer,
        "telemetry" => MicticAspect.Telemetry,
        "intelligence" => MicticAspect.Intelligence,
        "cui bono" => MicticAspect.CuiBono,
        _ => null,
    };

    private static Spoofability SpoofabilityOf(CaseFileNode node, bool strict)
    {
        var text = strict ? node.OneOf("low", "medium", "high", "unknown") : node.Text();
        return text.Split(' ', 2)[0] switch
        {
            "low" => Spoofability.Low,
            "medium" => Spoofability.Medium,
            "high" => Spoofability.High,
            _ => Spoofability.Unknown,
        };
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    public static partial Regex CaseId();

    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", RegexOptions.CultureInvariant)]
    public static partial Regex Language();

    [GeneratedRegex("^H[1-9][0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex HypothesisId();

    [GeneratedRegex("^E[1-9][0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex EvidenceId();

    [GeneratedRegex("^P[1-9][0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PointId();

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex State();

    [GeneratedRegex("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Day();

    [GeneratedRegex("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingDate();
}
