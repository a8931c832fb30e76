using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests;

/// <summary>A witness whose memory was lost or put back does not vouch for a second tree: the marks beside its key know better.</summary>
public sealed class WitnessMarksTests : IDisposable
{
    private const string Origin = "registry.example/log";
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly MerkleTree Tree = Grown(40, forked: int.MaxValue);
    private static readonly MerkleTree Fork = Grown(40, forked: 10);

    private readonly TemporaryFolder _folder = new();
    private readonly NoteSigner _log = new(Origin, Stores.Salt(7));

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private string State => Path.Combine(_folder.Path, "state");

    private string Keys => Path.Combine(_folder.Path, "keys");

    private string Marks => Path.Combine(Keys, "witness.marks");

    [Fact]
    public void Every_answer_is_marked_beside_the_key()
    {
        using var witness = Open();
        Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        File.ReadAllLines(Marks).Should().Equal("attribution-registry/witness-marks/v1", witness.Signer.Vkey, $"{Origin} 20 {Convert.ToBase64String(Tree.RootAt(20))}");

        Cosigned(witness, Tree, 20, 30).Should().BeTrue();
        File.ReadAllLines(Marks)[2].Should().Be($"{Origin} 30 {Convert.ToBase64String(Tree.RootAt(30))}");
        Cosigned(witness, Fork, 30, 40).Should().BeFalse();
    }

    [Fact]
    public void An_empty_memory_beside_an_old_key_does_not_start()
    {
        using (var witness = Open())
        {
            Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        }

        Directory.Delete(State, recursive: true);
        Starting().Should().Throw<StoreRefusedException>().WithMessage("*has cosigned before and its memory*missing*--recover-memory*");
        Starting().Should().Throw<StoreRefusedException>("the attempt itself has left an empty memory").WithMessage("*--recover-memory*");
        File.Delete(Marks);
        Starting().Should().Throw<StoreRefusedException>("the key alone is an old one").WithMessage("*has cosigned before and its memory*");
    }

    [Fact]
    public void A_memory_from_before_the_last_answers_does_not_start()
    {
        using (var witness = Open())
        {
            Cosigned(witness, Tree, 0, 10).Should().BeTrue();
        }

        var backup = Directory.GetFiles(State).ToDictionary(file => file, File.ReadAllBytes);
        using (var witness = Open())
        {
            Cosigned(witness, Tree, 10, 20).Should().BeTrue();
        }

        foreach (var (file, bytes) in backup)
        {
            File.WriteAllBytes(file, bytes);
        }

        Starting().Should().Throw<StoreRefusedException>().WithMessage($"*has cosigned 20 entries of {Origin}, and its memory in * knows of 10*--recover-memory*");

        // The way out: the marks are what was answered last, and the memory is brought up to them.
        using (var witness = Open(recover: true))
        {
            Cosigned(witness, Fork, 10, 20).Should().BeFalse("the other tree is as impossible as before");
            Cosigned(witness, Tree, 20, 30).Should().BeTrue();
        }

        Starting().Should().NotThrow();
    }

    [Fact]
    public void A_lost_memory_is_recovered_from_the_marks_and_the_key_stays()
    {
        string vkey;
        using (var witness = Open())
        {
            vkey = witness.Signer.Vkey;
            Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        }

        Directory.Delete(State, recursive: true);
        using var again = Open(recover: true);
        again.Signer.Vkey.Should().Be(vkey);
        again.Checkpoint(Origin).Should().BeNull("the note itself is gone");
        Cosigned(again, Fork, 0, 30).Should().BeFalse();
        Cosigned(again, Tree, 20, 30).Should().BeTrue();
    }

    [Fact]
    public void Marks_that_are_gone_damaged_another_s_or_of_another_tree_stop_the_start()
    {
        string vkey;
        using (var witness = Open())
        {
            vkey = witness.Signer.Vkey;
            Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        }

        var marks = File.ReadAllText(Marks);
        using var other = NoteSigner.Witness("witness.example/other", Stores.Salt(3));
        foreach (var (text, words) in new[]
        {
            ("", "*damaged*"), (marks[..^1], "*damaged*"), (marks + "x\n", "*damaged*"), (marks.Replace(" 20 ", " -1 ", StringComparison.Ordinal), "*damaged*"),
            (marks.Replace(vkey, other.Vkey, StringComparison.Ordinal), $"*marks of {other.Vkey}*"),
            (marks.Replace(Convert.ToBase64String(Tree.RootAt(20)), Convert.ToBase64String(Fork.RootAt(20)), StringComparison.Ordinal), "*another tree of that size*"),
        })
        {
            File.WriteAllText(Marks, text);
            Starting().Should().Throw<StoreRefusedException>(text).WithMessage(words);
            Starting(recover: true).Should().Throw<StoreRefusedException>(text).WithMessage(words);
        }

        File.Delete(Marks);
        Starting().Should().Throw<StoreRefusedException>().WithMessage("*marks*are missing*");
    }

    [Fact]
    public void A_memory_from_before_there_were_marks_makes_them_at_its_next_start()
    {
        using (var witness = Open())
        {
            Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        }

        File.Delete(Marks);
        Execute("PRAGMA user_version = 0");
        using (Open())
        {
            File.ReadAllText(Marks).Should().Contain($"{Origin} 20 ");
        }
    }

    [Fact]
    public void A_crash_between_memory_and_mark_or_between_name_and_key_is_mended_by_the_next_start()
    {
        Directory.CreateDirectory(State);
        using (Open())
        {
        }

        File.Delete(Path.Combine(Keys, WitnessState.KeyFileName));
        File.Delete(Marks); // as after the name was written, and the key was not
        Execute("PRAGMA user_version = 0");
        using (var witness = Open())
        {
            Cosigned(witness, Tree, 0, 10).Should().BeTrue();
            var before = File.ReadAllText(Marks);
            Cosigned(witness, Tree, 10, 20).Should().BeTrue();
            File.WriteAllText(Marks, before); // as after the commit, and before the mark
        }

        using (Open())
        {
            File.ReadAllText(Marks).Should().Contain($"{Origin} 20 ");
        }
    }

    [Fact]
    public void A_memory_that_goes_back_while_the_witness_runs_stops_it()
    {
        using var witness = Open();
        Cosigned(witness, Tree, 0, 20).Should().BeTrue();
        Execute($"UPDATE tree SET size = 10, root = X'{Convert.ToHexString(Fork.RootAt(10))}'");

        var ask = () => Cosigned(witness, Fork, 10, 30);

        ask.Should().Throw<WriterStoppedException>().WithMessage("*went back*");
        ask.Should().Throw<WriterStoppedException>("only a start reads what is really there");
    }

    [Fact]
    public void Where_no_mark_can_be_made_nothing_is_answered()
    {
        using var witness = Open();
        Directory.CreateDirectory(Marks + ".new"); // the file aside cannot be made

        var ask = () => Cosigned(witness, Tree, 0, 20);

        ask.Should().Throw<WriterStoppedException>();
        Directory.Delete(Marks + ".new");
        ask.Should().Throw<WriterStoppedException>();
    }

    private static MerkleTree Grown(int size, int forked)
    {
        var tree = new MerkleTree();
        for (var i = 0; i < size; i++)
        {
            tree.Append(Rfc6962.LeafHash(Encoding.UTF8.GetBytes(i < forked ? $"{i}" : $"another {i}")));
        }

        return tree;
    }

    private WitnessState Open(bool recover = false)
    {
        byte next = 40;
        return WitnessState.Open(new WitnessOptions(State, Keys, "witness.example/w1", count => [.. Enumerable.Repeat(next++, count)], recover));
    }

    private Action Starting(bool recover = false) => () => Open(recover).Dispose();

    private bool Cosigned(WitnessState witness, MerkleTree tree, long old, long size)
    {
        var request = AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(AddCheckpointRequest.Format(old, tree.ConsistencyProof(old, size), new Checkpoint(Origin, size, tree.RootAt(size)).Sign(_log))));
        return witness.Add([NoteVerifier.Parse(_log.Vkey)], request, Noon).Cosignature is not null;
    }

    private void Execute(string sql)
    {
        using var raw = new SqliteConnection($"Data Source={Path.Combine(State, "witness.db")};Pooling=False");
        raw.Open();
        raw.Execute(sql);
    }
}
