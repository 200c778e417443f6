// Runs once, in the list's own scope: `element` and `trigger` are Gradio's.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action=delete]");
  if (button) window.fnSure(button, () => trigger("delete", { document: button.dataset.document }));
});
