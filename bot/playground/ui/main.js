// The playground: who is looking at what, and what is drawn anew when something happens.

import { Bar } from "./bar.js";
import { toast } from "./dom.js";
import { listen } from "./keys.js";
import { Pane } from "./pane.js";
import { Side } from "./side.js";
import { Wire } from "./wire.js";
import { Workspace } from "./workspace.js";

const FAILURES = {
  connection_lost: "The playground is not running any more. Start it again with: make demo",
  dispatch_failed: "The bot could not be reached.",
  operation_timeout: "The bot did not answer within three seconds.",
  not_found: "That is gone.",
  message_not_found: "That message is gone.",
  user_not_found: "There is nobody of that name here. Try: /invite @qcon",
};
const SHOWN_ELSEWHERE = new Set(["no_such_command"]);

class Playground {
  constructor() {
    this.workspace = new Workspace();
    this.panes = [];
    this.bar = new Bar(this, document.getElementById("bar"));
    this.side = new Side(this, document.getElementById("side"));
    this.wire = new Wire((change) => this.hear(change), (lost) => document.body.classList.toggle("lost", lost));
    listen(this);
  }

  get active() {
    return this.panes.find((pane) => pane.isActive) ?? this.panes[0];
  }

  hear(change) {
    if (change.type === "everything") this.begin(change);
    else this.workspace.change(change);
    if (change.type === "message") this.noticed(change.message);
    this.draw(change);
  }

  begin(all) {
    const before = this.panes.map((pane) => ({ person: pane.person, channel: pane.channel }));
    this.workspace.begin(all);
    const [organiser] = this.workspace.actors().filter((one) => one.is_admin);
    const [general] = this.workspace.conversationsOf(organiser.id);
    this.panes.forEach((pane) => pane.element.remove());
    this.panes = [];
    for (const { person, channel } of before.length ? before : [{ person: organiser.id, channel: general.id }]) {
      const known = this.workspace.conversations.get(channel)?.members.includes(person);
      this.addPane(person, known ? channel : general.id);
    }
    this.activate(this.panes[0]);
  }

  addPane(person, channel) {
    const pane = new Pane(this, person, channel);
    this.panes.push(pane);
    document.getElementById("panes").append(pane.element);
    return pane;
  }

  /** One person, or two side by side. */
  split() {
    if (this.panes.length > 1) {
      this.panes.pop().element.remove();
      this.activate(this.panes[0]);
      return;
    }
    const { person, channel } = this.active;
    const other = this.workspace.actors().find((one) => one.id !== person);
    const sees = this.workspace.conversations.get(channel).members.includes(other.id);
    this.activate(this.addPane(other.id, sees ? channel : this.workspace.conversationsOf(other.id)[0].id));
  }

  activate(pane) {
    for (const one of this.panes) one.isActive = one === pane;
    this.draw({ type: "look" });
  }

  /** A message on show is read at once. */
  noticed(message) {
    for (const pane of this.panes) {
      if (pane.channel === message.channel) this.workspace.read(pane.person, pane.channel);
    }
  }

  draw(change) {
    this.bar.draw();
    if (change.type !== "clock") this.side.draw();
    for (const pane of this.panes) pane.draw(change);
  }

  /** Do something and tell what went wrong; gives the answer. */
  async act(what, more = {}) {
    const answer = await this.wire.act(what, more);
    if (answer.failure && !SHOWN_ELSEWHERE.has(answer.failure)) {
      toast(FAILURES[answer.failure] ?? `That did not work: ${answer.failure.replaceAll("_", " ")}.`);
    }
    return answer;
  }
}

new Playground();
