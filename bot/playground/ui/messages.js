// Messages, drawn for one person. A message is drawn again only when it has changed.

import { drawBlock } from "./blocks.js";
import { avatar, h, icon, ICONS } from "./dom.js";
import { menu } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { longDay, time, wall } from "./times.js";

const TOGETHER_MS = 4 * 60_000;

export class MessageList {
  /** Show a conversation, or one thread of it. */
  constructor(pane, thread = null) {
    this.pane = pane;
    this.thread = thread;
    this.drawn = new Map(); // by ts: {inputs, nodes}, where the nodes depend on the inputs alone
    this.inner = h("div", { class: "inner" });
    this.pill = h("button", { type: "button", class: "button primary pill", hidden: true, onclick: () => this.toEnd() }, "New messages");
    this.element = h("div", { class: "messages", role: "log", tabindex: "0", "aria-label": thread ? "Replies" : "Messages" }, this.inner);
    this.frame = h("div", { class: "list" }, this.element, this.pill);
    this.element.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.follow()).observe(this.element);
  }

  /** Follow new messages for a person at the end of the list, but not for one who reads older messages. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.following = scrollHeight - scrollTop - clientHeight < 80;
    if (this.following) this.pill.hidden = true;
  }

  /** Show the newest messages, and follow those to come. */
  toEnd() {
    this.pill.hidden = true;
    this.following = true;
    this.follow();
    this.element.focus({ preventScroll: true });
  }

  /** Bring what concerns the person into view: what they wrote, and what only they see. Of other messages a button tells. */
  announce(message) {
    const { person } = this.pane;
    if (message.user === person || message.only_to === person) this.following = true;
    else if (!this.following) this.pill.hidden = false;
  }

  /** Scroll to the end, or to the start of a last message that is higher than the window. */
  follow() {
    if (!this.following) return;
    const last = this.inner.lastElementChild;
    const { clientHeight, scrollHeight } = this.element;
    const top = last && last.offsetHeight > clientHeight - 40 ? last.offsetTop - this.element.offsetTop - 8 : scrollHeight;
    this.element.scrollTop = top;
    this.following = true;
  }

  draw() {
    const { app, person, channel } = this.pane;
    const shows = `${person}/${channel}`;
    if (shows !== this.shows) {
      this.drawn.clear();
      this.inner.replaceChildren();
      this.following = true;
      this.pill.hidden = true;
      this.last = null;
    }
    this.shows = shows;
    const messages = app.workspace.messagesFor(person, channel);
    this.replies = Map.groupBy(messages.filter((message) => message.thread_ts), (message) => message.thread_ts);
    const shown = messages.filter(({ ts, thread_ts: thread }) => (this.thread ? [ts, thread].includes(this.thread) : !thread));
    const newest = shown.at(-1);
    if (newest && this.last && newest.ts > this.last) this.announce(newest);
    this.last = newest?.ts ?? this.last;
    this.arrange(shown.flatMap((message, index) => this.nodes(message, shown[index - 1])));
    this.follow();
  }

  /** Put nodes in order. Nodes that stand right are not moved, so that the focus stays. */
  arrange(nodes) {
    const wanted = new Set(nodes);
    for (const node of [...this.inner.children]) wanted.has(node) || node.remove();
    nodes.forEach((node, index) => {
      if (this.inner.children[index] !== node) this.inner.insertBefore(node, this.inner.children[index] ?? null);
    });
  }

  nodes(message, before) {
    const { workspace, person } = this.pane.reader;
    const { zone } = workspace.people.get(person);
    const day = (sent) => sent && wall(Date.parse(sent.at), zone).slice(0, 10);
    const newDay = day(message) !== day(before);
    const follows = !newDay && before.user === message.user && before.only_to === message.only_to && !this.replies.has(before.ts)
      && Date.parse(message.at) - Date.parse(before.at) < TOGETHER_MS;
    const count = this.thread ? 0 : (this.replies.get(message.ts)?.length ?? 0);
    const inputs = [message, follows, count, newDay];
    const kept = this.drawn.get(message.ts);
    if (kept && kept.inputs.every((value, index) => value === inputs[index])) return kept.nodes;
    const divider = newDay && h("div", { class: "day" }, h("span", {}, longDay(Date.parse(message.at), zone)));
    const nodes = [divider, this.message(message, follows, zone)].filter(Boolean);
    this.drawn.set(message.ts, { inputs, nodes });
    return nodes;
  }

  message(message, follows, zone) {
    const { reader } = this.pane;
    const author = reader.workspace.people.get(message.user);
    const at = Date.parse(message.at);
    const className = ["message", follows && "follows", message.only_to && "only"].filter(Boolean).join(" ");
    return h(
      "article",
      { class: className, "data-ts": message.ts, "aria-label": `${author?.real_name ?? message.user}, ${time(at, zone)}` },
      h("div", { class: "gutter" }, follows ? h("time", { class: "faint" }, time(at, zone)) : avatar(author)),
      h(
        "div",
        { class: "content" },
        message.only_to && h("p", { class: "only-you" }, icon(ICONS.eye, 14), " Only visible to you"),
        !follows && this.byline(author, message, at, zone),
        this.body(message),
        message.edited && h("span", { class: "faint edited" }, "(edited)"),
        this.summary(message, zone),
      ),
      this.tools(message),
    );
  }

  byline(author, message, at, zone) {
    const badge = (author?.is_bot || author?.id === "USLACKBOT") && h("span", { class: "badge" }, "app");
    return h(
      "p",
      { class: "byline" },
      h("strong", {}, author?.is_bot ? author.name : (author?.real_name ?? message.user)),
      badge,
      h("time", { class: "faint", datetime: message.at }, time(at, zone)),
    );
  }

  body(message) {
    if (!message.blocks.length) return h("div", { class: "prose" }, ...mrkdwn(message.text, this.pane.reader));
    const place = this.place(message);
    return h("div", { class: "blocks" }, ...message.blocks.map((block) => drawBlock(block, place)));
  }

  /** Return what blocks of this message need to be drawn and used. */
  place(message) {
    const { app, person, reader } = this.pane;
    const target = { as: person, channel: message.channel, ts: message.ts };
    const named = (block, element) => ({ ...target, block_id: block.block_id, action_id: element.action_id });
    return {
      key: `${this.thread ? "t" : "m"}${message.ts}`,
      reader,
      labels: new Map(),
      kept: (_block, _element, first) => first,
      use: (block, element, choice) => app.act("click", { ...named(block, element), choice }),
      suggest: async (block, element, typed) => (await app.act("suggest", { ...named(block, element), typed })).groups ?? [],
    };
  }

  /** Draw the line below a thread's first message: who replied, how often and when. */
  summary(message, zone) {
    const replies = this.thread ? [] : (this.replies.get(message.ts) ?? []);
    if (!replies.length) return null;
    const { people } = this.pane.reader.workspace;
    const faces = [...new Set(replies.map((reply) => reply.user))].slice(0, 3).map((id) => avatar(people.get(id), true));
    const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    const open = () => this.pane.openThread(message.ts);
    return h("button", { type: "button", class: "replies", onclick: open }, ...faces, h("strong", {}, count), h("span", { class: "faint" }, `at ${time(Date.parse(replies.at(-1).at), zone)}`));
  }

  tools(message) {
    const { app, person } = this.pane;
    const target = { as: person, channel: message.channel, ts: message.ts };
    const entries = [];
    if (message.only_to) entries.push({ label: "Dismiss", run: () => this.dismiss(message) });
    else if (message.user === person) entries.push({ label: "Delete", run: () => app.act("delete", target) });
    const reply = !this.thread && !message.only_to;
    const open = () => this.pane.openThread(message.ts);
    return h(
      "div",
      { class: "tools" },
      reply && h("button", { type: "button", class: "square", "aria-label": "Reply in a thread", title: "Reply in a thread", onclick: open }, icon(ICONS.thread, 16)),
      entries.length > 0 && menu(h("button", { type: "button", class: "square", "aria-label": "More", title: "More" }, icon(ICONS.more, 16)), entries),
    );
  }

  dismiss(message) {
    this.pane.app.workspace.hidden.add(message.ts);
    this.pane.app.draw({ type: "look" });
  }
}
