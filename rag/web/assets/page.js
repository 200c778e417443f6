// Runs once, in the source pane's own scope: `element`, `trigger` and `watch` are Gradio's.
const root = document.documentElement;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const transcript = () => document.getElementById("fn-transcript");
const box = () => document.querySelector("#fn-box textarea");
let opened = null, sought = null;  // what led into the pane, and what was asked of it and is not there yet

document.addEventListener("click", (event) => {
  const cite = event.target.closest?.(".fn-cite, .fn-onward");
  if (cite) return select(cite);
  const step = event.target.closest?.(".fn-step");
  if (step) return go(Number(step.dataset.step));
  const copy = event.target.closest?.(".fn-copy");
  if (copy) return take(copy);
  const example = event.target.closest?.(".fn-example");
  if (example) return trigger("example", { index: Number(example.dataset.example) });
  const edit = event.target.closest?.("[data-edit]");
  if (edit) {
    if (!editing) draft = box()?.value ?? "";
    trigger("edit", { turn: Number(edit.dataset.edit) });
    return box()?.focus();
  }
  const look = event.target.closest?.(".fn-look, .fn-to-page, .fn-to-text");
  if (look) return open(look);
  if (event.target.closest?.(".fn-back")) return back();
  const rate = event.target.closest?.(".fn-rate");
  if (rate) trigger("rate", { turn: Number(rate.dataset.turn), good: rate.dataset.good === "true" });
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest?.(".fn-remark");
  if (!form) return;
  event.preventDefault();
  trigger("rate", { turn: Number(form.dataset.turn), good: false, remark: form.querySelector("input").value });
});

// Escape goes from a source back to the marker that opened it, and elsewhere stops what is being written or edited.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const reading = element.contains(document.activeElement) || document.activeElement === document.body;
  if (reading && element.querySelector(".fn-opened")) return back();
  if (element.contains(document.activeElement) && opened?.isConnected) return opened.focus();
  (document.querySelector("#fn-stop") ?? document.querySelector("#fn-above [data-edit]"))?.click();
});

// A passage is known by its question and its name there; a document of the list by its path.
const marker = ({ turn, passage }) => document.querySelector(`.fn-cite[data-turn="${turn}"][data-passage="${passage}"]`);
function select({ dataset: { turn, passage = "" } }) {
  opened = marker({ turn, passage }) ?? opened;
  const there = element.querySelector(`.fn-source[aria-current=true][data-turn="${turn}"][data-passage="${passage}"]`);
  sought = there ? null : { passage };
  if (there) reveal(there);
  trigger("source", { turn: Number(turn), passage });
}

// What a passage or the list of documents opens, and the way back to the sources.
function open(button) {
  const { turn, passage, document } = { ...button.closest(".fn-opened")?.dataset, ...button.dataset };
  const place = button.dataset.page ?? button.dataset.at, at = place ? Number(place) : -1;
  const what = button.matches(".fn-to-page") || button.dataset.what === "page" ? "page" : "text";
  if (!element.contains(button)) opened = button;
  sought = { opens: true };
  trigger("look", passage ? { turn: Number(turn), passage, what, at } : { document, at });
}
const back = () => select(element.querySelector(".fn-opened"));
function arrive() {
  const spot = element.querySelector("#fn-page-spot, #fn-text-spot");
  (element.querySelector(".fn-reader-text") ?? element.querySelector(".fn-back"))?.focus({ preventScroll: true });
  (spot ?? element.querySelector(".fn-opened"))?.scrollIntoView({ block: spot ? "center" : "start" });
}

// The help sheet; "?" and "/" do nothing while one types, nor any single key once they are switched off there.
const typing = () => document.activeElement?.matches("input, textarea, select, [contenteditable]");
const single = () => localStorage.getItem("fn-single") !== "off";
const chorded = (event) => event.altKey || event.ctrlKey || event.metaKey;
document.addEventListener("change", (event) => {
  if (event.target.matches?.(".fn-single")) localStorage.setItem("fn-single", event.target.checked ? "on" : "off");
});
function help() {
  document.querySelector(".fn-single").checked = single();
  document.getElementById("fn-help").showModal();
}
document.addEventListener("keydown", (event) => {
  if (chorded(event) || typing() || !single()) return;
  if (event.key === "?") help();
  if (event.key === "/") { event.preventDefault(); box()?.focus(); }
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".fn-help-open")) help();
});

// What cannot be taken back is asked twice, on the spot, and stays asked where the list is written anew meanwhile.
let sure = null;
window.fnSure = (button, then) => {
  const asked = { name: known(button) }, again = sure?.name === asked.name;
  sure = again ? null : asked;
  ask();
  if (again) return then();
  setTimeout(() => { if (sure === asked) { sure = null; ask(); } }, 4000);
};
function ask() {
  for (const button of document.querySelectorAll("[data-action=delete]")) {
    const asked = known(button) === sure?.name;
    const said = (text) => text.replace(/^Delete( for good\?)?/, asked ? "Delete for good?" : "Delete");
    if (asked === button.hasAttribute("data-sure")) continue;
    button.toggleAttribute("data-sure", asked);
    [button.textContent, button.ariaLabel] = [said(button.textContent), said(button.ariaLabel)];
  }
}

// The address names the conversation, so that a reload, a bookmark and a second tab find it.
window.fnAddress = (id) => {
  following = true;
  const address = new URL(location.href);
  if (id) address.searchParams.set("c", id);
  else address.searchParams.delete("c");
  history.replaceState(history.state, "", address);
};

// From one source to the next, round and round, in an opened document too; n and p do it from within the pane.
function go(by) {
  const onward = element.querySelector(`.fn-opened .fn-step[data-step="${by}"]`);
  if (onward) return open(onward);
  const sources = [...element.querySelectorAll(".fn-source")];
  if (sources.length < 2) return;
  const at = sources.findIndex((source) => source.getAttribute("aria-current") === "true");
  select(sources[at < 0 ? (by > 0 ? 0 : sources.length - 1) : (at + by + sources.length) % sources.length]);
}
document.addEventListener("keydown", (event) => {
  if (chorded(event) || !single() || !element.contains(document.activeElement)) return;
  if (event.key === "n") go(1);
  if (event.key === "p") go(-1);
});

// A quote with its reference; where the browser has no clipboard for us, or refuses it, the old way.
async function take(button) {
  const quote = button.closest(".fn-source").querySelector("mark").textContent.replace(/\s+/g, " ").trim();
  const text = `“${quote}” (${button.dataset.reference})`;
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  button.textContent = copied || takeSelected(text) ? "Copied" : "Not copied: select the words";
  setTimeout(() => { button.textContent = "Copy"; }, 3000);
}
function takeSelected(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text }), before = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before.focus({ preventScroll: true });
  return done;
}

function reveal(source) {
  if (!source) return (opened?.isConnected ? opened : element.querySelector(".fn-source"))?.focus();
  source.focus({ preventScroll: true });
  const fits = source.offsetHeight < 0.8 * Math.min(innerHeight, source.closest(".tabitem")?.clientHeight ?? innerHeight);
  const target = fits ? source : source.querySelector("mark");
  target.scrollIntoView({ block: fits ? "nearest" : "center", behavior: calm() ? "auto" : "smooth" });
}

// The pane has changed: by what was asked of it, or by the answer that is being written, which takes nobody anywhere.
function settle() {
  const source = element.querySelector("[aria-current=true]"), cited = source && marker(source.dataset);
  for (const cite of document.querySelectorAll(".fn-cite")) cite.setAttribute("aria-pressed", cite === cited ? "true" : "false");
  const opens = Boolean(element.querySelector(".fn-opened"));
  if (!sought || Boolean(sought.opens) !== opens) return;
  if (!opens && writing() && source?.dataset.passage !== sought.passage) return;
  sought = null;
  if (opens) arrive();
  else reveal(source);
}
watch("value", () => requestAnimationFrame(settle));

// What is written anew keeps the focus: on the same control, at once, else on the one in its place, else where it was.
// Gradio writes it into the nodes that are there, so that a control may become another one under the finger.
const HOMES = "#fn-past, #fn-current, #fn-sources, #fn-history, #fn-batches";
const controls = (home) => [...home.querySelectorAll("button, input, summary, [tabindex]")];
function known({ localName, className, dataset: { sure, ...data }, parentElement }) {
  return JSON.stringify([localName, className, data, parentElement.closest("[data-turn], [data-conversation], [data-batch]")?.dataset]);
}
let held = null;
function hold(control) {
  const home = control.closest(HOMES);
  held = home && { home, control, name: known(control), at: controls(home).indexOf(control) };
}
document.addEventListener("pointerdown", () => { held = null; });
document.addEventListener("focusin", ({ target }) => hold(target));
const focus = (control) => control.focus({ preventScroll: true });
function astray() {
  if (!held || ![document.body, held.control].includes(document.activeElement)) return false;
  return !held.control.isConnected || held.control.disabled || known(held.control) !== held.name;
}
function keep() {
  if (!astray() || document.activeElement !== document.body) return;
  const { home, at } = held, there = controls(home);
  if (!there.length) home.tabIndex = -1;
  focus(there[at] ?? there.at(-1) ?? home);
}
new MutationObserver(() => {
  if (sure) ask();
  if (!astray()) return;
  const same = controls(held.home).find((control) => known(control) === held.name);
  if (same) focus(same);
  else if (held.control === document.activeElement) hold(held.control);
  else requestAnimationFrame(keep);
}).observe(document.body, { subtree: true, childList: true, attributes: true });

// The transcript stays at its end while an answer grows, unless the reader has scrolled up; when the answer is over, its
// words stay where they are, and so does all else once the reader has begun to do something. A welcome begins at its top.
let following = true, growing = false;
const writing = () => document.querySelector("#fn-current .fn-answer[aria-busy=true]");
function follow() {
  const now = Boolean(writing());
  if (now && !growing) sought = null;
  if (now !== growing) following = now || (following && !document.querySelector("#fn-current .fn-words"));
  growing = now;
  if (following) stay(transcript());
}
function stay(shown) {
  if (!shown) return;
  shown.scrollTop = shown.querySelector(".fn-turn") ? shown.scrollHeight : 0;
  if (shown.querySelector(".fn-welcome") && document.activeElement === box()) root.scrollTop = 0;  // its focus scrolls a low window
}
document.addEventListener("scroll", (event) => {
  const box = transcript();
  if (event.target === box && growing) following = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
}, true);
const settled = () => { following &&= growing; };
for (const sign of ["wheel", "touchmove", "pointerdown", "keydown"]) document.addEventListener(sign, settled, { passive: true });
new MutationObserver(follow).observe(document.body, { subtree: true, childList: true, characterData: true });

// Whoever reads what was found while the answer is written keeps it when that is over.
let told = 0;
function read({ target, timeStamp }) {
  if (!writing() || timeStamp - told < 500 || !element.closest(".tabitem").contains(target)) return;
  told = timeStamp;
  trigger("read");
}
for (const sign of ["wheel", "touchmove", "pointerdown", "focusin"]) document.addEventListener(sign, read, { passive: true });
// Gradio's drop zones have a name other than what is written on them, by which nobody who speaks to the page can call them.
// And its cross at the end of the documents to look in is called as our button that clears the conversation.
const rename = () => {
  for (const zone of document.querySelectorAll("button[aria-dropeffect][aria-label]")) zone.removeAttribute("aria-label");
  for (const cross of document.querySelectorAll("#fn-scope .remove-all")) cross.title = "Look in all documents";
};
new MutationObserver(rename).observe(document.body, { subtree: true, childList: true });
const once = (selector, then) => {
  const found = document.querySelector(selector);
  if (found) then(found);
  else requestAnimationFrame(() => once(selector, then));
};
once("#fn-scope input", (scope) => { scope.placeholder = "All documents"; });

// What is typed and not yet asked outlives a reload, such as Gradio's own when a server comes back; and it makes way for a
// question that is edited until that is over.
let editing = false, draft = "";
function put(text) {
  if (!text || box().value) return;
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}
addEventListener("pagehide", () => sessionStorage.setItem("fn-draft", box()?.value ?? ""));
once("#fn-box textarea", () => put(sessionStorage.getItem("fn-draft")));
once("#fn-above", (above) => new MutationObserver(() => {
  const before = editing;
  editing = Boolean(above.querySelector("[data-edit]"));
  if (before && !editing) requestAnimationFrame(() => put(draft));
}).observe(above, { subtree: true, childList: true }));
root.lang = root.lang || "en";

// A file that is dropped beside the place for it would take the reader away from the page.
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}
