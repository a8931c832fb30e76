using System.Globalization;

namespace AttributionRegistry.Storage.Tests.Faults;

/// <summary>
/// What a failed fsync has left in memory only, as faults.c lists it. The next process reads it as if it were there; a power cut takes it back,
/// unless somebody has written those bytes anew.
/// </summary>
internal static class LostPages
{
    public static void Apply(string list)
    {
        foreach (var line in File.Exists(list) ? File.ReadAllLines(list) : [])
        {
            var parts = line.Split(' ');
            var (path, offset) = (parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture));
            var (lost, before) = (Convert.FromHexString(parts[2][2..]), Convert.FromHexString(parts[3][2..]));
            if (!File.Exists(path))
            {
                continue;
            }

            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            var now = new byte[lost.Length];
            if (RandomAccess.Read(file, now, offset) != lost.Length || !now.AsSpan().SequenceEqual(lost))
            {
                continue;
            }

            // A part of the disk that was never written: the file's length is there, its bytes are not.
            RandomAccess.Write(file, [.. before, .. new byte[lost.Length - before.Length]], offset);
        }
    }
}
