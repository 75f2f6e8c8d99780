// Build the page from plain values and never from markup, so that no text can become code.

/** Create an element: `h("button", {class: "x", onclick: f, "aria-label": "…"}, "text", child)`; null and false are skipped. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "style") Object.entries(value).forEach(([key, setting]) => element.style.setProperty(key, setting));
    else if (name in element && !name.includes("-") && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Draw an icon from path data. Screen readers do not see it. */
export function icon(paths, size = 18) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const shape = { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [name, value] of Object.entries(shape)) svg.setAttribute(name, value);
  for (const data of [paths].flat()) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  close: "M5 5l10 10M15 5L5 15",
  send: "M3 10l14-6-5 14-3-6z",
  bolt: "M11 2L4 11h5l-1 7 7-9h-5z",
  more: ["M4.9 10h.2", "M9.9 10h.2", "M14.9 10h.2"],
  thread: "M4 4h12v9H9l-3 3v-3H4z",
  menu: "M3 5h14M3 10h14M3 15h14",
  moon: "M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z",
  split: "M3 4h14v12H3zM10 4v12",
  help: ["M7.4 7.4a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 1.9", "M10 14.6h.01"],
  lock: "M5 9h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  eye: ["M1.8 10S4.8 4.8 10 4.8 18.2 10 18.2 10 15.2 15.2 10 15.2 1.8 10 1.8 10z", "M10 7.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8z"],
  again: "M4 10a6 6 0 1 1 1.8 4.3M4 16v-3.6h3.6",
  forward: ["M3 5l7 5-7 5z", "M10 5l7 5-7 5z"],
};

/** Draw a person's picture: their initials on a colour of their own. The bot has its logo. */
export function avatar(person, small = false) {
  const size = small ? "avatar small" : "avatar";
  if (person?.is_bot) return h("img", { class: `${size} bot`, src: "mark.svg", alt: "" });
  const hue = [...(person?.id ?? "?")].reduce((sum, character) => (sum * 41 + character.charCodeAt(0)) % 9973, 5) * 101 % 360;
  const initials = (person?.real_name ?? "?").split(" ").map((part) => part[0]).join("").slice(0, 2);
  return h("span", { class: size, style: { "--hue": String(hue) }, "aria-hidden": "true" }, initials);
}

/** Call `close` when Escape is pressed or something outside of the element is clicked. Returns a function that closes it at once. */
export function dismissable(element, close) {
  const outside = (event) => element.contains(event.target) || end();
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  };
  const end = () => {
    document.removeEventListener("pointerdown", outside, true);
    element.removeEventListener("keydown", escape);
    close();
  };
  document.addEventListener("pointerdown", outside, true);
  element.addEventListener("keydown", escape);
  return end;
}

/** Show a list over the page: below the element that opened it, or above where there is no room. It can be as wide as that element. Returns a function that hides it. */
export function float(list, anchor, { asWide = false } = {}) {
  list.popover = "manual";
  list.hidden = false;
  list.showPopover();
  const arrange = () => {
    const from = anchor.getBoundingClientRect();
    if (asWide) list.style.width = `${from.width}px`;
    const { offsetWidth, offsetHeight } = list;
    const below = from.bottom + 4 + offsetHeight <= innerHeight;
    list.style.top = `${below ? from.bottom + 4 : Math.max(8, from.top - 4 - offsetHeight)}px`;
    list.style.left = `${Math.max(8, Math.min(from.left, innerWidth - 8 - offsetWidth))}px`;
  };
  arrange();
  document.addEventListener("scroll", arrange, true);
  window.addEventListener("resize", arrange);
  return () => {
    window.removeEventListener("resize", arrange);
    document.removeEventListener("scroll", arrange, true);
    list.hidden = true;
    if (list.isConnected) list.hidePopover();
  };
}

/** Show a message for six seconds. Screen readers read it aloud. */
export function toast(text) {
  const message = h("div", { class: "toast" }, text);
  document.getElementById("toasts").append(message);
  setTimeout(() => message.remove(), 6000);
}
