// The rule book's own numbers, and shares as two integers: decisions never touch floating point.

const grave = { threshold: [3, 4], supportFloor: 8000, minConfidence: 'moderate', minRegions: 3 };

export const DEFAULT_RULES = {
  minSeated: [2, 3],
  minEligible: 7,
  quorum: [2, 3],
  exclude: { below: 2000, threshold: [2, 3] },
  levels: { group: { threshold: [2, 3], supportFloor: 5500, minConfidence: 'low', minRegions: 2 }, individual: grave, state_sponsored: grave, state: grave },
  panel: { seats: 11, minPerRegion: 2, maxPerRegion: 3, maxPerNationality: 1, maxPerEmployer: 2 },
  ballot: { lowestLikelihood: 100, highestLikelihood: 9900, sum: 10000, maxReasonsBytes: 65536, maxQuestions: 4, maxNamedHypotheses: 20 },
  reopening: [1, 3],
};

export const REGIONS = ['AFR', 'APG', 'EEG', 'GRULAC', 'WEOG'];

/** The least whole number that is at least this share of the whole. */
export const ceilingOf = ([numerator, denominator], whole) => Math.floor((numerator * whole + denominator - 1) / denominator);

/** Whether the part is at least this share of the whole. */
export const isReachedBy = ([numerator, denominator], part, whole) => denominator * part >= numerator * whole;

/** A record of rules with the rule book's own where it is silent. */
export const withDefaults = rules => ({
  ...DEFAULT_RULES, ...rules,
  levels: { ...DEFAULT_RULES.levels, ...rules.levels },
  panel: { ...DEFAULT_RULES.panel, ...rules.panel },
  ballot: { ...DEFAULT_RULES.ballot, ...rules.ballot },
});
