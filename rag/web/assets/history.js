// Runs once, in the list's own scope: `element` and `trigger` are Gradio's.
const conversation = (node) => node.closest("[data-conversation]")?.dataset.conversation;

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { action, kind } = button.dataset, id = conversation(button);
  if (action === "rename") rename(button.closest("li").querySelector(".fn-open"), id);
  else if (action === "delete") window.fnSure(button, () => trigger("delete", { id }));
  else if (action === "export") trigger("export", { id, kind });
  else trigger("open", { id });
});

// The title becomes a box: Enter keeps what is in it, Escape and leaving do not.
function rename(title, id) {
  const box = Object.assign(document.createElement("input"), { value: title.textContent, maxLength: 200, className: "fn-title" });
  box.setAttribute("aria-label", "Title of the conversation");
  title.replaceWith(box);
  box.select();
  let left = false;
  const leave = () => { if (!left) { left = true; box.replaceWith(title); } };
  const back = () => { leave(); title.focus(); };
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
    if (event.key !== "Enter") return;
    const given = box.value;
    back();
    trigger("rename", { id, title: given });
  });
}

window.fnSave = ({ name, text }) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
