using static AttributionRegistry.Log.Tests.Witness.Given;

namespace AttributionRegistry.Log.Tests.Witness;

/// <summary>The witness's answers, and that no history of requests makes it vouch for two trees.</summary>
public sealed class WitnessDecisionTests
{
    private static readonly MerkleTree Tree = Given.Tree(40);
    private static readonly MerkleTree Fork = Given.Tree(40, forked: 11);
    private static readonly NoteVerifier[] Logs = [LogKey];

    [Fact]
    public void A_log_never_seen_is_cosigned_from_size_zero_with_an_empty_proof()
    {
        foreach (var stored in new[] { null, WitnessedTree.Nothing })
        {
            Decide(stored, Request(Tree, 0, 12)).Should().BeOfType<WitnessDecision.Cosign>().Which.Checkpoint.Size.Should().Be(12);
            Decide(stored, Request(Tree, 0, 0)).Should().BeOfType<WitnessDecision.Cosign>().Which.Checkpoint.Size.Should().Be(0);
        }
    }

    [Fact]
    public void A_tree_that_grew_is_cosigned_and_the_same_tree_again_for_a_fresh_time()
    {
        for (var old = 0; old <= 40; old++)
        {
            for (var size = old; size <= 40; size++)
            {
                Decide(Stored(Tree, old), Request(Tree, old, size)).Should().BeOfType<WitnessDecision.Cosign>("from {0} to {1}", old, size);
            }
        }
    }

    [Fact]
    public void An_unknown_origin_is_not_found()
    {
        Decide(null, Request(Tree, 0, 12), []).Should().Be(Refused(WitnessRefusal.UnknownLog));
        var elsewhere = new NoteSigner("elsewhere.example/log", Seed(1));
        Decide(null, Request(Tree, 0, 12), NoteVerifier.Parse(elsewhere.Vkey)).Should().Be(Refused(WitnessRefusal.UnknownLog));
        // A witness's key of that name is no log's key.
        Decide(null, Request(Tree, 0, 12), NoteVerifier.Parse(NoteSigner.Witness(Origin, Seed(1)).Vkey)).Should().Be(Refused(WitnessRefusal.UnknownLog));
    }

    [Fact]
    public void A_stranger_who_signs_in_the_logs_name_is_forbidden_whatever_else_is_wrong()
    {
        Decide(Stored(Tree, 5), Parse(9, [], Checkpoint(Tree, 7, NextKey))).Should().Be(Refused(WitnessRefusal.NotSigned));
        Decide(null, Parse(0, [], Checkpoint(Tree, 7).Replace("— registry", "— xegistry", StringComparison.Ordinal))).Should().Be(Refused(WitnessRefusal.NotSigned));
    }

    [Fact]
    public void A_wrong_signature_in_the_name_of_the_trusted_key_voids_the_note_even_beside_a_right_one()
    {
        var (right, other) = (Checkpoint(Tree, 12), Checkpoint(Tree, 13));
        Decide(null, Parse(0, [], $"{right}{other.Split("\n\n")[1]}")).Should().Be(Refused(WitnessRefusal.NotSigned));
    }

    [Fact]
    public void During_a_rotation_the_trusted_key_is_enough_and_a_strangers_signature_is_dropped()
    {
        var note = Checkpoint(Tree, 12, TheLog, NextKey);
        var cosign = Decide(null, Parse(0, [], note)).Should().BeOfType<WitnessDecision.Cosign>().Subject;
        cosign.Note.ToString().Should().Be(Checkpoint(Tree, 12, TheLog));
        Decide(null, Parse(0, [], note), LogKey, NoteVerifier.Parse(NextKey.Vkey))
            .Should().BeOfType<WitnessDecision.Cosign>().Which.Note.ToString().Should().Be(note);
    }

    [Fact]
    public void An_old_size_above_the_new_one_is_malformed() =>
        Decide(Stored(Tree, 20), Parse(20, [], Checkpoint(Tree, 12))).Should().Be(Refused(WitnessRefusal.Malformed));

    [Fact]
    public void Another_old_size_than_the_cosigned_one_is_a_conflict_that_names_it()
    {
        Decide(Stored(Tree, 20), Request(Tree, 12, 30)).Should().Be(new WitnessDecision.Conflict(20));
        Decide(Stored(Tree, 20), Request(Tree, 0, 30)).Should().Be(new WitnessDecision.Conflict(20));
        Decide(Stored(Tree, 20), Request(Tree, 12, 12)).Should().Be(new WitnessDecision.Conflict(20));
        Decide(null, Request(Tree, 12, 30)).Should().Be(new WitnessDecision.Conflict(0));
    }

    [Fact]
    public void A_proof_from_size_zero_is_inconsistent_and_so_is_an_empty_tree_with_a_root()
    {
        Decide(null, Parse(0, [new byte[32]], Checkpoint(Tree, 12))).Should().Be(Refused(WitnessRefusal.Inconsistent));
        Decide(null, Parse(0, [], new Checkpoint(Origin, 0, new byte[32]).Sign(TheLog))).Should().Be(Refused(WitnessRefusal.Inconsistent));
    }

    [Fact]
    public void A_fork_is_inconsistent_at_the_same_size_and_beyond()
    {
        Decide(Stored(Tree, 12), Request(Fork, 12, 12)).Should().Be(Refused(WitnessRefusal.Inconsistent));
        Decide(Stored(Tree, 12), Request(Fork, 12, 30)).Should().Be(Refused(WitnessRefusal.Inconsistent));
        Decide(Stored(Tree, 12), Parse(12, [], Checkpoint(Tree, 30))).Should().Be(Refused(WitnessRefusal.Inconsistent));
        Decide(Stored(Tree, 12), Parse(12, [new byte[32]], Checkpoint(Tree, 12))).Should().Be(Refused(WitnessRefusal.Inconsistent));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261124)]
    public void No_history_of_requests_makes_a_witness_vouch_for_two_trees(int seed)
    {
        var random = new Random(seed);
        for (var history = 0; history < 60; history++)
        {
            var (tree, fork) = (Given.Tree(40), Given.Tree(40, forked: random.Next(1, 39)));
            WitnessedTree? stored = null;
            var vouched = new List<(MerkleTree Tree, long Size)>();
            for (var step = 0; step < 40; step++)
            {
                var from = random.Next(3) == 0 ? fork : tree;
                var size = random.Next(0, 41);
                var old = Math.Min(random.Next(4) == 0 ? random.Next(0, 41) : stored?.Size ?? 0, size);
                // Sometimes the proof of the other tree, or one hash of it turned.
                var proof = (random.Next(5) == 0 ? fork : tree).ConsistencyProof(old, size).Select(h => (byte[])h.Clone()).ToList();
                if (proof.Count > 0 && random.Next(5) == 0)
                {
                    proof[random.Next(proof.Count)][random.Next(32)] ^= 1;
                }

                if (Decide(stored, Parse(old, proof, Checkpoint(from, size))) is WitnessDecision.Cosign done)
                {
                    stored = new WitnessedTree(done.Checkpoint.Size, done.Checkpoint.Root);
                    vouched.Add((from, size));
                }
            }

            vouched.Should().NotBeEmpty();
            for (var i = 1; i < vouched.Count; i++)
            {
                var ((before, small), (after, large)) = (vouched[i - 1], vouched[i]);
                large.Should().BeGreaterThanOrEqualTo(small);
                after.RootAt(small).ShouldBe(before.RootAt(small), $"step {i} of history {history} (seed {seed})");
            }
        }
    }

    private static WitnessDecision Decide(WitnessedTree? stored, AddCheckpointRequest request) => Decide(stored, request, Logs);

    // The words of a refusal are for people; the tests hold it to its kind.
    private static WitnessDecision Decide(WitnessedTree? stored, AddCheckpointRequest request, params NoteVerifier[] logs) =>
        WitnessDecision.Decide(logs, stored, request) switch
        {
            WitnessDecision.Refused(var why, { Length: > 0 }) => Refused(why),
            var other => other,
        };

    private static WitnessDecision.Refused Refused(WitnessRefusal why) => new(why, "");

    private static AddCheckpointRequest Parse(long old, IReadOnlyList<byte[]> proof, string note) =>
        AddCheckpointRequest.Parse(AddCheckpointRequest.Format(old, proof, note));
}
