namespace AttributionRegistry.Server.Http;

/// <summary>Where things are for people, beside their addresses in the API.</summary>
public static class PublicAddresses
{
    /// <summary>The page of a finding.</summary>
    public static string Page(string number) => $"/en/findings/{number}";
}
