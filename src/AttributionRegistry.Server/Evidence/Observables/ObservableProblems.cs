using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Evidence.Observables;

/// <summary>The codes of structured evidence.</summary>
public static class ObservableProblems
{
    public const string StixVersion = "stix-version";
    public const string Invalid = "structured-invalid";
    public const string Unread = "observables-unread";
    public const string NoObservable = "no-observable";

    public static IReadOnlyList<ProblemEntry> All { get; } =
    [
        new(StixVersion, 422, "Not STIX 2.1", "The bundle is STIX, but of another version: 2.0 has the version on the bundle, or objects without one.", "Convert it to STIX 2.1 and submit the result as an item with this one as its original."),
        new(Invalid, 422, "Not valid", "The document is not what its kind says, or not within bounds. Up to a hundred faults are listed, each with a JSON Pointer into the document.", "Correct the document and submit it as a new item; an original is never altered (E3)."),
        new(Unread, 409, "Not read yet", "The observables of this item have not been read.", "Have them read first: POST to this address."),
        new(NoObservable, 422, "No observable", "The value is in no form in which observables are kept (of the kind asked for).", "Search for a hash, domain, address, URL, e-mail address, file name, mutex, registry key, AS number, MAC address or name of software."),
        new("not-structured", 409, "Not structured", "Observables are read from items of the kinds stixBundle and mispEvent.", "Submit the document under one of these kinds."),
        new("not-for-observables", 403, "Not for you to have read", "The submitter, a custodian or a lead assessor has an item's observables read.", "Ask one of them."),
    ];
}
