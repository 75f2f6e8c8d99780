// A text field that suggests options while a person types (w3.org/WAI/ARIA/apg/patterns/combobox).

import { float, h } from "./dom.js";

const PAUSE_MS = 150;
let created = 0;

/** Create the field. `suggest(words)` resolves to groups `{label, options}`; `choose(option)` is called with the chosen option. */
export function combobox({ placeholder, labelled, least, first, firstText, suggest, choose }) {
  const id = `combobox-${++created}`;
  const list = h("div", { class: "popup options", role: "listbox", id, "aria-label": placeholder, hidden: true });
  const field = h("input", {
    class: "field",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    placeholder,
    "aria-label": labelled ? null : placeholder,
    "aria-controls": id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
  });
  field.value = first ? firstText : "";
  const box = h("span", { class: "combobox" }, field, list);
  let chosen = field.value; // the option that stands in the field
  let timer = 0;
  let lastRequest = 0;
  let hide = null;

  const show = (open) => {
    hide?.();
    hide = null;
    if (open) hide = float(list, field, { asWide: true });
    field.setAttribute("aria-expanded", String(open));
    if (!open) field.removeAttribute("aria-activedescendant");
  };
  const pick = (option) => {
    field.value = chosen = option.text.text;
    show(false);
    choose(option);
  };
  const ask = async () => {
    if (field.value.trim().length < least) {
      show(false);
      return;
    }
    const number = ++lastRequest;
    const groups = await suggest(field.value.trim());
    if (number !== lastRequest || !box.isConnected) return;
    list.replaceChildren(...drawOptions(groups, id, pick));
    show(true);
  };
  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  };
  field.addEventListener("input", askSoon);
  field.addEventListener("click", () => field.value || askSoon()); // not on focus: the list would cover what follows
  field.addEventListener("blur", () => setTimeout(() => show(false), 150));
  /** Take the only match, also when Enter is pressed before the options are there. */
  const takeSoleMatch = async () => {
    clearTimeout(timer);
    await ask();
    const options = list.querySelectorAll("[role=option]");
    if (options.length === 1) options[0].dispatchEvent(new PointerEvent("pointerdown", { cancelable: true }));
  };
  field.addEventListener("keydown", (event) => {
    const isMarked = list.querySelector("[aria-selected=true]") !== null;
    if (event.key === "Enter" && !isMarked && field.value.trim() && field.value !== chosen) {
      event.preventDefault();
      takeSoleMatch();
    } else if (!list.hidden) onKey(event, field, list, show);
    else if (event.key === "ArrowDown") ask();
  });
  return box;
}

function drawOptions(groups, id, pick) {
  let number = 0;
  const rows = groups.flatMap(({ label, options: groupOptions }) => [
    ...(label ? [h("div", { class: "faint group", role: "presentation" }, label.text)] : []),
    ...groupOptions.map((option) => {
      const hint = option.description && h("span", { class: "faint" }, ` ${option.description.text}`);
      const choose = (event) => {
        event.preventDefault();
        pick(option);
      };
      const props = { role: "option", id: `${id}-${++number}`, "aria-selected": "false", onpointerdown: choose };
      return h("div", props, option.text.text, hint);
    }),
  ]);
  return rows.length ? rows : [h("div", { class: "faint", role: "presentation" }, "Nothing found.")];
}

function onKey(event, field, list, show) {
  const options = [...list.querySelectorAll("[role=option]")];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    const next = options.at((at + step) % options.length);
    options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    options[at].dispatchEvent(new PointerEvent("pointerdown", { cancelable: true }));
  } else if (event.key === "Escape") {
    event.stopPropagation();
    show(false);
  }
}
