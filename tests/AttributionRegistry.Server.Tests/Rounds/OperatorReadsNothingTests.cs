using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Log;
using Dapper;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>
/// An operator with the whole data folder, the keys and everything they decrypt, before the reveal of a round with escrow. What is not
/// found here is found once three scrutineers have opened it: the search works.
/// </summary>
public sealed class OperatorReadsNothingTests
{
    [Fact]
    public async Task V_57_with_all_that_the_server_holds_and_all_its_keys_no_ballot_in_escrow_can_be_read()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var silent = escrow.Voting.Sitting[10];
        const string Reasons = "The-clock-of-the-loader-ran-in-UTC-plus-three-5d0c.";
        var ballot = (await escrow.VoteAsync(opened: 10, (m, i) => i == 10 ? escrow.Seal(m, 8642, reasons: Reasons) : escrow.Seal(m)))[10].Ballot;
        byte[][] secrets = [ballot.Ballot, ballot.Salt, Encoding.UTF8.GetBytes(Reasons), Encoding.UTF8.GetBytes($"\"{escrow.Voting.Named.Value}\":8642")];
        var deposit = escrow.Voting.Registry.Core.Load(Server.Rounds.RoundJournal.Definition, escrow.Voting.Round).State!.EscrowOf(silent.Sealer.BallotKeyId)!.Deposit;

        var held = Held(escrow);
        Found(held, secrets).Should().BeEmpty();
        Found(held, [B64Url.Decode(deposit.Ciphertext)]).Should().NotBeEmpty("the ciphertext is among what was searched");
        var keys = KeysIn(held).ToList();
        keys.Should().HaveCountGreaterThan(1000);
        keys.Where(key => Decrypts(key, deposit)).Should().BeEmpty("no 32 bytes that the server holds are the key");

        // With what two scrutineers released it is the same; the third share is what was missing.
        await escrow.ReleaseAllAsync(0, 1);
        held = Held(escrow);
        Found(held, secrets).Should().BeEmpty();
        await escrow.ReleaseAllAsync(2);
        Found(Held(escrow), secrets).Distinct().Should().HaveCount(secrets.Length);
    }

    /// <summary>Every byte on the disk; every event, opening and entry in the clear; and every text in them, read as base64 and as hex.</summary>
    private static List<byte[]> Held(EscrowCase escrow)
    {
        var store = escrow.Voting.Registry.Core.Store;
        var size = (int)store.Events.Head.Size;
        var clear = store.Database.Read(c => c.Query<string>("SELECT stream FROM stream_head").AsList())
            .SelectMany(s => store.Events.ReadStream(s)).Select(e => e.Body)
            .Concat(Enumerable.Range(0, size).SelectMany(i => store.Events.Openings(i).Select(o => o.ValueJson)))
            .Concat(store.Events.ReadEntries(0, size).Select(e => Encoding.UTF8.GetString(e.Entry))).ToList();
        var held = clear.Select(Encoding.UTF8.GetBytes).ToList();
        held.AddRange(Enumerable.Range(0, size).SelectMany(i => store.Events.Openings(i).Select(o => o.Salt)));
        foreach (var text in clear)
        {
            using var json = JsonDocument.Parse(text);
            held.AddRange(Texts(json.RootElement).SelectMany(Readings));
        }

        var folder = Path.GetDirectoryName(escrow.Voting.Registry.DataFolder)!;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "registry.lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            held.Add(copy.ToArray());
            if (copy.Length < 4096)
            {
                held.AddRange(Encoding.Latin1.GetString(copy.ToArray()).Split(['\n', ' ', '"', '+', ':'], StringSplitOptions.RemoveEmptyEntries).SelectMany(Readings));
            }
        }

        return held;
    }

    private static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(m => Texts(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [json.GetString()!],
        _ => [],
    };

    private static IEnumerable<byte[]> Readings(string text)
    {
        if (B64Url.TryDecode(text, out var url))
        {
            yield return url;
        }

        var plain = new byte[text.Length];
        if (Convert.TryFromBase64String(text, plain, out var written))
        {
            yield return plain[..written];
        }

        if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
        {
            yield return Convert.FromHexString(text);
        }
    }

    private static List<string> Found(List<byte[]> held, byte[][] secrets) =>
        [.. held.SelectMany(bytes => secrets.Where(s => bytes.AsSpan().IndexOf(s) >= 0)).Select(Convert.ToHexStringLower)];

    /// <summary>Whatever has the size of a key, and every 32 bytes in a row of what is small enough to be a key file or a share.</summary>
    private static IEnumerable<byte[]> KeysIn(List<byte[]> held) =>
        held.Where(bytes => bytes.Length is >= 32 and <= 200).SelectMany(bytes => Enumerable.Range(0, bytes.Length - 31).Select(at => bytes[at..(at + 32)]));

    private static bool Decrypts(byte[] key, Domain.Rounds.EscrowDeposit deposit)
    {
        var boxed = B64Url.Decode(deposit.Ciphertext);
        byte[] aad = [.. Encoding.ASCII.GetBytes(BallotEscrow.Tag), 0, .. Convert.FromHexString(deposit.Commitment)];
        using var aes = new AesGcm(key, 16);
        try
        {
            aes.Decrypt(Convert.FromHexString(deposit.Nonce), boxed.AsSpan(..^16), boxed.AsSpan(^16..), new byte[boxed.Length - 16], aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
