// Whether a version is called official as it must be: by the policy that its entry in the log names, and by the reader's own.

import { entryOf } from './bundlelog.js';
import { parseStrict } from './jcs.js';
import { bindingOf, demandsWitnesses, evaluate, policyText, readPolicy } from './policy.js';

/** log.policy is what the reader has from elsewhere, as text, or null. */
export async function witnessesFault({ bundle, representation, record, log }) {
  const note = bundle.text('tlog/checkpoint'), text = bundle.text('tlog/policy'), vkey = bundle.text('tlog/vkey').replace(/\n+$/, '');
  const own = await readPolicy(text), pinned = log?.policy ? await readPolicy(log.policy) : null;
  if (policyText(own) !== text || !own.logs.some(each => each.vkey === vkey)) return 'the policy is not one of this log';

  // Entries from before they named a policy say nothing; then only the reader's own policy can tell.
  const entry = entryOf(bundle, record.logIndex);
  if (entry === undefined) return `entry ${record.logIndex}, which publishes it, was left out`;
  const named = parseStrict(entry).body.witnessPolicy ?? null;
  if (named !== null && named !== await bindingOf(own)) return 'the policy is not the one that the log names for this version';

  const { official, witnessedSize: size = null } = representation, demanded = demandsWitnesses(own);
  if (demanded && (official !== (size !== null) || (size !== null && !(size > 0)))) return 'it is called official without a witnessed size';
  if (!demanded && official !== true) return 'it is called unofficial, and nobody need witness it';
  if (!demanded && named !== null && size !== null) return 'it is said to be witnessed, and nobody need witness it';

  const said = [];
  for (const policy of [official ? own : null, pinned].filter(each => each !== null)) {
    const { cosigned, missing } = await evaluate(policy, note);
    if (missing !== null) return missing;
    said.push(cosigned);
  }
  const witnesses = [...new Set(said.flat())];
  return { what: witnesses.length > 0 ? `Cosigned by ${witnesses.join(', ')}.` : '', left: pinned === null ? [reservation(demanded, official, named !== null)] : [] };
}

function reservation(demanded, official, named) {
  if (!demanded) return "its policy demands no witness, so that it is official is the operator's own word; give a policy that you have from elsewhere";
  if (!official) return 'no quorum of witnesses has covered it: it is not official; give a policy that you have from elsewhere';
  return named ? "who must witness is what the log named when it published this version, the operator's choice; give a policy that you have from elsewhere"
    : 'who must witness was taken from the bundle itself; give a policy that you have from elsewhere';
}
