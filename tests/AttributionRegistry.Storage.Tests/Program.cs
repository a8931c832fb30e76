using AttributionRegistry.Storage.Tests.Faults;
using AttributionRegistry.Storage.Tests.Support;

// Started by the kill test as a process of its own, and by tests/run.sh; the test runner does not come through here.
return args switch
{
    ["append", var folder] => await KilledChild.AppendForEverAsync(folder),
    ["die-inside", var folder, var before] => await KilledChild.DieInsideAsync(folder, int.Parse(before, System.Globalization.CultureInfo.InvariantCulture)),
    ["act-under-faults", var folder, var run, var from] => await ActUnderFaults.RunAsync(folder, int.Parse(run, System.Globalization.CultureInfo.InvariantCulture), from == "all"),
    ["faults", _, ..] => await FaultCampaign.RunAsync(args[1..]),
    _ => 2,
};
