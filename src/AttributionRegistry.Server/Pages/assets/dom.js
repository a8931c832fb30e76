// Small helpers for the pages. Text from the server only ever becomes text: nothing here reads markup.

export const $ = id => document.getElementById(id);

/** An element with attributes and children; strings become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter(each => each !== null && each !== undefined).map(each => (each instanceof Node ? each : String(each))));
  return made;
}

export function table(caption, head, rows) {
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, element('table', {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, head.map(each => element('th', { scope: 'col' }, each)))),
    element('tbody', {}, rows.map(([first, ...rest]) => element('tr', {}, element('th', { scope: 'row' }, first), rest.map(each => element('td', {}, each)))))));
}

export const note = (text, state = '') => element('p', { class: `note ${state}`.trim(), role: state === 'failed' ? 'alert' : null }, text);

/** Offers a text as a file; the browser asks where to. */
export function download(name, text, type = 'application/json') {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Runs a form's or button's act; a failure is said beside it, and the button waits meanwhile, and for good where true comes back. */
export function onAct(target, type, place, run) {
  target.addEventListener(type, async event => {
    event.preventDefault();
    const button = event.submitter ?? (target instanceof HTMLButtonElement ? target : null);
    if (button) button.disabled = true;
    let spent = false;
    place.replaceChildren();
    try {
      spent = await run(event) === true;
    } catch (fault) {
      place.replaceChildren(note(fault.message, 'failed'));
    } finally {
      if (button) button.disabled = spent;
    }
  });
}
