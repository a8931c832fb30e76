using AttributionRegistry.Storage.Tests.Support;

// Started by the kill test as a process of its own; the test runner does not come through here.
return args is ["append", var folder] ? await KilledChild.AppendForEverAsync(folder) : 2;
