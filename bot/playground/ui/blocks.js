// Block Kit's blocks as elements (docs.slack.dev/reference/block-kit/blocks).

import { h, icon, ICONS } from "./dom.js";
import { element } from "./elements.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { richText } from "./rich.js";

/** A block at its place: where it stands says who reads it and what using an element does. */
export function block(one, place) {
  const draw = KINDS[one.type];
  const drawn = draw ? draw(one, place) : h("p", { class: "faint" }, `A block of the type ${one.type} is not drawn here.`);
  drawn.dataset.block = one.block_id ?? "";
  return drawn;
}

/** Nodes of a text object. */
export function text(object, reader) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, reader) : plainText(object.text, object.emoji !== false);
}

const KINDS = {
  header: (one, { reader }) => h("h3", { class: "block header" }, ...text(one.text, reader)),
  divider: () => h("hr", { class: "block" }),
  section,
  context: (one, place) => h("div", { class: "block context" }, ...one.elements.map((part) => contextPart(part, place))),
  actions: (one, place) =>
    h("div", { class: "block actions" }, ...one.elements.map((part) => element(part, one, place))),
  image: (one, { reader }) => picture(one, "block image", one.title && h("figcaption", {}, ...text(one.title, reader))),
  input,
  rich_text: (one, { reader }) => h("div", { class: "block prose" }, ...richText(one.elements, reader)),
  markdown: (one, { reader }) => h("div", { class: "block prose" }, ...mrkdwn(one.text, reader)),
};

function section(one, place) {
  const { reader } = place;
  return h(
    "div",
    { class: "block section" },
    h(
      "div",
      { class: "words" },
      one.text && h("div", { class: "prose" }, ...text(one.text, reader)),
      one.fields && h("div", { class: "fields" }, ...one.fields.map((each) => h("div", {}, ...text(each, reader)))),
    ),
    one.accessory && h("div", { class: "accessory" }, element(one.accessory, one, place)),
  );
}

function contextPart(part, { reader }) {
  return part.type === "image" ? picture(part, "image tiny") : h("span", { class: "prose" }, ...text(part, reader));
}

/** The page asks nothing of the outside, so a picture is shown by its words. */
export function picture(one, name, caption = null) {
  const inside = (one.image_url ?? "").startsWith("data:image/");
  const shown = inside
    ? h("img", { src: one.image_url, alt: one.alt_text })
    : h("span", { class: "unfetched", role: "img", "aria-label": one.alt_text }, icon(ICONS.picture), h("span", {}, one.alt_text));
  return h("figure", { class: name }, caption, shown);
}

/** A labelled input; what is wrong with it stands beneath it and is tied to it for screen readers. */
function input(one, place) {
  const control = element(one.element, one, place);
  const group = ["radio_buttons", "checkboxes"].includes(one.element.type);
  const id = `input-${place.key}-${one.block_id}`;
  const hint = one.hint && h("p", { class: "hint", id: `${id}-hint` }, ...text(one.hint, place.reader));
  const wrong = place.errors?.[one.block_id];
  const error = wrong && h("p", { class: "error", id: `${id}-error` }, wrong);
  const field = control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea");
  const described = [hint?.id, error?.id].filter(Boolean).join(" ");
  if (field && !group) field.id = id;
  if (field && described) field.setAttribute("aria-describedby", described);
  if (field && error) field.setAttribute("aria-invalid", "true");
  if (field && !one.optional) field.setAttribute("aria-required", "true");
  const label = [...text(one.label, place.reader), one.optional && h("span", { class: "faint" }, " (optional)")];
  return group
    ? h("fieldset", { class: "block input" }, h("legend", {}, ...label), control, hint, error)
    : h("div", { class: "block input" }, h("label", { for: id }, ...label), control, hint, error);
}
