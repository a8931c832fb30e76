// The page /vote/: a member's ballot key, seat, ballot, commitment and opening.

import { Api, publicText } from './api.js';
import { answersIn, questionsForm } from './ballotform.js';
import { $, download, element, note, onAct } from './dom.js';
import * as base64url from './registry/base64url.js';
import { ballotKeyId } from './registry/commitments.js';
import { canonicalText } from './registry/jcs.js';
import { newSigningKey, readSigningKey, toPem } from './registry/keys.js';
import { readVerifierKey } from './registry/note.js';
import * as sealing from './registry/seal.js';

const state = { api: null, me: null, round: null, key: null, keyId: null, answers: null, previous: null, sealed: null };

const need = (name, sentence) => {
  if (state[name] === null) throw new Error(sentence);
  return state[name];
};
const api = () => need('api', 'Sign in first.');

onAct($('sign-in'), 'submit', $('signed-in'), async () => {
  if ($('api-key').value) {
    const tried = new Api($('api-key').value.trim());
    state.me = await tried.get('/v1/me');
    state.api = tried;
    $('api-key').value = '';
    $('api-key').required = false;
  }
  const id = $('round').value.trim();
  const rounds = id ? [] : await roundsList();
  if (id) await showRound(id);
  $('signed-in').replaceChildren(note(`Signed in as ${state.me.name}.`, 'ok'), ...rounds);
});

async function roundsList() {
  const { items } = await api().get('/v1/incidents?stage=voting');
  const found = [];
  for (const { id, name } of items) {
    const { rounds } = await api().get(`/v1/incidents/${id}/rounds`).catch(() => ({ rounds: [] }));
    for (const round of rounds.filter(each => each.mine)) {
      const button = element('button', { type: 'button' }, `Round ${round.number} of ${name}`);
      button.addEventListener('click', () => {
        $('round').value = round.id;
        $('sign-in').requestSubmit();
      });
      found.push(button);
    }
  }
  return found.length > 0 ? found : [note('No round in which you vote is open.')];
}

async function showRound(id) {
  const round = await api().get(`/v1/rounds/${encodeURIComponent(id)}`);
  const { items } = await api().get(`/v1/incidents/${round.incident}/hypotheses`);
  const statements = new Map(items.map(each => [each.id, each.content.statement.value]));
  const titles = new Map();
  for (const evidence of round.evidence) {
    const item = await api().get(`/v1/evidence/${evidence}`).catch(() => null);
    titles.set(evidence, item?.title ?? item?.gist?.value ?? evidence);
  }
  state.round = round;
  if (state.keyId !== null && round.mine && round.mine.ballotKeyId !== state.keyId) {
    Object.assign(state, { key: null, keyId: null });
    $('key-said').replaceChildren(note(`You vote in this round with the key ${round.mine.ballotKeyId}; load that one.`, 'failed'));
  }
  $('case').value = round.incident;
  $('questions').replaceChildren(...questionsForm(round, statements, titles));
  $('round-said').replaceChildren(
    note(`Sealed ballots are taken until ${round.commit.closes}, opened from ${round.reveal.opens} until ${round.reveal.closes}. ` +
      (round.binding ? 'This round decides.' : 'This round is indicative; it decides nothing.')),
    note(round.mine === null ? 'You have no vote in this round.'
      : `You vote with the key ${round.mine.ballotKeyId}; ${round.mine.envelopes.length === 0 ? 'you have handed in nothing yet.' : `your last revision is ${Math.max(...round.mine.envelopes.map(each => each.envelope.revision))}.`}`),
    round.escrow ? note('Your ballot will also be put in escrow: any three of five scrutineers can open it after the end if you do not.') : '',
    ...(round.contraryArgument && round.mine && !round.mine.acknowledged ? [contrary(round)] : []));
  for (const part of ['ballot-section', 'open-section']) $(part).hidden = round.mine === null;
}

function contrary(round) {
  const said = element('div', {}), button = element('button', { type: 'button' }, 'I have read it');
  onAct(button, 'click', said, async () => {
    await api().post(`/v1/rounds/${round.id}/acknowledgement`);
    await showRound(round.id);
  });
  return element('div', {}, element('h3', {}, 'The strongest argument against'), note(round.contraryArgument.value), button, said);
}

async function useKey(key) {
  const keyId = await ballotKeyId(key.spki);
  if (state.round?.mine && state.round.mine.ballotKeyId !== keyId) throw new Error(`You vote in this round with the key ${state.round.mine.ballotKeyId}; this one is ${keyId}.`);
  Object.assign(state, { key, keyId });
  $('key-said').replaceChildren(note(`This is the key ${keyId}. Keep its file where only you can read it.`, 'ok'));
}

onAct($('make-key'), 'click', $('key-said'), async () => {
  const key = await newSigningKey();
  download('ballot-key.pem', await toPem(key), 'application/x-pem-file');
  await useKey(key);
});

onAct($('key-file'), 'change', $('key-said'), async () => useKey(await readSigningKey(await $('key-file').files[0].text())));

onAct($('declare'), 'submit', $('declare-said'), async () => {
  const key = need('key', 'Make or load your ballot key first.');
  const longTerm = await readSigningKey(await $('long-term').files[0].text());
  const caseId = $('case').value.trim(), spki = base64url.encode(longTerm.spki);
  const registered = (await api().get(`/v1/people/${state.me.id}/signing-keys`)).find(each => each.spki === spki && !each.retiredAt);
  if (!registered) throw new Error('This long-term key is not registered for you.');
  const panel = await api().get(`/v1/incidents/${encodeURIComponent(caseId)}/panel`);
  const words = $('statement').value.trim();
  const answer = { accepts: true, kind: $('kind').value, namedAnActor: $('named').checked, statement: words ? { value: words, lang: 'en' } : null };
  await api().post(`/v1/panels/${panel.id}/declarations`, {
    ...await sealing.signedDeclaration(caseId, panel.id, state.me.id, answer, registered.id, longTerm),
    ballotKey: await sealing.declareKey(caseId, state.me.id, key, registered.id, longTerm),
  });
  $('declare-said').replaceChildren(note('Your declaration and your ballot key are on record.', 'ok'));
});

onAct($('ballot'), 'submit', $('ballot-said'), async () => {
  need('key', 'Make or load your ballot key first.');
  if (state.round.mine.ballotKeyId !== state.keyId) throw new Error(`You vote in this round with the key ${state.round.mine.ballotKeyId}; the loaded one is ${state.keyId}.`);
  const [file] = $('previous').files;
  const previous = file ? sealing.fromFile(await file.text()) : state.sealed;
  const last = state.round.mine.envelopes.reduce((most, each) => (each.envelope.revision > (most?.envelope.revision ?? 0) ? each : most), null);
  if ((last?.digest ?? null) !== (previous?.digest ?? null)) {
    throw new Error(last === null ? 'You have handed in nothing yet: there is nothing to revise.' : `Load the file of revision ${last.envelope.revision}, which you handed in last.`);
  }
  state.previous = previous;
  state.answers = answersIn($('ballot'), state.round);
  $('canonical').textContent = canonicalText(sealing.ballotOf(sealing.frameOf(state.round), state.keyId, state.answers));
  $('seal-section').hidden = false;
  $('seal').disabled = false;
  [$('saved').checked, $('saved').disabled, $('commit').disabled] = [false, true, true];
  $('seal-said').replaceChildren();
  $('h-seal').scrollIntoView();
});

let waiting = null;

onAct($('seal'), 'click', $('seal-said'), async () => {
  waiting = await sealing.seal(state.round, state.key, state.answers, state.previous);
  const fault = await sealing.firstFault(waiting, state.round);
  if (fault !== null) throw new Error(`The sealed ballot does not hold: ${fault}.`);
  download(`ballot-round-${state.round.number}-revision-${waiting.envelope.revision}.json`, sealing.toFile(waiting));
  $('saved').disabled = false;
  $('seal-said').replaceChildren(note(`Sealed as revision ${waiting.envelope.revision} under the commitment ${waiting.envelope.commitment}. It is not handed in yet.`));
});

$('saved').addEventListener('change', () => { $('commit').disabled = !$('saved').checked; });

onAct($('commit'), 'click', $('seal-said'), async () => {
  const path = `/v1/rounds/${state.round.id}`;
  const written = await api().post(`${path}/envelopes`, sealing.envelopeRequest(waiting));
  const after = await api().get(path);
  const verifier = await readVerifierKey((await publicText('/log/vkey')).trim());
  let proved;
  try {
    proved = await sealing.checkReceipt(waiting, written, verifier);
  } catch (fault) {
    throw new Error(`The server took it, but its receipt is not yours: ${fault.message} Keep your file and tell the scrutineers.`);
  }
  state.sealed = waiting;
  $('previous').value = '';
  handedIn(after);
  $('seal-said').replaceChildren(note(`Handed in. The receipt is for your commitment, and entry ${proved.index} stands in the signed log of ${proved.size}.`, 'ok'));
  return true;
});

// What was handed in is handed in once: another revision begins with the form.
function handedIn(after) {
  state.round = after;
  waiting = null;
  [$('saved').checked, $('saved').disabled, $('seal').disabled] = [false, true, true];
}

onAct($('open'), 'submit', $('open-said'), async () => {
  const sealed = sealing.fromFile(await $('open-file').files[0].text());
  const fault = await sealing.firstFault(sealed, need('round', 'Choose your round first.'));
  if (fault !== null) throw new Error(`This file does not hold: ${fault}.`);
  await api().post(`/v1/rounds/${state.round.id}/openings`, sealing.openingRequest(sealed));
  $('open-said').replaceChildren(note('Your ballot is received. It stays hidden from everybody until the window has closed.', 'ok'));
});

const asked = new URLSearchParams(location.search).get('round');
if (asked) $('round').value = asked;
