// Draw the blocks that the bot uses (docs.slack.dev/reference/block-kit/blocks).

import { h } from "./dom.js";
import { drawElement } from "./elements.js";
import { text } from "./mrkdwn.js";

/** Draw a block. `place` says for whom it is drawn and what happens when a person uses one of its elements. */
export function drawBlock(block, place) {
  const draw = DRAWINGS[block.type];
  const drawn = draw ? draw(block, place) : h("p", { class: "faint" }, `A block of the type ${block.type} is not drawn here.`);
  drawn.dataset.block = block.block_id ?? "";
  return drawn;
}

const DRAWINGS = {
  header: (block, { reader }) => h("h3", { class: "block header" }, ...text(block.text, reader)),
  divider: () => h("hr", { class: "block" }),
  section,
  context: (block, { reader }) =>
    h("div", { class: "block context" }, ...block.elements.map((part) => h("span", { class: "prose" }, ...text(part, reader)))),
  actions: (block, place) =>
    h("div", { class: "block actions" }, ...block.elements.map((part) => drawElement(part, block, place))),
  input,
};

function section(block, place) {
  const { reader } = place;
  return h(
    "div",
    { class: "block section" },
    h("div", { class: "words" }, h("div", { class: "prose" }, ...text(block.text, reader))),
    block.accessory && h("div", { class: "accessory" }, drawElement(block.accessory, block, place)),
  );
}

/** Draw an input with its label. A hint and an error stand below it, and screen readers read them with it. */
function input(block, place) {
  const control = drawElement(block.element, block, place);
  const isGroup = block.element.type === "checkboxes";
  const id = `input-${place.key}-${block.block_id}`;
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, ...text(block.hint, place.reader));
  const problem = place.errors?.[block.block_id];
  const error = problem && h("p", { class: "error", id: `${id}-error` }, problem);
  const field = control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea");
  const descriptions = [hint?.id, error?.id].filter(Boolean).join(" ");
  if (field && !isGroup) field.id = id;
  if (field && descriptions) field.setAttribute("aria-describedby", descriptions);
  if (field && error) field.setAttribute("aria-invalid", "true");
  if (field && !block.optional) field.setAttribute("aria-required", "true");
  const label = [...text(block.label, place.reader), block.optional && h("span", { class: "faint" }, " (optional)")];
  return isGroup
    ? h("fieldset", { class: "block input" }, h("legend", {}, ...label), control, hint, error)
    : h("div", { class: "block input" }, h("label", { for: id }, ...label), control, hint, error);
}
