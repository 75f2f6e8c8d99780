// Block Kit's elements, drawn and made to work (docs.slack.dev/reference/block-kit/block-elements).

import { picture, text } from "./blocks.js";
import { combobox } from "./combobox.js";
import { h, icon, ICONS } from "./dom.js";
import { asked, menu } from "./menus.js";
import { momentOf, wall } from "./times.js";

/** An element of a block; `place.use(block, element, choice)` is called when a person uses it. */
export function element(one, block, place) {
  const draw = KINDS[one.type] ?? (one.type in TYPED ? typed : null);
  const drawn = draw ? draw(one, block, place) : h("span", { class: "faint" }, `(${one.type} is not drawn here)`);
  drawn.dataset.action = one.action_id ?? "";
  return drawn;
}

const KINDS = {
  button,
  overflow,
  image: (one) => picture(one, "image thumb"),
  static_select: select,
  external_select: external,
  users_select: (one, block, place) => known(one, block, place, people(place), one.initial_user),
  conversations_select: (one, block, place) => known(one, block, place, channels(place), one.initial_conversation),
  channels_select: (one, block, place) => known(one, block, place, channels(place), one.initial_channel),
  multi_static_select: several,
  multi_users_select: (one, block, place) => several(offering(one, people(place), one.initial_users), block, place),
  multi_conversations_select: (one, block, place) => several(offering(one, channels(place), one.initial_conversations), block, place),
  multi_channels_select: (one, block, place) => several(offering(one, channels(place), one.initial_channels), block, place),
  checkboxes: several,
  radio_buttons: radios,
  plain_text_input: typed,
  datetimepicker: moment,
};

const TYPED = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time" };

const NAMES = { datepicker: "Date", timepicker: "Time" };

/** Ask where the app wants it confirmed, then use it; gives whether it was used. */
async function used(one, block, place, choice) {
  if (one.confirm && !(await asked(one.confirm, place.reader))) return false;
  await place.use(block, one, choice);
  return true;
}

function button(one, block, place) {
  const props = { class: `button ${one.style ?? ""}`.trim(), "aria-label": one.accessibility_label };
  if (one.url) {
    const go = () => place.use(block, one, null);
    return h("a", { ...props, href: one.url, target: "_blank", rel: "noopener noreferrer", onclick: go }, ...text(one.text, place.reader));
  }
  const press = async (event) => {
    const pressed = event.currentTarget;
    pressed.setAttribute("aria-busy", "true");
    await used(one, block, place, null);
    pressed.removeAttribute("aria-busy");
  };
  return h("button", { ...props, type: "button", onclick: press }, ...text(one.text, place.reader));
}

function overflow(one, block, place) {
  const choose = (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener");
    used(one, block, place, option.value);
  };
  const entries = one.options.map((option) => ({ label: option.text.text, run: () => choose(option) }));
  return menu(h("button", { type: "button", class: "button square", "aria-label": "More actions" }, icon(ICONS.more)), entries);
}

function optionsOf(one) {
  const groups = one.option_groups ?? [{ label: null, options: one.options }];
  return groups.flatMap(({ label, options }) => {
    const drawn = options.map((option) => h("option", { value: option.value }, option.text.text));
    return label ? [h("optgroup", { label: label.text }, ...drawn)] : drawn;
  });
}

function select(one, block, place) {
  return native(one, block, place, optionsOf(one), one.initial_option?.value);
}

function known(one, block, place, pairs, first) {
  return native(one, block, place, pairs.map(([id, name]) => h("option", { value: id }, name)), first);
}

const people = ({ reader }) => reader.workspace.actors().map((person) => [person.id, person.real_name]);
const channels = ({ reader }) =>
  reader.workspace.conversationsOf(reader.person).filter((each) => each.kind !== "im").map((each) => [each.id, `#${each.name}`]);

/** A menu of people or channels with its options written out, as a static one has them. */
function offering(one, pairs, first = []) {
  const options = pairs.map(([value, words]) => ({ value, text: { type: "plain_text", text: words, emoji: false } }));
  return { ...one, options, initial_options: options.filter((option) => first.includes(option.value)) };
}

function native(one, block, place, options, first) {
  const placeholder = one.placeholder?.text ?? "Choose…";
  const blank = h("option", { value: "" }, placeholder);
  const menu = h("select", { class: "field", "aria-label": block.type === "input" ? null : placeholder }, blank, ...options);
  const before = place.kept(block, one, first) ?? "";
  menu.value = before;
  menu.addEventListener("change", async () => {
    if (menu.value && !(await used(one, block, place, menu.value))) menu.value = before;
    if (!menu.value) place.keep?.(block, one, null);
  });
  return menu;
}

function external(one, block, place) {
  return combobox({
    placeholder: one.placeholder?.text ?? "Type to search…",
    labelled: block.type === "input",
    least: one.min_query_length ?? 3,
    first: place.kept(block, one, one.initial_option?.value),
    firstText: place.labels?.get(`${block.block_id}/${one.action_id}`) ?? one.initial_option?.text.text ?? "",
    suggest: (words) => place.suggest(block, one, words),
    choose: (option) => {
      place.labels?.set(`${block.block_id}/${one.action_id}`, option.text.text);
      used(one, block, place, option.value);
    },
  });
}

function marked(one, block, place, kind, isOn, change) {
  const name = `${place.key}-${block.block_id}-${one.action_id}`;
  const options = one.options ?? one.option_groups.flatMap((group) => group.options);
  return options.map((option) => {
    const box = h("input", { type: kind, name, value: option.value, onchange: change });
    box.checked = isOn(option.value);
    const hint = option.description && h("span", { class: "faint" }, ...text(option.description, place.reader));
    return h("label", { class: "choice" }, box, h("span", {}, ...text(option.text, place.reader), hint && h("br"), hint));
  });
}

function several(one, block, place) {
  const first = place.kept(block, one, (one.initial_options ?? []).map((option) => option.value)) ?? [];
  const group = h("div", { class: "choices" });
  const change = () => used(one, block, place, [...group.querySelectorAll(":checked")].map((box) => box.value));
  group.append(...marked(one, block, place, "checkbox", (value) => first.includes(value), change));
  return group;
}

function radios(one, block, place) {
  const first = place.kept(block, one, one.initial_option?.value);
  const group = h("div", { class: "choices" });
  const change = (event) => used(one, block, place, event.target.value);
  group.append(...marked(one, block, place, "radio", (value) => value === first, change));
  return group;
}

function typed(one, block, place) {
  const first = place.kept(block, one, one.initial_value ?? one.initial_date ?? one.initial_time);
  const label = block.type === "input" ? null : (one.placeholder?.text ?? NAMES[one.type] ?? "Text");
  const props = { class: "field", "aria-label": label, placeholder: one.placeholder?.text, maxlength: one.max_length && String(one.max_length) };
  const field = one.multiline ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type: TYPED[one.type] ?? "text" });
  field.value = first ?? "";
  if (one.focus_on_load) field.dataset.focus = "";
  if (block.type === "input") field.addEventListener("input", () => place.use(block, one, field.value || null));
  else field.addEventListener("change", () => used(one, block, place, field.value || null));
  return field;
}

function moment(one, block, place) {
  const zone = place.reader.workspace.people.get(place.reader.person)?.zone ?? "UTC";
  const first = place.kept(block, one, one.initial_date_time);
  const field = h("input", { class: "field", type: "datetime-local", "aria-label": block.type === "input" ? null : "Date and time" });
  field.value = first ? wall(first * 1000, zone) : "";
  field.addEventListener("change", () => used(one, block, place, field.value ? momentOf(field.value, zone) / 1000 : null));
  return field;
}
