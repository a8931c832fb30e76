using System.Collections.Frozen;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The regional group of each member state of the United Nations, as its General Assembly votes; for balance figures only.</summary>
public static class RegionalGroups
{
    private static readonly FrozenDictionary<string, Region> ByState = new (Region Region, string States)[]
    {
        (Region.AFR, "DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU MA MZ NA NE NG RW ST SN SC SL SO ZA SS SD TG TN UG TZ ZM ZW"),
        (Region.APG, "AF BH BD BT BN KH CN CY FJ IN ID IR IQ JP JO KZ KI KW KG LA LB MY MV MH FM MN MM NR NP OM PK PW PG PH QA KR WS SA SG SB LK SY TJ TH TL TO TM TV AE UZ VU VN YE KP"),
        (Region.EEG, "AL AM AZ BY BA BG HR CZ EE GE HU LV LT ME PL MD RO RU RS SK SI MK UA"),
        (Region.GRULAC, "AG AR BS BB BZ BO BR CL CO CR CU DM DO EC SV GD GT GY HT HN JM MX NI PA PY PE KN LC VC SR TT UY VE"),
        (Region.WEOG, "AD AU AT BE CA DK FI FR DE GR IS IE IL IT LI LU MT MC NL NZ NO PT SM ES SE CH TR GB US"),
    }.SelectMany(g => g.States.Split(' ').Select(s => (State: s, g.Region))).ToFrozenDictionary(x => x.State, x => x.Region, StringComparer.Ordinal);

    /// <summary>How many states are in a group.</summary>
    public static int Count => ByState.Count;

    /// <param name="state">ISO 3166-1 alpha-2.</param>
    /// <returns>Null for what is no member state.</returns>
    public static Region? Of(string state) => ByState.TryGetValue(state, out var region) ? region : null;
}
