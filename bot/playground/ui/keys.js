// Keyboard shortcuts, and the dialog that lists them.

import { h } from "./dom.js";
import { dialog } from "./menus.js";

const KEYS = [
  ["?", "these keys"],
  ["/", "write a message, or a command"],
  ["Enter", "send"],
  ["Shift + Enter", "a new line"],
  ["Alt + ↑ ↓", "the previous or next conversation"],
  ["Alt + 1 … 4", "act as another person"],
  ["Alt + N", "10 minutes before the next session"],
  ["Alt + S", "two people side by side, or one"],
  ["Escape", "close what is open"],
];

export function showKeys() {
  const rows = KEYS.map(([keys, meaning]) => h("div", { class: "key" }, h("kbd", {}, keys), h("span", {}, meaning)));
  return dialog("Keys", (close) => [
    h("h2", {}, "Keys"),
    ...rows,
    h("div", { class: "row end" }, h("button", { type: "button", class: "button primary", onclick: () => close() }, "Close")),
  ]);
}

/** Handle the keys that work everywhere on the page. */
export function listen(app) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || !app.active) return;
    const run = event.altKey ? withAlt(app, event) : withoutAlt(app, event);
    if (!run) return;
    event.preventDefault();
    run();
  });
}

function withoutAlt(app, event) {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape") return () => app.active.escape();
  if (typing || event.ctrlKey || event.metaKey) return null;
  if (event.key === "?") return showKeys;
  if (event.key === "/") return () => app.active.write("/");
  return null;
}

function withAlt(app, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) return () => app.sidebar.step(step);
  if (/^Digit[1-9]$/.test(event.code)) {
    const person = app.workspace.actors()[Number(event.code.slice(5)) - 1];
    return person && (() => app.active.actAs(person.id));
  }
  if (event.code === "KeyN") return () => app.act("next_session");
  if (event.code === "KeyS") return () => app.split();
  return null;
}
