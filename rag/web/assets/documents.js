// Runs once, in the list's own scope: `element`, `trigger` and `watch` are Gradio's.
let turned = false, acted = false;
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { action, at, document: path } = button.dataset;
  const act = () => { acted = true; trigger("act", { action, document: path }); };
  if (action === "turn") {
    turned = true;
    trigger("turn", { at: Number(at) });
  } else if (action === "delete") window.fnSure(button, act);
  else act();
});

// What is turned to begins at the top of the list, for eyes and screen readers alike; so does the way on from a button
// that went with its document.
watch("value", () => {
  const [top, lost] = [turned, acted];
  turned = acted = false;
  requestAnimationFrame(() => {
    const title = element.querySelector("h2");
    if (top || (lost && document.activeElement === document.body)) title?.focus({ preventScroll: true });
    if (top) title?.scrollIntoView({ block: "start" });
  });
});
