// The sidebar: the people one can act as, and the conversations of the chosen person.

import { avatar, h, icon, ICONS } from "./dom.js";
import { place } from "./times.js";

export class Sidebar {
  constructor(app, element) {
    this.app = app;
    this.element = element;
  }

  /** Open or close the sidebar in a narrow window, where it is a drawer. */
  toggle(open = !document.body.classList.contains("drawer")) {
    document.body.classList.toggle("drawer", open);
    if (open) this.element.querySelector("[aria-current=true], [aria-pressed=true]")?.focus();
  }

  draw() {
    const { active } = this.app;
    if (!active) return;
    const focused = document.activeElement?.dataset.key;
    this.element.replaceChildren(
      h("h2", { id: "act-as" }, "Act as"),
      h("ul", { class: "people", "aria-labelledby": "act-as" }, ...this.app.workspace.actors().map((person) => this.person(person, active))),
      h("h2", { id: "conversations" }, "Conversations"),
      h("ul", { class: "conversations", "aria-labelledby": "conversations" }, ...this.ordered().map((conversation) => this.conversation(conversation, active))),
      h("p", { class: "faint note" }, "A stand-in for Slack on your own machine. The bot in it is the real one."),
    );
    if (focused) this.element.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  person(person, active) {
    const on = person.id === active.person;
    const unread = this.app.workspace.conversationsOf(person.id).some((conversation) => this.app.workspace.unread(person.id, conversation.id));
    const choose = () => {
      active.actAs(person.id);
      this.toggle(false);
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-pressed": String(on), "data-key": person.id, onclick: choose },
        avatar(person, true),
        h("span", { class: "who" }, h("span", {}, person.real_name), h("span", { class: "faint" }, `${person.is_admin ? "Organiser" : person.title}, ${place(person.zone)}`)),
        unread && !on && h("span", { class: "dot", role: "img", "aria-label": "has something new" }),
      ),
    );
  }

  /** List channels first, then the bot, then people. */
  ordered() {
    const { workspace, active } = this.app;
    const rank = (conversation) => (conversation.kind !== "im" ? 0 : workspace.isWithBot(conversation) ? 1 : 2);
    return workspace.conversationsOf(active.person).sort((left, right) => rank(left) - rank(right));
  }

  conversation(conversation, active) {
    const { workspace } = this.app;
    const on = conversation.id === active.channel;
    const unread = on ? 0 : workspace.unread(active.person, conversation.id);
    const open = () => {
      active.open(conversation.id);
      this.toggle(false);
      active.write("");
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: unread ? "new" : "", "aria-current": on ? "true" : null, "data-key": conversation.id, onclick: open },
        this.symbol(conversation, active.person),
        h("span", { class: "name" }, workspace.nameOf(conversation, active.person)),
        unread > 0 && h("span", { class: "count", "aria-label": `${unread} new` }, String(unread)),
      ),
    );
  }

  symbol(conversation, person) {
    if (conversation.kind === "private") return h("span", { class: "sign" }, icon(ICONS.lock, 15));
    if (conversation.kind === "public") return h("span", { class: "sign", "aria-hidden": "true" }, "#");
    return avatar(this.app.workspace.people.get(conversation.members.find((member) => member !== person)), true);
  }

  /** Go up or down in the list of conversations. */
  step(by) {
    const ids = this.ordered().map((conversation) => conversation.id);
    const { active } = this.app;
    active.open(ids.at((ids.indexOf(active.channel) + by) % ids.length));
  }
}
