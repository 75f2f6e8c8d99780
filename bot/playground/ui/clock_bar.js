// The bar at the top: the conference clock with its controls, and the buttons for the page's looks.

import { h, icon, ICONS } from "./dom.js";
import { showKeys } from "./keys.js";
import { confirmed, dialog } from "./menus.js";
import { momentOf, place, seconds, shortDay, time, wall } from "./times.js";

const SPEEDS = [1, 10, 60];
const plain = (words) => ({ type: "plain_text", text: words });

export class ClockBar {
  constructor(app, element) {
    this.app = app;
    this.clock = h("button", { type: "button", class: "clock", title: "Jump to another time", onclick: () => this.jump() });
    this.next = this.button("forward", "10 minutes before the next session", () => app.act("next_session"), "button primary");
    this.speeds = h("div", { class: "speeds", role: "group", "aria-label": "How fast the clock runs" });
    const theme = h("button", { type: "button", class: "square", title: "Light or dark", "aria-label": "Light or dark", onclick: toggleTheme });
    theme.append(icon(ICONS.moon));
    const drawer = h("button", { type: "button", class: "square narrow", "aria-label": "Conversations and people", onclick: () => app.sidebar.toggle() });
    drawer.append(icon(ICONS.menu));
    this.panes = h("button", { type: "button", class: "square wide", onclick: () => app.split() }, icon(ICONS.split));
    const help = h("button", { type: "button", class: "square", title: "Keys (?)", "aria-label": "Keys", onclick: showKeys });
    help.append(icon(ICONS.help));
    const name = h("h1", {}, h("img", { src: "mark.svg", alt: "" }), h("span", {}, "Playground"));
    const restart = this.button("again", "Begin afresh", () => this.beginAfresh());
    element.append(
      drawer,
      name,
      h("div", { class: "time", role: "group", "aria-label": "Conference clock" }, this.clock, this.speeds, this.next, restart),
      h("div", { class: "row ends" }, this.panes, theme, help),
    );
    restoreTheme();
    setInterval(() => this.tick(), 250);
  }

  button(iconName, label, run, className = "button") {
    const onPress = async (event) => {
      const pressed = event.currentTarget;
      pressed.disabled = true;
      await run();
      pressed.disabled = false;
      pressed.focus();
    };
    return h("button", { type: "button", class: className, title: label, "aria-label": label, onclick: onPress }, icon(ICONS[iconName], 16), h("span", {}, label));
  }

  draw() {
    const { workspace } = this.app;
    const buttons = SPEEDS.map((speed) => {
      const on = workspace.clock.speed === speed;
      const run = () => this.app.act("run", { speed });
      return h("button", { type: "button", "aria-pressed": String(on), "aria-label": `${speed} times as fast`, onclick: run }, `×${speed}`);
    });
    const focused = [...this.speeds.children].indexOf(document.activeElement);
    this.speeds.replaceChildren(...buttons);
    if (focused >= 0) buttons[focused].focus();
    const label = this.app.panes.length > 1 ? "One person" : "Two people side by side";
    this.panes.title = label;
    this.panes.setAttribute("aria-label", label);
    this.tick();
  }

  tick() {
    const { workspace } = this.app;
    if (!workspace.conference) return;
    const { zone, name } = workspace.conference;
    const now = workspace.now();
    const shown = `${shortDay(now, zone)} ${seconds(now, zone)}`;
    if (this.clock.textContent.startsWith(shown)) return;
    this.clock.replaceChildren(
      h("span", { class: "day" }, shortDay(now, zone)),
      " ",
      h("strong", {}, seconds(now, zone)),
      " ",
      h("span", { class: "faint" }, place(zone)),
    );
    document.title = `${name} · Playground`;
    const session = workspace.nextSession();
    this.next.disabled = !session;
    this.next.title = session ? `To ${time(session.start - 600_000, zone)}: ${session.title}` : "The last session has begun";
  }

  /** Start from the beginning, once the person confirmed it. */
  async beginAfresh() {
    const question = { title: plain("Begin afresh?"), text: plain("The demo goes back to the start, and everything said and saved is gone."), deny: plain("Keep going"), confirm: plain("Begin afresh"), style: "danger" };
    if (await confirmed(question)) await this.app.act("begin_afresh");
  }

  /** Ask for a time and move the clock to it. */
  async jump() {
    const { zone } = this.app.workspace.conference;
    const field = h("input", { class: "field", type: "datetime-local", id: "jump-to" });
    field.value = wall(this.app.workspace.now(), zone);
    const to = await dialog("Jump to another time", (close) => [
      h("h2", {}, "Jump to another time"),
      h("label", { for: "jump-to" }, `In ${place(zone)}`),
      field,
      h("p", { class: "faint" }, "Going back resets the demo: everything said and saved is gone."),
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", class: "button", onclick: () => close() }, "Cancel"),
        h("button", { type: "button", class: "button primary", onclick: () => close(field.value) }, "Jump"),
      ),
    ]);
    if (to && Number.isFinite(momentOf(to, zone))) await this.app.act("jump", { to });
  }
}

const THEME = "playground-theme";

function restoreTheme() {
  const stored = localStorage.getItem(THEME);
  if (stored) document.documentElement.dataset.theme = stored;
}

function toggleTheme() {
  const { dataset } = document.documentElement;
  const dark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = dark ? "light" : "dark";
  localStorage.setItem(THEME, dataset.theme);
}
