using AttributionRegistry.Storage.Tests.Support;

// Started by the kill test as a process of its own; the test runner does not come through here.
return args switch
{
    ["append", var folder] => await KilledChild.AppendForEverAsync(folder),
    ["die-inside", var folder, var before] => await KilledChild.DieInsideAsync(folder, int.Parse(before, System.Globalization.CultureInfo.InvariantCulture)),
    _ => 2,
};
