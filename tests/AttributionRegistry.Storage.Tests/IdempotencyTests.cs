using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class IdempotencyTests : IDisposable
{
    private static readonly IdempotencyRow Row = new("per_1", "key-1", "hash", 201, "/v1/x", "\"1\"", "{}", null, Stores.Noon);

    private readonly TemporaryFolder _folder = new();
    private readonly RegistryStore _store;

    public IdempotencyTests() => _store = Stores.Open(_folder.Path);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_answer_is_kept_with_the_index_of_the_commits_first_leaf()
    {
        await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(), Stores.Event()) with { Idempotency = Row });

        _store.Events.FindIdempotency("per_1", "key-1").Should().Be(Row with { LeafIndex = 0 });
        _store.Events.FindIdempotency("per_2", "key-1").Should().BeNull();
    }

    [Fact]
    public async Task A_key_that_was_used_writes_nothing_even_where_the_stream_has_moved_on()
    {
        await _store.CommitAsync(Stores.Append("case-1", 0) with { Idempotency = Row });

        var retry = await _store.Writer.CommitAsync(Stores.Append("case-1", 0) with { Idempotency = Row with { Status = 200 } });

        retry.Should().Be(new CommitResult.IdempotencyTaken());
        _store.Events.Head.Size.Should().Be(1);
        _store.Events.FindIdempotency("per_1", "key-1")!.Status.Should().Be(201);
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_its_key_free()
    {
        (await _store.Writer.CommitAsync(Stores.Append("case-1", 5) with { Idempotency = Row })).Should().BeOfType<CommitResult.VersionConflict>();
        var thrown = () => _store.Writer.CommitAsync(Stores.Append("case-1", 0) with { Idempotency = Row, Rows = _ => throw new FormatException("as asked") });
        await thrown.Should().ThrowAsync<FormatException>();

        _store.Events.FindIdempotency("per_1", "key-1").Should().BeNull();
        await _store.CommitAsync(Stores.Append("case-1", 0) with { Idempotency = Row });
    }

    [Fact]
    public async Task Of_many_with_the_same_key_at_once_one_is_written()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            _store.Writer.CommitAsync(Stores.Append($"case-{i}", 0) with { Idempotency = Row })));

        results.OfType<CommitResult.Committed>().Should().ContainSingle();
        results.OfType<CommitResult.IdempotencyTaken>().Should().HaveCount(49);
        _store.Events.Head.Size.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_without_a_leaf_can_be_kept_too()
    {
        var committed = await _store.CommitAsync(new CommitRequest([], Idempotency: Row));

        committed.Leaves.Should().BeEmpty();
        _store.Events.FindIdempotency("per_1", "key-1").Should().Be(Row);
    }
}
