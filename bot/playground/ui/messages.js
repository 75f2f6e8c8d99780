// What was said, drawn for one person; a message is drawn anew only when it changed.

import { block } from "./blocks.js";
import { avatar, h, icon, ICONS } from "./dom.js";
import { menu } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { longDay, time, wall } from "./times.js";

const TOGETHER_MS = 4 * 60_000;

export class MessageList {
  /** A conversation, or one thread of it. */
  constructor(pane, thread = null) {
    this.pane = pane;
    this.thread = thread;
    this.drawn = new Map(); // by ts: {of, nodes}, where `of` tells what the drawing depends on
    this.inner = h("div", { class: "inner" });
    this.element = h("div", { class: "messages", role: "log", tabindex: "0", "aria-label": thread ? "Replies" : "Messages" }, this.inner);
    this.element.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.follow()).observe(this.element);
  }

  /** Someone at the end stays there when more is said; someone who reads back is left where they are. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.following = scrollHeight - scrollTop - clientHeight < 80;
  }

  /** To the end, or to the beginning of a last message that is higher than the window. */
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
    }
    this.shows = shows;
    const all = app.workspace.messagesFor(person, channel);
    this.replies = Map.groupBy(all.filter((one) => one.thread_ts), (one) => one.thread_ts);
    const shown = all.filter((one) => (this.thread ? [one.ts, one.thread_ts].includes(this.thread) : !one.thread_ts));
    this.arrange(shown.flatMap((one, index) => this.nodes(one, shown[index - 1])));
    this.follow();
  }

  /** Put nodes in order, moving only what is out of place: what has the focus keeps it. */
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
    const day = (one) => one && wall(Date.parse(one.at), zone).slice(0, 10);
    const newDay = day(message) !== day(before);
    const follows = !newDay && before.user === message.user && before.only_to === message.only_to && !this.replies.has(before.ts)
      && Date.parse(message.at) - Date.parse(before.at) < TOGETHER_MS;
    const count = this.thread ? 0 : (this.replies.get(message.ts)?.length ?? 0);
    const of = [message, follows, count, newDay];
    const kept = this.drawn.get(message.ts);
    if (kept && kept.of.every((each, index) => each === of[index])) return kept.nodes;
    const divider = newDay && h("div", { class: "day" }, h("span", {}, longDay(Date.parse(message.at), zone)));
    const nodes = [divider, this.message(message, follows, zone)].filter(Boolean);
    this.drawn.set(message.ts, { of, nodes });
    return nodes;
  }

  message(message, follows, zone) {
    const { reader } = this.pane;
    const author = reader.workspace.people.get(message.user);
    const at = Date.parse(message.at);
    const name = ["message", follows && "follows", message.only_to && "only"].filter(Boolean).join(" ");
    return h(
      "article",
      { class: name, "data-ts": message.ts, "aria-label": `${author?.real_name ?? message.user}, ${time(at, zone)}` },
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
    return h("div", { class: "blocks" }, ...message.blocks.map((one) => block(one, place)));
  }

  /** Where a message's blocks stand. */
  place(message) {
    const { app, person, reader } = this.pane;
    const about = { as: person, channel: message.channel, ts: message.ts };
    const named = (one, element) => ({ ...about, block_id: one.block_id, action_id: element.action_id });
    return {
      key: `${this.thread ? "t" : "m"}${message.ts}`,
      reader,
      labels: new Map(),
      kept: (_block, _element, first) => first,
      use: (one, element, choice) => app.act("click", { ...named(one, element), choice }),
      suggest: async (one, element, typed) => (await app.act("suggest", { ...named(one, element), typed })).groups ?? [],
    };
  }

  /** How a thread goes on beneath its first message. */
  summary(message, zone) {
    const replies = this.thread ? [] : (this.replies.get(message.ts) ?? []);
    if (!replies.length) return null;
    const { people } = this.pane.reader.workspace;
    const faces = [...new Set(replies.map((one) => one.user))].slice(0, 3).map((id) => avatar(people.get(id), true));
    const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    const open = () => this.pane.openThread(message.ts);
    return h("button", { type: "button", class: "replies", onclick: open }, ...faces, h("strong", {}, count), h("span", { class: "faint" }, `at ${time(Date.parse(replies.at(-1).at), zone)}`));
  }

  tools(message) {
    const { app, person } = this.pane;
    const about = { as: person, channel: message.channel, ts: message.ts };
    const entries = [];
    if (message.only_to) entries.push({ label: "Dismiss", run: () => this.dismiss(message) });
    else {
      for (const one of app.workspace.shortcuts.filter((each) => each.type === "message")) {
        entries.push({ label: one.name, run: () => app.act("shortcut", { ...about, callback_id: one.callback_id }) });
      }
      if (message.user === person) entries.push({ label: "Delete", run: () => app.act("delete", about) });
    }
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
