using System.Collections.Frozen;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Server.Site;

/// <summary>The regional groups of the General Assembly by state. States that are in none, and territories, have no group here.</summary>
public static class RegionalGroups
{
    private static readonly FrozenDictionary<string, Region> Groups = new (Region Region, string States)[]
    {
        (Region.AFR, "DZ AO BJ BW BF BI CM CV CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU MA MZ NA NE NG RW ST SN SC SL SO ZA SS SD TG TN UG TZ ZM ZW"),
        (Region.APG, "AF BH BD BT BN KH CN CY KP FJ IN ID IR IQ JP JO KZ KI KW KG LA LB MY MV MH FM MN MM NR NP OM PK PW PG PH QA KR WS SA SG SB LK SY TJ TH TL TO TM TV AE UZ VU VN YE"),
        (Region.EEG, "AL AM AZ BY BA BG HR CZ EE GE HU LV LT ME MK PL MD RO RU RS SK SI UA"),
        (Region.GRULAC, "AG AR BS BB BZ BO BR CL CO CR CU DM DO EC SV GD GT GY HT HN JM MX NI PA PY PE KN LC VC SR TT UY VE"),
        (Region.WEOG, "AD AU AT BE CA DK FI FR DE GR IS IE IL IT LI LU MT MC NL NZ NO PT SM ES SE CH TR GB US"),
    }.SelectMany(group => group.States.Split(' ').Select(state => KeyValuePair.Create(state, group.Region))).ToFrozenDictionary(StringComparer.Ordinal);

    public static Region? Of(string state) => Groups.TryGetValue(state, out var region) ? region : null;
}
