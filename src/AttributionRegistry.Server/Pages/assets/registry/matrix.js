// Analysis of competing hypotheses by the published rule (ach-weighted-inconsistency/1): integers only.

const SOURCE = { A: 5, B: 4, C: 3, D: 2, E: 1, F: 3 };
const INFORMATION = { 1: 5, 2: 4, 3: 3, 4: 2, 5: 1, 6: 3 };
const AGAINST = { I: 1, II: 2, CC: 0, C: 0, N: 0, NA: 0 };
const FOR = { C: 1, CC: 2, N: 0, I: 0, II: 0, NA: 0 };

const byId = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const max = values => values.reduce((most, each) => Math.max(most, each), 0);

/**
 * Ranks hypotheses [{id, residual}] on items [{id, source, information, spoofability, origin}] by cells [{hypothesis, item, rating}].
 * Gives ranking, contributions, linchpins and the strict leader, or throws when a cell names what is not there.
 */
export function evaluate({ hypotheses, items, cells }) {
  refuseUnsound(hypotheses, items, cells);
  const columns = [...hypotheses].sort(byId);
  const rows = [...items].sort(byId);
  const ratings = new Map(cells.map(cell => [`${cell.hypothesis} ${cell.item}`, cell.rating]));
  const scored = rows.map((item, row) => ({
    row, item, weight: weightOf(item), ratings: columns.map(h => ratings.get(`${h.id} ${item.id}`) ?? null),
  }));
  const sources = sourcesOf(scored.filter(each => each.weight > 0));
  const ranked = columns.map((_, c) => c).filter(c => !columns[c].residual);
  const against = columns.map((_, c) => sources.reduce((sum, source) => sum + againstOf(source, c), 0));
  const ranking = rank(ranked, columns, sources, against);
  const leaders = ranking.filter(each => each.rank === 1).map(each => each.id);
  return {
    ranking,
    leaders,
    strictLeader: ranking.length > 1 && leaders.length === 1 ? leaders[0] : null,
    contributions: columns.flatMap((h, c) => sources.map(source => strongest(source, c)).filter(each => points(each, c, AGAINST) > 0)
      .sort((a, b) => a.row - b.row)
      .map(each => ({ hypothesis: h.id, item: each.item.id, rating: each.ratings[c], weight: each.weight, points: points(each, c, AGAINST) }))),
    linchpins: linchpinsOf(sources, against, ranked, columns),
  };
}

function refuseUnsound(hypotheses, items, cells) {
  const refuse = what => {
    throw new SyntaxError(what);
  };
  const unique = keys => new Set(keys).size === keys.length;
  const ids = hypotheses.map(each => each.id), itemIds = items.map(each => each.id);
  if (!unique(ids)) refuse('A hypothesis is in the matrix more than once.');
  if (!unique(itemIds)) refuse('Evidence is in the matrix more than once.');
  if (!unique(cells.map(cell => `${cell.hypothesis} ${cell.item}`))) refuse('A cell is rated more than once.');
  for (const cell of cells) {
    if (!ids.includes(cell.hypothesis)) refuse(`A rating names hypothesis ${cell.hypothesis}, which is not in the matrix.`);
    if (!itemIds.includes(cell.item)) refuse(`A rating names evidence ${cell.item}, which is not in the matrix.`);
    if (!Object.hasOwn(AGAINST, cell.rating)) refuse(`Evidence ${cell.item} has a rating that is not CC, C, N, I, II or NA.`);
  }
  for (const item of items) {
    if (item.source !== null && !Object.hasOwn(SOURCE, item.source)) refuse(`Evidence ${item.id} has a source grade outside A to F.`);
    if (item.information !== null && !Object.hasOwn(INFORMATION, item.information)) refuse(`Evidence ${item.id} has an information grade outside 1 to 6.`);
  }
}

const weightOf = item => (item.source === null || item.information === null || item.gradedBySubmitter ? 0 : SOURCE[item.source] * INFORMATION[item.information]);

const points = (scored, column, units) => (scored.ratings[column] === null ? 0 : scored.weight * units[scored.ratings[column]]);

// Items of one origin are one source: against each hypothesis only the largest contribution among them counts, once.
function sourcesOf(scored) {
  const sources = new Map();
  for (const each of scored) {
    const key = each.item.origin ? `origin ${each.item.origin}` : `item ${each.item.id}`;
    if (!sources.has(key)) sources.set(key, { origin: each.item.origin || null, items: [] });
    sources.get(key).items.push(each);
  }
  return [...sources.values()];
}

const againstOf = (source, column, except = null) => max(source.items.filter(each => each !== except).map(each => points(each, column, AGAINST)));
const forOf = (source, column) => max(source.items.map(each => points(each, column, FOR)));
const strongest = (source, column) => source.items.reduce((most, each) => (points(each, column, AGAINST) > points(most, column, AGAINST) ? each : most));

const rank = (ranked, columns, sources, against) => [...ranked].sort((a, b) => against[a] - against[b] || a - b).map(c => ({
  id: columns[c].id,
  rank: 1 + ranked.filter(other => against[other] < against[c]).length,
  inconsistency: against[c],
  consistency: sources.reduce((sum, source) => sum + forOf(source, c), 0),
  tied: ranked.filter(other => against[other] === against[c]).length > 1,
}));

const leadersOf = (against, ranked) => {
  const least = Math.min(...ranked.map(c => against[c]));
  return ranked.filter(c => against[c] === least);
};

function linchpinsOf(sources, against, ranked, columns) {
  const leaders = leadersOf(against, ranked).join(' ');
  const candidates = sources.flatMap(source => [
    ...source.items.map(item => ({ source, items: [item], origin: null, item })),
    ...(source.items.length > 1 ? [{ source, items: source.items, origin: source.origin, item: null }] : []),
  ]);
  return candidates.map(each => {
    const without = against.map((sum, c) => sum - againstOf(each.source, c) + (each.item ? againstOf(each.source, c, each.item) : 0));
    return { ...each, leaders: leadersOf(without, ranked) };
  })
    .filter(each => each.leaders.join(' ') !== leaders)
    .sort((a, b) => a.items.length - b.items.length || a.items[0].row - b.items[0].row)
    .map(each => ({
      items: each.items.map(item => item.item.id), origin: each.origin, leadersWithout: each.leaders.map(c => columns[c].id),
      highlySpoofable: each.items.every(item => item.item.spoofability === 'high'),
    }));
}
