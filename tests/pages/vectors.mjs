// The library of the pages, and the project's own vectors.

import { readFileSync } from 'node:fs';
import { parseStrict } from '../../src/AttributionRegistry.Server/Pages/assets/registry/jcs.js';

const root = new URL('../../', import.meta.url);

export const textOf = name => readFileSync(new URL(`tests/vectors/${name}`, root), 'utf8');
export const vectors = name => JSON.parse(textOf(name));
export const strictVectors = name => parseStrict(textOf(name));
