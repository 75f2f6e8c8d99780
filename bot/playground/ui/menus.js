// What opens over the page for a moment: menus and questions.

import { text } from "./blocks.js";
import { dismissable, float, h } from "./dom.js";

/** A button with a menu under it; `entries` are `{label, run}`, or a function that gives them when it opens. */
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
      const pick = () => {
        close();
        run();
      };
      list.append(h("button", { type: "button", role: "menuitem", onclick: pick }, label));
    }
    list.addEventListener("keydown", (event) => move(event, list));
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

function move(event, list) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...list.children];
  all.at((all.indexOf(document.activeElement) + step) % all.length)?.focus();
}

/** A question over everything; `build(close)` gives its content. Settles with what `close` was called with. */
export function dialog(name, build) {
  return new Promise((settle) => {
    const box = h("dialog", { class: "dialog", "aria-label": name });
    const close = (value = null) => {
      box.close();
      box.remove();
      settle(value);
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

/** Slack's confirmation dialog; gives whether the person went ahead. */
export async function asked(confirm, reader) {
  const yes = await dialog(confirm.title.text, (close) => [
    h("h2", {}, ...text(confirm.title, reader)),
    h("div", { class: "prose" }, ...text(confirm.text, reader)),
    h(
      "div",
      { class: "row end" },
      h("button", { type: "button", class: "button", onclick: () => close(false) }, ...text(confirm.deny, reader)),
      h("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: () => close(true) }, ...text(confirm.confirm, reader)),
    ),
  ]);
  return Boolean(yes);
}
