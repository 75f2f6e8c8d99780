// The side: whom one acts as, and where that person may talk.

import { avatar, h, icon, ICONS } from "./dom.js";
import { place } from "./times.js";

export class Side {
  constructor(app, element) {
    this.app = app;
    this.element = element;
  }

  /** On a narrow window the side is a drawer. */
  toggle(open = !document.body.classList.contains("drawer")) {
    document.body.classList.toggle("drawer", open);
    if (open) this.element.querySelector("[aria-current=true], [aria-pressed=true]")?.focus();
  }

  draw() {
    const { active } = this.app;
    if (!active) return;
    const held = document.activeElement?.dataset.key;
    this.element.replaceChildren(
      h("h2", { id: "act-as" }, "Act as"),
      h("ul", { class: "people", "aria-labelledby": "act-as" }, ...this.app.workspace.actors().map((one) => this.person(one, active))),
      h("h2", { id: "conversations" }, "Conversations"),
      h("ul", { class: "conversations", "aria-labelledby": "conversations" }, ...this.ordered().map((one) => this.conversation(one, active))),
      h("p", { class: "faint note" }, "A stand-in for Slack on your own machine. The bot in it is the real one."),
    );
    if (held) this.element.querySelector(`[data-key="${held}"]`)?.focus();
  }

  person(one, active) {
    const on = one.id === active.person;
    const unread = this.app.workspace.conversationsOf(one.id).some((each) => this.app.workspace.unread(one.id, each.id));
    const choose = () => {
      active.actAs(one.id);
      this.toggle(false);
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-pressed": String(on), "data-key": one.id, onclick: choose },
        avatar(one, true),
        h("span", { class: "who" }, h("span", {}, one.real_name), h("span", { class: "faint" }, `${one.is_admin ? "Organiser" : one.title}, ${place(one.zone)}`)),
        unread && !on && h("span", { class: "dot", role: "img", "aria-label": "has something new" }),
      ),
    );
  }

  /** Channels first, then the bot, then people. */
  ordered() {
    const { workspace, active } = this.app;
    const rank = (one) => (one.kind !== "im" ? 0 : workspace.isWithBot(one) ? 1 : 2);
    return workspace.conversationsOf(active.person).sort((one, other) => rank(one) - rank(other));
  }

  conversation(one, active) {
    const { workspace } = this.app;
    const on = one.id === active.channel;
    const unread = on ? 0 : workspace.unread(active.person, one.id);
    const open = () => {
      active.open(one.id);
      this.toggle(false);
      active.write("");
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: unread ? "new" : "", "aria-current": on ? "true" : null, "data-key": one.id, onclick: open },
        this.sign(one, active.person),
        h("span", { class: "name" }, workspace.nameOf(one, active.person)),
        unread > 0 && h("span", { class: "count", "aria-label": `${unread} new` }, String(unread)),
      ),
    );
  }

  sign(one, person) {
    if (one.kind === "private") return h("span", { class: "sign" }, icon(ICONS.lock, 15));
    if (one.kind === "public") return h("span", { class: "sign", "aria-hidden": "true" }, "#");
    return avatar(this.app.workspace.people.get(one.members.find((each) => each !== person)), true);
  }

  /** Go up or down the list. */
  step(by) {
    const all = this.ordered().map((one) => one.id);
    const { active } = this.app;
    active.open(all.at((all.indexOf(active.channel) + by) % all.length));
  }
}
