// Runs once, in the list's own scope: `element`, `trigger` and `watch` are Gradio's.
let turned = false;
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { action, at } = button.dataset, given = { document: button.dataset.document };
  if (action === "delete") window.fnSure(button, () => trigger("delete", given));
  else if (action === "turn") {
    turned = true;
    trigger("turn", { at: Number(at) });
  }
});

// What is turned to begins at the top of the list, for eyes and screen readers alike.
watch("value", () => {
  if (!turned) return;
  turned = false;
  requestAnimationFrame(() => {
    const title = element.querySelector("h2");
    title?.focus({ preventScroll: true });
    title?.scrollIntoView({ block: "start" });
  });
});
