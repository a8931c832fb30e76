// The page /vote/scrutineer: an escrow key, the ballots that nobody opened, one's own shares of them.

import { Api } from './api.js';
import { $, download, element, note, onAct, table } from './dom.js';
import * as base64url from './registry/base64url.js';
import { fromHex } from './registry/bytes.js';
import { escrowKeyId } from './registry/commitments.js';
import { openShare } from './registry/escrow.js';
import { newEscrowKey, readEscrowKey, toPem } from './registry/keys.js';

let api = null, me = null, key = null, keyId = null, pending = null;

const signedIn = () => {
  if (api === null) throw new Error('Sign in first.');
  return api;
};

onAct($('sign-in'), 'submit', $('signed-in'), async () => {
  const tried = new Api($('api-key').value.trim());
  me = await tried.get('/v1/me');
  api = tried;
  $('api-key').value = '';
  $('signed-in').replaceChildren(note(`Signed in as ${me.name}.`, 'ok'));
});

async function use(pair) {
  [key, keyId] = [pair, await escrowKeyId(pair.spki)];
  $('register').disabled = false;
  $('key-said').replaceChildren(note(`This is the key ${keyId}. Keep its file: without it you can release nothing.`, 'ok'));
}

onAct($('make-key'), 'click', $('key-said'), async () => {
  const pair = await newEscrowKey();
  download('escrow-key.pem', await toPem(pair), 'application/x-pem-file');
  await use(pair);
});

onAct($('key-file'), 'change', $('key-said'), async () => use(await readEscrowKey(await $('key-file').files[0].text())));

onAct($('register'), 'click', $('key-said'), async () => {
  await signedIn().post(`/v1/people/${me.id}/escrow-keys`, { spki: base64url.encode(key.spki) });
  $('key-said').replaceChildren(note(`${keyId} is registered.`, 'ok'));
});

onAct($('list'), 'submit', $('pending'), async () => {
  const round = $('round').value.trim();
  pending = { round, ...await signedIn().get(`/v1/rounds/${encodeURIComponent(round)}/escrow`) };
  const rows = pending.pending.map(each => [each.ballotKeyId, each.released ? 'released' : 'waits for your share']);
  $('release').disabled = !pending.pending.some(each => !each.released);
  $('pending').replaceChildren(
    element('p', {}, `${pending.threshold} shares open a ballot. Shares are taken until ${pending.closes}.`),
    rows.length > 0 ? table('Ballots that nobody opened', ['Ballot', 'Your share'], rows) : note('There is none.'));
});

onAct($('release'), 'click', $('release-said'), async () => {
  if (key === null) throw new Error('Load your escrow key first.');
  if (pending.keyId !== keyId) throw new Error(`The shares were boxed to the key ${pending.keyId}; this key is ${keyId}.`);
  const shares = [], unusable = [];
  for (const each of pending.pending.filter(one => !one.released)) {
    const share = await openShare(fromHex(each.commitment), keyId, base64url.decode(each.share.ephemeral), base64url.decode(each.share.box), key.privateKey);
    if (share === null) unusable.push(each.ballotKeyId);
    else shares.push({ ballotKeyId: each.ballotKeyId, share: base64url.encode(share) });
  }
  if (shares.length > 0) await signedIn().post(`/v1/rounds/${encodeURIComponent(pending.round)}/shares`, { shares });
  $('release-said').replaceChildren(
    note(`${shares.length} shares released.`, 'ok'),
    ...unusable.map(id => note(`${id}: the box holds no share for this key.`, 'failed')));
  return true;
});
