// Runs once, in the list's own scope: `element`, `trigger` and `watch` are Gradio's.
const ACTIONS = ["go_on", "cancel", "download", "delete"];  // Gradio knows the events by their names in here
const SURE_MS = 4000;
const folded = new Map();
let sure = null, focused = null;

const name = (node) => node.closest("[data-batch]").dataset.batch;
const buttons = (batch) => [...element.querySelectorAll(`[data-batch="${CSS.escape(batch)}"] [data-action]`)];

element.addEventListener("click", (event) => {
  const details = event.target.closest("summary")?.parentElement;
  if (details) return folded.set(name(details), !details.open);
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { action, kind } = button.dataset, id = name(button);
  if (action === "delete" && sure !== id) return ask(id);
  sure = null;
  if (ACTIONS.includes(action)) trigger(action, { id, kind });
});

// What cannot be taken back is asked twice, on the spot.
function ask(id) {
  sure = id;
  restore();
  setTimeout(() => { if (sure === id) { sure = null; restore(); } }, SURE_MS);
}

// The list is written anew while a batch runs: what was focused, unfolded or asked stays so.
element.addEventListener("focusin", ({ target }) => {
  focused = target.dataset.action ? { batch: name(target), action: target.dataset.action, kind: target.dataset.kind } : null;
});
document.addEventListener("focusin", ({ target }) => { if (!element.contains(target)) focused = null; });
document.addEventListener("pointerdown", ({ target }) => { if (!element.contains(target)) focused = null; });

function restore() {
  for (const item of element.querySelectorAll("[data-batch]")) {
    const { batch } = item.dataset, details = item.querySelector("details");
    if (details && folded.has(batch)) details.open = folded.get(batch);
    const remove = item.querySelector("[data-action=delete]"), label = sure === batch ? "Delete for good?" : "Delete";
    remove.ariaLabel = remove.ariaLabel.replace(/^Delete( for good\?)?/, label);
    remove.textContent = label;
    remove.toggleAttribute("data-sure", sure === batch);
  }
  if (!focused || document.activeElement !== document.body) return;
  const there = buttons(focused.batch);
  const same = there.find(({ dataset }) => dataset.action === focused.action && dataset.kind === focused.kind);
  (same ?? there[0])?.focus({ preventScroll: true });
}
watch("value", restore);
