// Runs once, in the explanation's own scope: `element` and `trigger` are Gradio's.
element.addEventListener("click", (event) => {
  const { document: path, start, end } = event.target.closest(".fn-expect")?.dataset ?? {};
  if (!path) return;
  trigger("expect", { document: path, start: Number(start), end: Number(end) });
  document.querySelector("#fn-why-text textarea").focus();
});
