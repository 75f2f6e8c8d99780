// Draw Block Kit's elements and react when a person uses them (docs.slack.dev/reference/block-kit/block-elements).

import { combobox } from "./combobox.js";
import { picture, text } from "./content.js";
import { h, icon, ICONS } from "./dom.js";
import { confirmed, menu } from "./menus.js";
import { momentOf, wall } from "./times.js";

/** Draw an element of a block. `place.use(block, element, choice)` is called when a person uses it. */
export function drawElement(element, block, place) {
  const draw = DRAWINGS[element.type] ?? (element.type in INPUT_TYPES ? inputField : null);
  const drawn = draw ? draw(element, block, place) : h("span", { class: "faint" }, `(${element.type} is not drawn here)`);
  drawn.dataset.action = element.action_id ?? "";
  return drawn;
}

const DRAWINGS = {
  button,
  overflow,
  image: (element) => picture(element, "image thumb"),
  static_select: select,
  external_select: externalSelect,
  users_select: (element, block, place) => selectFrom(element, block, place, people(place), element.initial_user),
  conversations_select: (element, block, place) => selectFrom(element, block, place, channels(place), element.initial_conversation),
  channels_select: (element, block, place) => selectFrom(element, block, place, channels(place), element.initial_channel),
  multi_static_select: checkboxes,
  multi_users_select: (element, block, place) => checkboxes(withOptions(element, people(place), element.initial_users), block, place),
  multi_conversations_select: (element, block, place) => checkboxes(withOptions(element, channels(place), element.initial_conversations), block, place),
  multi_channels_select: (element, block, place) => checkboxes(withOptions(element, channels(place), element.initial_channels), block, place),
  checkboxes,
  radio_buttons: radioButtons,
  plain_text_input: inputField,
  datetimepicker: dateTimeField,
};

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "text" };

const CLOCK = /^([01]?\d|2[0-3]):[0-5]\d$/; // a field of type "time" may show 12 hours, whatever the person's Slack shows

const LABELS = { datepicker: "Date", timepicker: "Time" };

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

/** Give a menu of people or channels the options of a static menu. */
function withOptions(element, pairs, first = []) {
  const options = pairs.map(([value, words]) => ({ value, text: { type: "plain_text", text: words, emoji: false } }));
  return { ...element, options, initial_options: options.filter((option) => first.includes(option.value)) };
}

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

function choices(element, block, place, kind, isOn, onChange) {
  const name = `${place.key}-${block.block_id}-${element.action_id}`;
  const options = element.options ?? element.option_groups.flatMap((group) => group.options);
  return options.map((option) => {
    const box = h("input", { type: kind, name, value: option.value, onchange: onChange });
    box.checked = isOn(option.value);
    const hint = option.description && h("span", { class: "faint" }, ...text(option.description, place.reader));
    return h("label", { class: "choice" }, box, h("span", {}, ...text(option.text, place.reader), hint && h("br"), hint));
  });
}

function checkboxes(element, block, place) {
  const first = place.kept(block, element, (element.initial_options ?? []).map((option) => option.value)) ?? [];
  const group = h("div", { class: "choices" });
  const onChange = () => confirmAndUse(element, block, place, [...group.querySelectorAll(":checked")].map((box) => box.value));
  group.append(...choices(element, block, place, "checkbox", (value) => first.includes(value), onChange));
  return group;
}

function radioButtons(element, block, place) {
  const first = place.kept(block, element, element.initial_option?.value);
  const group = h("div", { class: "choices" });
  const onChange = (event) => confirmAndUse(element, block, place, event.target.value);
  group.append(...choices(element, block, place, "radio", (value) => value === first, onChange));
  return group;
}

function inputField(element, block, place) {
  const first = place.kept(block, element, element.initial_value ?? element.initial_date ?? element.initial_time);
  const label = block.type === "input" ? null : (element.placeholder?.text ?? LABELS[element.type] ?? "Text");
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

function dateTimeField(element, block, place) {
  const zone = place.reader.workspace.people.get(place.reader.person)?.zone ?? "UTC";
  const first = place.kept(block, element, element.initial_date_time);
  const field = h("input", { class: "field", type: "datetime-local", "aria-label": block.type === "input" ? null : "Date and time" });
  field.value = first ? wall(first * 1000, zone) : "";
  field.addEventListener("change", () => confirmAndUse(element, block, place, field.value ? momentOf(field.value, zone) / 1000 : null));
  return field;
}
