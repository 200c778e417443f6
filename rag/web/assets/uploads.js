// Runs once, in the scope of the results: `trigger` and `props` are Gradio's.
// For one file that is too large Gradio takes none, and of those of another type it keeps quiet. So what the server would
// not take is held back here; it says of each file why, and then the others go on.
const field = () => document.querySelector("#fn-upload input[type=file]");
const known = (name) => props.suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
let waiting = [], passing = false;

function sift(event, files) {
  const sound = files.filter((file) => file.size <= props.most_bytes && known(file.name));
  const taken = new Set(sound.slice(0, props.most));
  const refused = files.filter((file) => !taken.has(file));
  if (passing || !refused.length) return;
  event.preventDefault();
  event.stopPropagation();
  waiting = [...taken];
  const said = refused.map((file) => ({ name: file.name, size: file.size, late: sound.includes(file) }));
  trigger("refused", { files: said.slice(0, props.most), rest: waiting.length });
}
addEventListener("drop", (event) => {
  if (event.target.closest?.("#fn-upload") && field()) sift(event, [...(event.dataTransfer?.files ?? [])]);
}, true);
addEventListener("change", (event) => {
  if (event.target === field()) sift(event, [...event.target.files]);
}, true);

window.fnTakeRest = () => {
  const dataTransfer = new DataTransfer();
  for (const file of waiting) dataTransfer.items.add(file);
  waiting = [];
  passing = true;
  field()?.parentElement.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  passing = false;
};
