// The field in which a person writes a message, with hints for commands and names.

import { h, icon, ICONS, toast } from "./dom.js";
import { menu } from "./menus.js";

let created = 0;

export class Composer {
  /** `where()` returns where a message goes: `{channel}`, and `thread_ts` for a reply. */
  constructor(pane, where, label = "Message") {
    this.pane = pane;
    this.where = where;
    const id = `hints-${++created}`;
    this.hints = h("div", { class: "popup hints", role: "listbox", id, "aria-label": "Hints", hidden: true });
    this.field = h("textarea", { rows: "1", "aria-label": label, "aria-controls": id, autocomplete: "off", spellcheck: "false" });
    this.field.addEventListener("input", () => this.onInput());
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    const send = h("button", { type: "button", class: "square send", "aria-label": "Send", title: "Send (Enter)", onclick: () => this.send() }, icon(ICONS.send));
    this.extras = h("span", {});
    this.element = h("div", { class: "composer" }, this.hints, h("div", { class: "frame" }, this.extras, this.field, send));
  }

  draw() {
    const { app, conversation, person } = this.pane;
    const name = `${conversation.kind === "im" ? "" : "#"}${app.workspace.nameOf(conversation, person)}`;
    this.field.placeholder = this.where().thread_ts ? "Reply in the thread" : `Message ${name}`;
    const shortcuts = app.workspace.shortcuts.filter((shortcut) => shortcut.type === "global");
    if (!shortcuts.length || this.extras.children.length) return;
    const run = (shortcut) => app.act("shortcut", { as: this.pane.person, callback_id: shortcut.callback_id });
    const button = h("button", { type: "button", class: "square", "aria-label": "Shortcuts", title: "Shortcuts" }, icon(ICONS.bolt));
    this.extras.append(menu(button, shortcuts.map((shortcut) => ({ label: shortcut.name, run: () => run(shortcut) }))));
  }

  begin(text) {
    this.field.focus();
    if (text && !this.field.value) {
      this.field.value = text;
      this.onInput();
    }
  }

  async send() {
    const text = this.field.value.trim();
    const { app, person } = this.pane;
    const where = this.where();
    if (!text) return;
    if (text.startsWith("/") && where.thread_ts) {
      toast("Slash commands do not work in threads. Mention the bot instead: @qcon …");
      return;
    }
    this.field.value = "";
    this.onInput();
    const { failure } = await app.act(text.startsWith("/") ? "command" : "say", { as: person, text, ...where });
    if (failure === "connection_lost") this.restore(text);
  }

  /** Put back what was typed, unless something else was typed since. */
  restore(text) {
    if (!text || this.field.value) return;
    this.field.value = text;
    this.onInput();
    this.hide();
  }

  onInput() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 180)}px`;
    const suggestions = this.suggestions();
    this.hints.hidden = !suggestions.length;
    this.hints.replaceChildren(...suggestions.map((suggestion, index) => this.option(suggestion, index)));
    this.at = -1;
    this.field.removeAttribute("aria-activedescendant");
  }

  option({ text, about, completion }, index) {
    const onPick = (event) => {
      event.preventDefault();
      this.complete(completion);
    };
    const props = { role: "option", id: `${this.hints.id}-${index}`, "aria-selected": "false", onpointerdown: onPick };
    return Object.assign(h("div", props, h("strong", {}, text), about && h("span", { class: "faint" }, about)), { completion });
  }

  /** Suggest commands after a slash and names after an at sign. */
  suggestions() {
    const { value } = this.field;
    if (value.startsWith("/")) return this.commands().filter((command) => command.text.startsWith(value) && command.text !== value);
    const name = /(?:^|\s)@([\w.-]*)$/.exec(value.slice(0, this.field.selectionStart));
    if (!name) return [];
    const { workspace, person } = this.pane.reader;
    const before = value.slice(0, this.field.selectionStart - name[1].length);
    const people = [workspace.people.get(workspace.bot), ...workspace.actors().filter((other) => other.id !== person)];
    return people
      .filter((user) => user.name.startsWith(name[1].toLowerCase()))
      .map((user) => ({ text: `@${user.name}`, about: user.is_bot ? "the bot" : user.real_name, completion: `${before}${user.name} ` }));
  }

  /** List the commands in the bot's manifest with their usage hints, and Slack's own `/invite`. */
  commands() {
    const { commands, people, bot } = this.pane.app.workspace;
    const declared = commands.flatMap((command) => {
      const uses = command.usage_hint ? command.usage_hint.split(" · ") : [];
      const variants = [{ text: command.command, about: command.description }, ...uses.map((use) => ({ text: `${command.command} ${use}` }))];
      return variants.map((variant) => ({ ...variant, completion: variant.text === command.command ? `${variant.text} ` : variant.text }));
    });
    const invite = `/invite @${people.get(bot).name}`;
    return [...declared, { text: invite, about: "invite the bot to this channel", completion: invite }];
  }

  complete(text) {
    this.field.value = text;
    this.field.focus();
    this.onInput();
  }

  hide() {
    this.hints.hidden = true;
    this.at = -1;
  }

  onKey(event) {
    const options = [...this.hints.children];
    const open = !this.hints.hidden && options.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step && !event.altKey) {
      event.preventDefault();
      this.mark(options, (Math.max(this.at, step < 0 ? 0 : -1) + step + options.length) % options.length);
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && this.at >= 0))) {
      event.preventDefault();
      this.complete(options[Math.max(this.at, 0)].completion);
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
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    this.field.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
}
