// Menus and dialogs, which open over the page.

import { dismissable, float, h } from "./dom.js";
import { text } from "./mrkdwn.js";

/** Give a button a menu. `entries` are `{label, run}`, or a function that returns them when the menu opens. */
export function menu(button, entries) {
  const holder = h("span", { class: "menu" }, button);
  let close = null;
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (close) {
      close();
      return;
    }
    const list = h("div", { class: "popup", role: "menu" });
    for (const { label, run } of typeof entries === "function" ? entries() : entries) {
      const onPick = () => {
        close();
        run();
      };
      list.append(h("button", { type: "button", role: "menuitem", onclick: onPick }, label));
    }
    list.addEventListener("keydown", (event) => moveFocus(event, list));
    holder.append(list);
    const hide = float(list, button);
    button.setAttribute("aria-expanded", "true");
    list.firstElementChild?.focus();
    close = dismissable(holder, () => {
      hide();
      list.remove();
      close = null;
      button.setAttribute("aria-expanded", "false");
      button.focus({ preventScroll: true });
    });
  });
  return holder;
}

function moveFocus(event, list) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const entries = [...list.children];
  entries.at((entries.indexOf(document.activeElement) + step) % entries.length)?.focus();
}

/** Show a dialog over the page. `build(close)` gives its content. Resolves to the value that `close` was called with. */
export function dialog(name, build) {
  return new Promise((resolve) => {
    const box = h("dialog", { class: "dialog", "aria-label": name });
    const close = (value = null) => {
      box.close();
      box.remove();
      resolve(value);
    };
    box.append(...build(close));
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    box.addEventListener("click", (event) => event.target === box && close());
    document.body.append(box);
    box.showModal();
  });
}

/** Show Slack's confirmation dialog. Resolves to whether the person confirmed. */
export async function confirmed(confirm, reader) {
  const accepted = await dialog(confirm.title.text, (close) => [
    h("h2", {}, ...text(confirm.title, reader)),
    h("div", { class: "prose" }, ...text(confirm.text, reader)),
    h(
      "div",
      { class: "row end" },
      h("button", { type: "button", class: "button", onclick: () => close(false) }, ...text(confirm.deny, reader)),
      h("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: () => close(true) }, ...text(confirm.confirm, reader)),
    ),
  ]);
  return Boolean(accepted);
}
