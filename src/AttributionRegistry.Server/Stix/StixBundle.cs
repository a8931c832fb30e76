using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Stix;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Stix;

/// <summary>
/// One finding as a STIX 2.1 bundle: the incident, what it is attributed to, every counted vote as an opinion on that, the disclosed evidence,
/// what others have said as reports of theirs, and the finding as the report that holds it all together. The same input makes the same bytes.
/// </summary>
internal sealed class StixBundle(PublishedChange change, string origin, string publicUrl)
{
    private readonly StixParts _parts = new(origin, publicUrl);
    private readonly List<JsonObject> _objects = [];
    private readonly CanonicalFinding _finding = change.Finding;
    private readonly DateTimeOffset _at = Instant.FromMicroseconds(change.AtMicroseconds);

    public byte[] Bytes()
    {
        var incident = Incident();
        var labels = new List<Tlp>();
        Receivers(incident);
        foreach (var proposition in _finding.Propositions)
        {
            Opinions(proposition, Attribution(proposition, incident) ?? Note(incident, "Inconclusive", proposition.Sentence, "proposition", proposition.Question));
        }

        foreach (var (item, index) in _finding.Disclosed.Select((item, index) => (item, index)))
        {
            Evidence(item, index);
            labels.Add(item.Tlp);
        }

        foreach (var (item, index) in _finding.Withheld.Select((item, index) => (item, index)))
        {
            Note(incident, $"Withheld evidence ({item.ReasonCode})", item.Gist.Value, "withheld", $"{index}");
        }

        foreach (var (reply, index) in _finding.Replies.Select((reply, index) => (reply, index)))
        {
            Note(incident, "Reply, verbatim", reply.Body.Value, "reply", $"{index}", reply.Body.Lang, reply.Represents);
        }

        change.Case.Claims.ForEach(claim => Claim(claim, incident));
        var report = Report();
        var bundle = new JsonObject
        {
            ["type"] = "bundle",
            ["id"] = StixIds.Of("bundle", origin, _finding.Number, $"{_finding.Version}", StixParts.Time(_at)),
            ["objects"] = new JsonArray([.. _parts.Shared(labels), .. _objects, .. Translations(report), report]),
        };
        return CanonicalJson.Serialize(bundle);
    }

    /// <summary>An earlier version with what has become of it since.</summary>
    /// <param name="stored">Its bundle.</param>
    /// <param name="status">Superseded or annulled.</param>
    /// <param name="at">When it came to be that.</param>
    public static byte[] Restamped(byte[] stored, FindingStatus status, DateTimeOffset at)
    {
        var bundle = JsonNode.Parse(stored)!.AsObject();
        var objects = bundle["objects"]!.AsArray().Select(o => o!.AsObject()).ToList();
        foreach (var each in objects.Where(o => o["extensions"] is JsonObject && o["type"]!.GetValue<string>() is "report" or "relationship"))
        {
            each["modified"] = StixParts.Time(at);
            if (status is FindingStatus.Annulled)
            {
                each["revoked"] = true;
            }

            foreach (var facts in each["extensions"]!.AsObject().Select(e => e.Value).OfType<JsonObject>().Where(e => e.ContainsKey("status")))
            {
                facts["status"] = StixParts.Json(status);
            }

            if (each["labels"] is JsonArray labels)
            {
                each["labels"] = new JsonArray([.. labels.Select(l => (string)l!)
                    .Select(l => JsonValue.Create(l.StartsWith("status:", StringComparison.Ordinal) ? $"status:{FacetsOf.Wire(status)}" : l))]);
            }
        }

        foreach (var translated in objects.Where(o => o["type"]!.GetValue<string>() == "language-content"))
        {
            translated["object_modified"] = objects.Find(o => (string)o["id"]! == (string)translated["object_ref"]!)!["modified"]!.DeepClone();
        }

        return CanonicalJson.Serialize(bundle);
    }

    private bool IsRevoked => change.Status is FindingStatus.Withdrawn or FindingStatus.Annulled;

    private string Incident() => Add("incident", "incident", o =>
    {
        o["name"] = _finding.Incident.Name;
        o["description"] = _finding.Incident.Summary.Value;
        o["lang"] = _finding.Incident.Summary.Lang;
        if (_finding.Incident.Types.Count > 0)
        {
            o["labels"] = new JsonArray([.. _finding.Incident.Types.Select(t => JsonValue.Create(FacetsOf.Wire(t)))]);
        }

        o["external_references"] = new JsonArray(new JsonObject
        {
            ["source_name"] = "attribution-registry",
            ["external_id"] = _finding.Number.Replace("AR-", "IN-", StringComparison.Ordinal),
            ["url"] = $"{publicUrl}/v1/incidents/{_finding.Incident.Id}",
        });
    });

    private void Receivers(string incident)
    {
        foreach (var receiver in _finding.Incident.Receivers)
        {
            var identity = Add("identity", $"receiver:{receiver.Name}:{receiver.State}", o =>
            {
                o["name"] = receiver.Name;
                o["identity_class"] = "organization";
                if (receiver.Sector is { Length: > 0 } sector)
                {
                    o["sectors"] = new JsonArray(sector.Trim().ToLowerInvariant());
                }
            });
            Relate("targets", incident, identity);
            if (receiver.State is { } state)
            {
                Relate("located-at", identity, Location(state));
            }
        }

        foreach (var state in _finding.Incident.VictimStates)
        {
            Relate("targets", incident, Location(state));
        }
    }

    // P5: a state that an operation came from is where its authors were, never who they were.
    private string? Attribution(Proposition proposition, string incident)
    {
        if (proposition is not { Hypothesis: { } id, HypothesisStatement: { } statement })
        {
            return null;
        }

        var hypothesis = _finding.Matrix.Hypotheses.Single(h => h.Id == id);
        var isGroup = hypothesis.TerritoryOnly || proposition.Level == Level.Group;
        var target = Add(isGroup ? "intrusion-set" : "threat-actor", $"hypothesis:{id}", o =>
        {
            o["name"] = statement.Value;
            o["lang"] = statement.Lang;
            if (!isGroup && proposition.Level is Level.State or Level.StateSponsored)
            {
                o["threat_actor_types"] = new JsonArray("nation-state");
            }
        });
        if (hypothesis.TerritoryOnly)
        {
            foreach (var state in proposition.StatesNamed)
            {
                Relate("originates-from", target, Location(state));
            }
        }

        return Relate("attributed-to", incident, target, o =>
        {
            o["description"] = $"{proposition.Sentence} {proposition.Confidence?.Sentence}".TrimEnd();
            if (proposition.Confidence is { } held)
            {
                o["confidence"] = StixParts.Confidence(held.Value);
            }

            var facts = Facts();
            facts["question"] = proposition.Question;
            facts["level"] = StixParts.Json(proposition.Level);
            facts["states_named"] = StixParts.Json(proposition.StatesNamed);
            facts["territory_only"] = hypothesis.TerritoryOnly;
            facts["likelihood"] = StixParts.Json(proposition.Likelihood);
            facts["held_with_confidence"] = StixParts.Json(proposition.Confidence);
            facts["crosscheckable"] = proposition.Crosscheck?.Holds;
            facts["votes"] = StixParts.Json(proposition.Tally);
            o["extensions"] = Extension(facts);
        });
    }

    // A member agrees whose counted vote supports what was found, disagrees whose counted vote does not, and is neutral who abstained. Nothing
    // is converted: what the member said, in basis points, stands beside it.
    private void Opinions(Proposition proposition, string about)
    {
        var names = _finding.Panel.Members.Where(m => m.BallotKeyId is not null).ToDictionary(m => m.BallotKeyId!, m => m.Name);
        var dissenters = change.Round.Result!.Questions[proposition.Question].Dissenters.ToHashSet();
        if (proposition.Hypothesis is { } found)
        {
            foreach (var (member, vote) in PanelScore.VotesOf(change.Round.ToTallyInput(RoundRecord.AnswersOf), proposition.Question).OrderBy(v => v.Member, StringComparer.Ordinal))
            {
                Opinion(member, dissenters.Contains(member) ? "disagree" : "agree", new JsonObject
                {
                    ["likelihood_bp"] = vote.Likelihood.GetValueOrDefault(found.Value),
                    ["confidence"] = StixParts.Json(vote.Confidence),
                });
            }
        }

        foreach (var opening in change.Round.Openings.OrderBy(o => o.BallotKeyId, StringComparer.Ordinal)
            .Where(o => RoundRecord.AnswersOf(o.Ballot).GetValueOrDefault(proposition.Question) is Answer.Abstain))
        {
            Opinion(opening.BallotKeyId, "neutral", []);
        }

        void Opinion(string member, string says, JsonObject said)
        {
            var reasons = change.Round.Openings.FirstOrDefault(o => o.BallotKeyId == member) is { } opening ? BallotReasons.Of(opening.Ballot) : null;
            Add("opinion", $"vote:{proposition.Question}:{member}", o =>
            {
                o["opinion"] = says;
                o["authors"] = new JsonArray(names.GetValueOrDefault(member, member));
                if (reasons is not null)
                {
                    o["explanation"] = reasons.Value;
                }

                o["object_refs"] = new JsonArray(about);
                var facts = Facts();
                facts["question"] = proposition.Question;
                facts["vote"] = said;
                o["extensions"] = Extension(facts);
            });
        }
    }

    private void Evidence(DisclosedItem item, int index)
    {
        var artifact = new JsonObject
        {
            ["type"] = "artifact",
            ["spec_version"] = "2.1",
            ["id"] = StixIds.Artifact(item.Sha256),
            ["url"] = $"{publicUrl}/v1/evidence/{item.Id}/content",
            ["hashes"] = new JsonObject { ["SHA-256"] = item.Sha256 },
            ["object_marking_refs"] = new JsonArray(StixParts.MarkingOf(item.Tlp)),
        };
        if (_objects.All(o => o["id"]!.GetValue<string>() != artifact["id"]!.GetValue<string>()))
        {
            _objects.Add(artifact);
        }

        var (source, information) = (StixParts.Json(item.Source)!.GetValue<string>(), (int)item.Information);
        Add("note", $"evidence:{index}", o =>
        {
            o["abstract"] = $"{item.Title} (Admiralty {source}{information})";
            o["content"] = item.Description.Value;
            o["lang"] = item.Description.Lang;
            o["labels"] = new JsonArray($"admiralty-scale:source-reliability=\"{source.ToLowerInvariant()}\"", $"admiralty-scale:information-credibility=\"{information}\"");
            o["object_refs"] = new JsonArray(artifact["id"]!.GetValue<string>());
            o["object_marking_refs"] = new JsonArray(StixParts.MarkingOf(item.Tlp), _parts.Licence);
        });
    }

    // What others have said is theirs: a report of their own, created by them, never merged with the finding.
    private void Claim(Claim claim, string incident)
    {
        var author = Add("identity", $"claimant:{claim.Content.By}", o =>
        {
            o["name"] = claim.Content.By;
            o["identity_class"] = "unknown";
        });
        Add("report", $"claim:{claim.Id}", o =>
        {
            o["created_by_ref"] = author;
            o["name"] = $"{claim.Content.By}: {FacetsOf.Wire(claim.Content.Kind)}{(claim.Content.AttributedTo is { } to ? $", {to}" : "")}";
            o["description"] = claim.Content.Words.Value;
            o["lang"] = claim.Content.Words.Lang;
            o["report_types"] = new JsonArray("attribution");
            o["published"] = StixClaims.PublishedAt(claim.Content.Date);
            var labels = new List<string> { "external-claim", $"date-precision:{FacetsOf.Wire(claim.Content.Date.Precision)}" };
            labels.AddRange(claim.Content.Levels.Select(l => $"level:{FacetsOf.Wire(l)}"));
            labels.AddRange(claim.Withdrawn is null ? [] : ["withdrawn-by-speaker"]);
            o["labels"] = new JsonArray([.. labels.Select(l => JsonValue.Create(l))]);
            o["object_refs"] = new JsonArray(incident);
            if (StixClaims.References(claim.Content.Sources) is { Count: > 0 } references)
            {
                o["external_references"] = references;
            }
        });
    }

    private JsonObject Report()
    {
        var held = FacetsOf.FirstOf(_finding).Confidence;
        var report = Made("report", "finding");
        report["name"] = $"{(_finding.Exercise ? "Exercise: " : "")}Finding {_finding.Number}, version {_finding.Version}: {_finding.Incident.Name}";
        report["description"] = string.Join("\n\n", new[] { _finding.ExerciseNotice, _finding.Statements[0].Value }.OfType<string>());
        report["lang"] = _finding.Statements[0].Lang;
        report["report_types"] = new JsonArray("attribution");
        report["published"] = StixParts.Time(_finding.PublishedAt);
        report["labels"] = new JsonArray([.. new[] { $"status:{FacetsOf.Wire(change.Status)}", $"outcome:{FacetsOf.Wire(_finding.Outcome)}", _finding.Exercise ? "exercise" : null }
            .OfType<string>().Select(l => JsonValue.Create(l))]);
        report["object_refs"] = new JsonArray([.. _objects.Select(o => o["id"]!.DeepClone())]);
        report["external_references"] = new JsonArray(new JsonObject
        {
            ["source_name"] = "attribution-registry",
            ["external_id"] = _finding.Number,
            ["url"] = $"{publicUrl}/v1/findings/{_finding.Number}/versions/{_finding.Version}",
        });
        if (held is not null)
        {
            report["confidence"] = StixParts.Confidence(held.Value);
        }

        if (IsRevoked)
        {
            report["revoked"] = true;
        }

        report["extensions"] = Extension(Facts());
        return report;
    }

    private IEnumerable<JsonObject> Translations(JsonObject report)
    {
        if (_finding.Statements.Count > 1)
        {
            var translated = Made("language-content", "statements");
            translated["object_ref"] = report["id"]!.DeepClone();
            translated["object_modified"] = report["modified"]!.DeepClone();
            translated["contents"] = new JsonObject(_finding.Statements.Skip(1).DistinctBy(s => s.Lang)
                .Select(s => KeyValuePair.Create(s.Lang, (JsonNode?)new JsonObject { ["description"] = s.Value })));
            yield return translated;
        }
    }

    private JsonObject Facts() => new()
    {
        ["finding"] = _finding.Number,
        ["version"] = _finding.Version,
        ["status"] = StixParts.Json(change.Status),
        ["exercise"] = _finding.Exercise,
        ["canonical_sha256"] = change.Version.Digest,
        ["log_origin"] = origin,
        ["log_index"] = change.LogIndex,
    };

    private JsonObject Extension(JsonObject facts)
    {
        facts["extension_type"] = "property-extension";
        DropEmpty(facts);
        return new JsonObject { [_parts.Extension] = facts };
    }

    // STIX has no null and no empty list.
    private static void DropEmpty(JsonObject facts)
    {
        foreach (var (name, value) in facts.ToList())
        {
            if (value is JsonObject inner)
            {
                DropEmpty(inner);
            }

            if (value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
            {
                facts.Remove(name);
            }
        }
    }

    private string Location(string state) => Add("location", $"state:{state}", o => o["country"] = state);

    private string Note(string about, string title, string text, string kind, string key, string lang = "en", string? author = null) => Add("note", $"{kind}:{key}", o =>
    {
        o["abstract"] = title;
        o["content"] = text;
        o["lang"] = lang;
        o["object_refs"] = new JsonArray(about);
        if (author is { Length: > 0 })
        {
            o["authors"] = new JsonArray(author);
        }
    });

    private string Relate(string how, string from, string to, Action<JsonObject>? more = null) => Add("relationship", $"{how}:{from}:{to}", o =>
    {
        o["relationship_type"] = how;
        o["source_ref"] = from;
        o["target_ref"] = to;
        if (IsRevoked && how == "attributed-to")
        {
            o["revoked"] = true;
        }

        more?.Invoke(o);
    });

    private string Add(string type, string key, Action<JsonObject> fill)
    {
        var made = Made(type, key);
        var id = made["id"]!.GetValue<string>();
        if (_objects.All(o => o["id"]!.GetValue<string>() != id))
        {
            fill(made);
            _objects.Add(made);
        }

        return id;
    }

    private JsonObject Made(string type, string key) => new()
    {
        ["type"] = type,
        ["spec_version"] = "2.1",
        ["id"] = StixIds.Of(type, origin, _finding.Number, key),
        ["created"] = StixParts.Time(change.Case.Versions[0].At),
        ["modified"] = StixParts.Time(_at),
        ["created_by_ref"] = _parts.Publisher,
        ["object_marking_refs"] = new JsonArray(StixParts.Clear, _parts.Licence),
    };
}
