// Runs once, in the list's own scope: `element`, `trigger` and `watch` are Gradio's.
const ACTIONS = ["go_on", "cancel", "download", "delete"];  // Gradio knows the events by their names in here
const folded = new Map();

const name = (node) => node.closest("[data-batch]").dataset.batch;

element.addEventListener("click", (event) => {
  const details = event.target.closest("summary")?.parentElement;
  if (details) return folded.set(name(details), !details.open);
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { action, kind } = button.dataset, act = () => trigger(action, { id: name(button), kind });
  if (action === "delete") window.fnSure(button, act);
  else if (ACTIONS.includes(action)) act();
});

// The list is written anew while a batch runs: what was unfolded stays so.
watch("value", () => {
  for (const details of element.querySelectorAll("details")) {
    if (folded.has(name(details))) details.open = folded.get(name(details));
  }
});
