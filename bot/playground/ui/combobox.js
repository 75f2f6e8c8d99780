// A field that offers options for what is typed (w3.org/WAI/ARIA/apg/patterns/combobox).

import { float, h } from "./dom.js";

const PAUSE_MS = 150;
let made = 0;

/** `suggest(words)` gives groups `{label, options}`; `choose(option)` is called with the option picked. */
export function combobox({ placeholder, labelled, least, first, firstText, suggest, choose }) {
  const id = `combobox-${++made}`;
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
  let timer = 0;
  let asked = 0;
  let hide = null;

  const show = (open) => {
    hide?.();
    hide = null;
    list.style.width = `${field.offsetWidth}px`;
    if (open) hide = float(list, field);
    field.setAttribute("aria-expanded", String(open));
    if (!open) field.removeAttribute("aria-activedescendant");
  };
  const pick = (option) => {
    field.value = option.text.text;
    show(false);
    choose(option);
  };
  const ask = async () => {
    if (field.value.trim().length < least) {
      show(false);
      return;
    }
    const number = ++asked;
    const groups = await suggest(field.value.trim());
    if (number !== asked || !box.isConnected) return;
    list.replaceChildren(...drawn(groups, id, pick));
    show(true);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  };
  field.addEventListener("input", later);
  field.addEventListener("click", () => field.value || later()); // not when it is merely focused: it would cover what follows
  field.addEventListener("blur", () => setTimeout(() => show(false), 150));
  field.addEventListener("keydown", (event) => (list.hidden ? event.key === "ArrowDown" && ask() : keys(event, field, list, show)));
  return box;
}

function drawn(groups, id, pick) {
  let number = 0;
  const options = groups.flatMap(({ label, options: all }) => [
    ...(label ? [h("div", { class: "faint group", role: "presentation" }, label.text)] : []),
    ...all.map((option) => {
      const hint = option.description && h("span", { class: "faint" }, ` ${option.description.text}`);
      const choose = (event) => {
        event.preventDefault();
        pick(option);
      };
      const one = { role: "option", id: `${id}-${++number}`, "aria-selected": "false", onpointerdown: choose };
      return h("div", one, option.text.text, hint);
    }),
  ]);
  return options.length ? options : [h("div", { class: "faint", role: "presentation" }, "Nothing found.")];
}

function keys(event, field, list, show) {
  const all = [...list.querySelectorAll("[role=option]")];
  const at = all.findIndex((one) => one.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) {
    event.preventDefault();
    const next = all.at((at + step) % all.length);
    all.forEach((one) => one.setAttribute("aria-selected", String(one === next)));
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    all[at].dispatchEvent(new PointerEvent("pointerdown", { cancelable: true }));
  } else if (event.key === "Escape") {
    event.stopPropagation();
    show(false);
  }
}
