using static AttributionRegistry.Log.Tests.Witness.Given;

namespace AttributionRegistry.Log.Tests.Witness;

public sealed class TlogPolicyTests
{
    private static readonly NoteSigner[] W = [.. Enumerable.Range(10, 6).Select(i => Given.Witness((byte)i))];

    private static readonly string TwoLevels = $"""
        # The example of the specification, with keys.
        log {TheLog.Vkey}

        witness X1 {W[0].Vkey} https://x1.example/
        witness X2 {W[1].Vkey}
        witness X3 {W[2].Vkey}
        group X-witnesses 2 X1 X2 X3

          witness{'\t'}Y1 {W[3].Vkey}
        witness Y2 {W[4].Vkey}
        witness Y3 {W[5].Vkey}
        group Y-witnesses any Y1 Y2 Y3

        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """.ReplaceLineEndings("\n");

    private static readonly string Note = Checkpoint(Given.Tree(12), 12);

    [Fact]
    public void The_example_of_the_specification_holds_exactly_when_its_groups_do()
    {
        var policy = TlogPolicy.Parse(TwoLevels);
        for (var mask = 0; mask < 64; mask++)
        {
            var signed = Enumerable.Range(0, 6).Where(i => (mask & (1 << i)) != 0).ToList();
            var expected = signed.Count(i => i < 3) >= 2 && signed.Any(i => i >= 3);
            var note = Cosigned(Note, [.. signed.Select(i => W[i])]);

            policy.Satisfied(note).Should().Be(expected, "of {0}", string.Join(' ', signed));
            var verdict = policy.Evaluate(note);
            verdict.Holds.Should().Be(expected);
            verdict.Checkpoint.Size.Should().Be(12);
            verdict.Cosignatures.Select(c => c.Witness.Key.Vkey).Should().Equal(signed.Select(i => W[i].Vkey));
            verdict.Cosignatures.Select(c => c.UnixSeconds).Should().Equal(signed.Select((_, n) => 1_700_000_000L + n));
        }
    }

    [Fact]
    public void A_policy_is_written_in_one_way_and_read_again()
    {
        var policy = TlogPolicy.Parse(TwoLevels);
        var text = policy.ToString();

        TlogPolicy.Parse(text).ToString().Should().Be(text);
        text.Should().StartWith($"log {TheLog.Vkey}\nwitness X1 {W[0].Vkey} https://x1.example/\n").And.EndWith("group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
        TlogPolicy.WithoutWitnesses(LogKey).ToString().Should().Be($"log {TheLog.Vkey}\nquorum none\n");
        TlogPolicy.Parse(TwoLevels).For(NoteVerifier.Parse(NextKey.Vkey)).ToString().Should().Be(text.Replace(TheLog.Vkey, NextKey.Vkey, StringComparison.Ordinal));
    }

    [Fact]
    public void One_witness_alone_can_be_the_quorum_and_none_can()
    {
        var one = TlogPolicy.Parse($"log {TheLog.Vkey}\nwitness w {W[0].Vkey}\nquorum w\n");
        one.Satisfied(Note).Should().BeFalse();
        one.Satisfied(Cosigned(Note, W[1])).Should().BeFalse();
        one.Satisfied(Cosigned(Note, W[0])).Should().BeTrue();

        var none = TlogPolicy.Parse($"log {TheLog.Vkey}\nquorum none");
        none.DemandsWitnesses.Should().BeFalse();
        none.Satisfied(Note).Should().BeTrue();
        none.Satisfied(Cosigned(Checkpoint(Given.Tree(3), 3, NextKey), W[0])).Should().BeFalse("the log's own signature is always needed");
    }

    [Fact]
    public void Any_of_the_listed_logs_may_have_signed_and_no_other()
    {
        var policy = TlogPolicy.Parse($"log {TheLog.Vkey}\nlog {NextKey.Vkey}\nquorum none\n");
        policy.Satisfied(Checkpoint(Given.Tree(3), 3, NextKey)).Should().BeTrue();
        policy.Satisfied(Checkpoint(Given.Tree(3), 3, TheLog, NextKey)).Should().BeTrue();
        var elsewhere = new NoteSigner("elsewhere.example/log", Seed(1));
        policy.Satisfied(new Checkpoint("elsewhere.example/log", 0, Rfc6962.EmptyRoot).Sign(elsewhere)).Should().BeFalse();
        // The log's key signs for its own origin only.
        policy.Satisfied(SignedNote.Sign(new Checkpoint("elsewhere.example/log", 0, Rfc6962.EmptyRoot).Body(), TheLog)).Should().BeFalse();
    }

    [Fact]
    public void A_cosignature_counts_for_its_own_text_name_and_key_only()
    {
        var policy = TlogPolicy.Parse($"log {TheLog.Vkey}\nwitness a {W[0].Vkey}\nwitness b {W[1].Vkey}\ngroup g any a b\nquorum g\n");
        var other = Checkpoint(Given.Tree(13), 13);
        var fromAnother = Cosigned(other, W[0]).Split('\n')[^2] + "\n";

        policy.Satisfied(Note + fromAnother).Should().BeFalse("a wrong signature by a known key voids the note");
        policy.Satisfied(Cosigned(Note, W[1]) + fromAnother).Should().BeFalse("even beside a right one");
        policy.Satisfied(Cosigned(Note, NoteSigner.Witness("witness.example/other", Seed(10)))).Should().BeFalse("the same key under another name has another id");
        new Action(() => policy.Evaluate(Note + fromAnother)).Should().Throw<NoteException>();
        new Action(() => policy.Evaluate("no note")).Should().Throw<NoteException>();
    }

    [Fact]
    public void A_fault_is_named_with_its_line()
    {
        var (a, b) = ($"witness a {W[0].Vkey}\n", $"witness b {W[1].Vkey}\n");
        foreach (var (text, line, words) in new (string, int, string)[]
        {
            ("", 1, "no quorum"), ("# nothing\n", 2, "no quorum"), ("quorum a\n", 1, "'a' is no witness"), ($"quorum a\n{a}", 1, "'a' is no witness"),
            ($"{a}quorum none\nquorum none\n", 3, "one quorum"), ("quorum\n", 1, "quorum reads"), ("quorum none none\n", 1, "quorum reads"),
            ("log\n", 1, "log reads"), ($"log {TheLog.Vkey} u v\n", 1, "log reads"), ("log x\n", 1, "verifier key"), ($"log {W[0].Vkey}\n", 1, "not that of a log"),
            ($"log {TheLog.Vkey}\nlog {TheLog.Vkey}\n", 2, "named twice"), ("witness a\n", 1, "witness reads"), ($"witness a {TheLog.Vkey}\n", 1, "not that of a witness"),
            ($"witness none {W[0].Vkey}\n", 1, "meaning of its own"), ($"{a}\nwitness a {W[1].Vkey}\n", 3, "defined twice"), ($"{a}witness b {W[0].Vkey}\n", 2, "named twice"),
            ($"{a}witness b {NoteSigner.Witness("other.example", Seed(10)).Vkey}\n", 2, "named twice"),
            ($"log {TheLog.Vkey}\nwitness a {NoteSigner.Witness("other.example", Seed(1)).Vkey}\n", 2, "named twice"),
            ("group g all\n", 1, "group reads"), ("group g any a\n", 1, "'a' is no witness"), ($"{a}group g any none\n", 2, "'none' is no witness"), ($"{a}group g any g\n", 2, "'g' is no witness"),
            ($"{a}group a any a\n", 2, "defined twice"), ($"{a}group none any a\n", 2, "meaning of its own"), ($"{a}group g 0 a\n", 2, "'0'"), ($"{a}group g 2 a\n", 2, "'2'"),
            ($"{a}group g 01 a\n", 2, "'01'"), ($"{a}group g most a\n", 2, "'most'"), ($"{a}group g any a a\n", 2, "already"), ($"{a}{b}group g any a\ngroup h all a b\n", 4, "already"),
            ("quorum none\r\n", 1, "line feed alone"), ("quorum \u0001none\n", 1, "control"), ("quorum\u007f none\n", 1, "control"), ("foo\n", 1, "'foo' is not log"), ("Quorum none\n", 1, "'Quorum'"),
        })
        {
            new Action(() => TlogPolicy.Parse(text)).Should().Throw<TlogPolicyException>(text).Where(e => e.Line == line, text).WithMessage($"Line {line}: *{words}*", text);
        }
    }

    [Theory]
    [InlineData(7)]
    public void Random_policies_are_met_exactly_as_counting_by_hand_says(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            // Groups over what no group has taken yet, so that each is a tree.
            var (free, groups) = (Enumerable.Range(0, 6).Select(i => $"w{i}").ToList(), new List<(string Name, int Least, List<string> Members)>());
            while (free.Count > 1)
            {
                var members = Enumerable.Range(0, random.Next(1, free.Count + 1)).Select(_ => Take(free, random)).ToList();
                groups.Add(($"g{groups.Count}", random.Next(1, members.Count + 1), members));
                free.Add(groups[^1].Name);
                if (groups.Count > 8)
                {
                    break;
                }
            }

            var text = string.Concat(W.Select((w, i) => $"witness w{i} {w.Vkey}\n")) + string.Concat(groups.Select(g => $"group {g.Name} {g.Least} {string.Join(' ', g.Members)}\n"));
            var policy = TlogPolicy.Parse($"{text}quorum {groups[^1].Name}\n");
            TlogPolicy.Parse(policy.ToString()).ToString().Should().Be(policy.ToString());
            for (var mask = 0; mask < 64; mask++)
            {
                var met = Enumerable.Range(0, 6).Where(i => (mask & (1 << i)) != 0).Select(i => $"w{i}").ToHashSet();
                var cosigned = met.ToHashSet();
                foreach (var group in groups.Where(g => g.Members.Count(met.Contains) >= g.Least))
                {
                    met.Add(group.Name);
                }

                policy.IsMet(cosigned).Should().Be(met.Contains(groups[^1].Name), "round {0}, mask {1}, seed {2}:\n{3}", round, mask, seed, policy);
            }
        }
    }

    private static string Take(List<string> from, Random random)
    {
        var at = random.Next(from.Count);
        var taken = from[at];
        from.RemoveAt(at);
        return taken;
    }
}
