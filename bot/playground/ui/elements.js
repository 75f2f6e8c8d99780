// Draw the elements that the bot uses, and react when a person uses them (docs.slack.dev/reference/block-kit/block-elements).

import { combobox } from "./combobox.js";
import { h, icon, ICONS } from "./dom.js";
import { confirmed, menu } from "./menus.js";
import { text } from "./mrkdwn.js";

/** Draw an element of a block. `place.use(block, element, choice)` is called when a person uses it. */
export function drawElement(element, block, place) {
  const draw = DRAWINGS[element.type];
  const drawn = draw ? draw(element, block, place) : h("span", { class: "faint" }, `(${element.type} is not drawn here)`);
  drawn.dataset.action = element.action_id ?? "";
  return drawn;
}

const DRAWINGS = {
  button,
  overflow,
  static_select: select,
  external_select: externalSelect,
  users_select: (element, block, place) => selectFrom(element, block, place, people(place), element.initial_user),
  conversations_select: (element, block, place) => selectFrom(element, block, place, channels(place), element.initial_conversation),
  multi_static_select: checkboxes,
  checkboxes,
  plain_text_input: inputField,
  url_text_input: inputField,
  number_input: inputField,
  timepicker: inputField,
};

const INPUT_TYPES = { url_text_input: "url", number_input: "number" };

const CLOCK = /^([01]?\d|2[0-3]):[0-5]\d$/; // a field of type "time" may show 12 hours, whatever the person's Slack shows

/** Ask for confirmation where the app wants one, then use the element. Resolves to whether it was used. */
async function confirmAndUse(element, block, place, choice) {
  if (element.confirm && !(await confirmed(element.confirm, place.reader))) return false;
  await place.use(block, element, choice);
  return true;
}

function button(element, block, place) {
  const props = { class: `button ${element.style ?? ""}`.trim(), "aria-label": element.accessibility_label };
  if (element.url) {
    const go = () => place.use(block, element, null);
    return h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer", onclick: go }, ...text(element.text, place.reader));
  }
  const onPress = async (event) => {
    const pressed = event.currentTarget;
    pressed.setAttribute("aria-busy", "true");
    await confirmAndUse(element, block, place, null);
    pressed.removeAttribute("aria-busy");
  };
  return h("button", { ...props, type: "button", onclick: onPress }, ...text(element.text, place.reader));
}

function overflow(element, block, place) {
  const onChoose = (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener");
    confirmAndUse(element, block, place, option.value);
  };
  const entries = element.options.map((option) => ({ label: option.text.text, run: () => onChoose(option) }));
  return menu(h("button", { type: "button", class: "button square", "aria-label": "More actions" }, icon(ICONS.more)), entries);
}

function optionsOf(element) {
  const groups = element.option_groups ?? [{ label: null, options: element.options }];
  return groups.flatMap(({ label, options }) => {
    const drawn = options.map((option) => h("option", { value: option.value }, option.text.text));
    return label ? [h("optgroup", { label: label.text }, ...drawn)] : drawn;
  });
}

function select(element, block, place) {
  return nativeSelect(element, block, place, optionsOf(element), element.initial_option?.value);
}

function selectFrom(element, block, place, pairs, first) {
  return nativeSelect(element, block, place, pairs.map(([id, name]) => h("option", { value: id }, name)), first);
}

const people = ({ reader }) => reader.workspace.actors().map((person) => [person.id, person.real_name]);
const channels = ({ reader }) =>
  reader.workspace.conversationsOf(reader.person).filter((conversation) => conversation.kind !== "im").map((conversation) => [conversation.id, `#${conversation.name}`]);

function nativeSelect(element, block, place, options, first) {
  const placeholder = element.placeholder?.text ?? "Choose…";
  const blank = h("option", { value: "" }, placeholder);
  const menu = h("select", { class: "field", "aria-label": block.type === "input" ? null : placeholder }, blank, ...options);
  const before = place.kept(block, element, first) ?? "";
  menu.value = before;
  menu.addEventListener("change", async () => {
    if (menu.value && !(await confirmAndUse(element, block, place, menu.value))) menu.value = before;
    if (!menu.value) place.keep?.(block, element, null);
  });
  return menu;
}

function externalSelect(element, block, place) {
  return combobox({
    placeholder: element.placeholder?.text ?? "Type to search…",
    labelled: block.type === "input",
    least: element.min_query_length ?? 3,
    first: place.kept(block, element, element.initial_option?.value),
    firstText: place.labels?.get(`${block.block_id}/${element.action_id}`) ?? element.initial_option?.text.text ?? "",
    suggest: (words) => place.suggest(block, element, words),
    choose: (option) => {
      place.labels?.set(`${block.block_id}/${element.action_id}`, option.text.text);
      confirmAndUse(element, block, place, option.value);
    },
  });
}

function checkboxes(element, block, place) {
  const first = place.kept(block, element, (element.initial_options ?? []).map((option) => option.value)) ?? [];
  const group = h("div", { class: "choices" });
  const onchange = () => confirmAndUse(element, block, place, [...group.querySelectorAll(":checked")].map((box) => box.value));
  const options = element.options ?? element.option_groups.flatMap((part) => part.options);
  for (const option of options) {
    const box = h("input", { type: "checkbox", value: option.value, onchange });
    box.checked = first.includes(option.value);
    const hint = option.description && h("span", { class: "faint" }, ...text(option.description, place.reader));
    group.append(h("label", { class: "choice" }, box, h("span", {}, ...text(option.text, place.reader), hint && h("br"), hint)));
  }
  return group;
}

function inputField(element, block, place) {
  const first = place.kept(block, element, element.initial_value ?? element.initial_time);
  const label = block.type === "input" ? null : (element.placeholder?.text ?? "Text");
  const props = { class: "field", "aria-label": label, placeholder: element.placeholder?.text ?? (element.type === "timepicker" ? "HH:MM" : null), maxlength: element.max_length && String(element.max_length) };
  const field = element.multiline ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type: INPUT_TYPES[element.type] ?? "text" });
  field.value = first ?? "";
  if (element.focus_on_load) field.dataset.focus = "";
  const filled = () => (element.type === "timepicker" ? clockOf(field.value) : field.value || null);
  if (block.type === "input") field.addEventListener("input", () => place.use(block, element, filled()));
  else field.addEventListener("change", () => confirmAndUse(element, block, place, filled()));
  return field;
}

/** "9:00" as "09:00"; null until it is a time. */
function clockOf(typed) {
  return CLOCK.test(typed.trim()) ? typed.trim().padStart(5, "0") : null;
}
