// Where a person writes, with hints for commands and names.

import { h, icon, ICONS, toast } from "./dom.js";
import { menu } from "./menus.js";

let made = 0;

export class Composer {
  /** `where()` gives what a message is sent with: its channel, and its thread if any. */
  constructor(pane, where, label = "Message") {
    this.pane = pane;
    this.where = where;
    const id = `hints-${++made}`;
    this.hints = h("div", { class: "popup hints", role: "listbox", id, "aria-label": "Hints", hidden: true });
    this.field = h("textarea", { rows: "1", "aria-label": label, "aria-controls": id, autocomplete: "off", spellcheck: "false" });
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    const send = h("button", { type: "button", class: "square send", "aria-label": "Send", title: "Send (Enter)", onclick: () => this.send() }, icon(ICONS.send));
    this.extras = h("span", {});
    this.element = h("div", { class: "composer" }, this.hints, h("div", { class: "frame" }, this.extras, this.field, send));
  }

  draw() {
    const { app, conversation, person } = this.pane;
    const name = `${conversation.kind === "im" ? "" : "#"}${app.workspace.nameOf(conversation, person)}`;
    this.field.placeholder = this.where().thread_ts ? "Reply in the thread" : `Message ${name}`;
    const shortcuts = app.workspace.shortcuts.filter((one) => one.type === "global");
    if (!shortcuts.length || this.extras.children.length) return;
    const run = (one) => app.act("shortcut", { as: this.pane.person, callback_id: one.callback_id });
    const button = h("button", { type: "button", class: "square", "aria-label": "Shortcuts", title: "Shortcuts" }, icon(ICONS.bolt));
    this.extras.append(menu(button, shortcuts.map((one) => ({ label: one.name, run: () => run(one) }))));
  }

  begin(text) {
    this.field.focus();
    if (text && !this.field.value) {
      this.field.value = text;
      this.typed();
    }
  }

  send() {
    const text = this.field.value.trim();
    const { app, person } = this.pane;
    const where = this.where();
    if (!text) return;
    if (text.startsWith("/") && where.thread_ts) {
      toast("Slash commands do not work in threads. Mention the bot instead: @qcon …");
      return;
    }
    app.act(text.startsWith("/") ? "command" : "say", { as: person, text, ...where });
    this.field.value = "";
    this.typed();
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 180)}px`;
    const offers = this.offers();
    this.hints.hidden = !offers.length;
    this.hints.replaceChildren(...offers.map((one, index) => this.option(one, index)));
    this.at = -1;
    this.field.removeAttribute("aria-activedescendant");
  }

  option({ text, about, take }, index) {
    const pick = (event) => {
      event.preventDefault();
      this.take(take);
    };
    const props = { role: "option", id: `${this.hints.id}-${index}`, "aria-selected": "false", onpointerdown: pick };
    return Object.assign(h("div", props, h("strong", {}, text), about && h("span", { class: "faint" }, about)), { take });
  }

  /** What could be meant: commands after a slash, names after an at sign. */
  offers() {
    const { value } = this.field;
    if (value.startsWith("/")) return this.commands().filter((one) => one.text.startsWith(value) && one.text !== value);
    const name = /(?:^|\s)@([\w.-]*)$/.exec(value.slice(0, this.field.selectionStart));
    if (!name) return [];
    const { workspace, person } = this.pane.reader;
    const before = value.slice(0, this.field.selectionStart - name[1].length);
    const people = [workspace.people.get(workspace.bot), ...workspace.actors().filter((one) => one.id !== person)];
    return people
      .filter((one) => one.name.startsWith(name[1].toLowerCase()))
      .map((one) => ({ text: `@${one.name}`, about: one.is_bot ? "the bot" : one.real_name, take: `${before}${one.name} ` }));
  }

  /** The bot's commands with what they may be followed by, as its manifest tells, and Slack's own. */
  commands() {
    const { commands, people, bot } = this.pane.app.workspace;
    const declared = commands.flatMap((one) => {
      const uses = one.usage_hint ? one.usage_hint.split(" · ") : [];
      const all = [{ text: one.command, about: one.description }, ...uses.map((use) => ({ text: `${one.command} ${use}` }))];
      return all.map((each) => ({ ...each, take: each.text === one.command ? `${each.text} ` : each.text }));
    });
    const invite = `/invite @${people.get(bot).name}`;
    return [...declared, { text: invite, about: "bring the bot into this channel", take: invite }];
  }

  take(text) {
    this.field.value = text;
    this.field.focus();
    this.typed();
  }

  hide() {
    this.hints.hidden = true;
    this.at = -1;
  }

  key(event) {
    const options = [...this.hints.children];
    const open = !this.hints.hidden && options.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step && !event.altKey) {
      event.preventDefault();
      this.mark(options, (Math.max(this.at, step < 0 ? 0 : -1) + step + options.length) % options.length);
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && this.at >= 0))) {
      event.preventDefault();
      this.take(options[Math.max(this.at, 0)].take);
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  mark(options, at) {
    this.at = at;
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    this.field.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
}
