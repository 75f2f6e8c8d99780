// The playground's page: its parts, and what each change makes them draw again.

import { ClockBar } from "./clock_bar.js";
import { Pane } from "./conversation.js";
import { toast } from "./dom.js";
import { listen } from "./keys.js";
import { Sidebar } from "./sidebar.js";
import { Socket } from "./socket.js";
import { Workspace } from "./workspace.js";

const FAILURES = {
  connection_lost: "The playground is not running any more. Start it again with: make demo",
  dispatch_failed: "The bot could not be reached.",
  operation_timeout: "The bot did not answer within three seconds.",
  not_found: "That is gone.",
  message_not_found: "That message is gone.",
  user_not_found: "Nobody here has that name. Try: /invite @qcon",
};
const SHOWN_ELSEWHERE = new Set(["no_such_command"]);

class Playground {
  constructor() {
    this.workspace = new Workspace();
    this.panes = [];
    this.clockBar = new ClockBar(this, document.getElementById("clock-bar"));
    this.sidebar = new Sidebar(this, document.getElementById("sidebar"));
    this.socket = new Socket((change) => this.onChange(change), (lost) => document.body.classList.toggle("lost", lost));
    listen(this);
  }

  get active() {
    return this.panes.find((pane) => pane.isActive) ?? this.panes[0];
  }

  onChange(change) {
    if (change.type === "everything") this.begin(change);
    else this.workspace.change(change);
    if (change.type === "message") this.markRead(change.message);
    this.draw(change);
  }

  begin(state) {
    const before = this.panes.map(({ person, channel, composer }) => ({ person, channel, draft: composer.field.value }));
    this.workspace.begin(state);
    const [organiser] = this.workspace.actors().filter((person) => person.is_admin);
    const [general] = this.workspace.conversationsOf(organiser.id);
    this.panes.forEach((pane) => pane.element.remove());
    this.panes = [];
    for (const { person, channel, draft } of before.length ? before : [{ person: organiser.id, channel: general.id }]) {
      const known = this.workspace.conversations.get(channel)?.members.includes(person);
      this.addPane(person, known ? channel : general.id).composer.restore(draft);
    }
    this.activate(this.panes[0]);
  }

  addPane(person, channel) {
    const pane = new Pane(this, person, channel);
    this.panes.push(pane);
    document.getElementById("panes").append(pane.element);
    return pane;
  }

  /** Switch between one person and two people side by side. */
  split() {
    if (this.panes.length > 1) {
      this.panes.pop().element.remove();
      this.activate(this.panes[0]);
      return;
    }
    const { person, channel } = this.active;
    const other = this.workspace.actors().find((actor) => actor.id !== person);
    const sees = this.workspace.conversations.get(channel).members.includes(other.id);
    this.activate(this.addPane(other.id, sees ? channel : this.workspace.conversationsOf(other.id)[0].id));
  }

  activate(pane) {
    for (const each of this.panes) each.isActive = each === pane;
    this.draw({ type: "look" });
  }

  /** Mark a message as read where a pane shows its conversation. */
  markRead(message) {
    for (const pane of this.panes) {
      if (pane.channel === message.channel) this.workspace.read(pane.person, pane.channel);
    }
  }

  draw(change) {
    this.clockBar.draw();
    if (change.type !== "clock") this.sidebar.draw();
    for (const pane of this.panes) pane.draw(change);
  }

  /** Do something on a person's behalf and show what went wrong. Resolves to the answer. */
  async act(action, details = {}) {
    const answer = await this.socket.act(action, details);
    if (answer.failure && !SHOWN_ELSEWHERE.has(answer.failure)) {
      toast(FAILURES[answer.failure] ?? `That did not work: ${answer.failure.replaceAll("_", " ")}.`);
    }
    return answer;
  }
}

new Playground();
