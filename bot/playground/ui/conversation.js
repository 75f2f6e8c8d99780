// A pane, in which one person sees one conversation.

import { Composer } from "./composer.js";
import { avatar, h, icon, ICONS } from "./dom.js";
import { Home } from "./home.js";
import { MessageList } from "./messages.js";
import { Modals } from "./modals.js";

export class Pane {
  constructor(app, person, channel) {
    this.app = app;
    this.person = person;
    this.isActive = false;
    this.header = h("header", { class: "where" });
    this.list = new MessageList(this);
    this.composer = new Composer(this, () => ({ channel: this.channel }));
    this.home = new Home(this);
    this.talk = h("div", { class: "talk" }, this.list.frame, this.home.element, this.composer.element);
    this.threadSide = h("aside", { class: "thread", "aria-label": "Thread", hidden: true });
    this.body = h("div", { class: "body" }, h("div", { class: "column" }, this.header, this.talk), this.threadSide);
    this.modals = new Modals(this);
    const activate = () => this.isActive || app.activate(this);
    this.element = h("section", { class: "pane", onpointerdown: activate, onfocusin: activate }, this.body, this.modals.element);
    this.go(channel);
  }

  /** Return the person who reads, for mentions, times and links to channels. */
  get reader() {
    return { workspace: this.app.workspace, person: this.person, openConversation: (id) => this.open(id) };
  }

  get conversation() {
    return this.app.workspace.conversations.get(this.channel);
  }

  go(channel) {
    this.channel = channel;
    this.closeThread();
    this.tab = this.app.workspace.isWithBot(this.conversation) && this.app.workspace.hasHome ? "home" : "messages";
    this.app.workspace.read(this.person, channel);
    this.reportTab();
  }

  open(channel) {
    if (!this.app.workspace.conversations.get(channel)?.members.includes(this.person)) return;
    this.go(channel);
    this.app.draw({ type: "look" });
  }

  actAs(person) {
    this.person = person;
    const { workspace } = this.app;
    const stays = this.conversation.members.includes(person);
    this.open(stays ? this.channel : workspace.conversationsOf(person)[0].id);
  }

  show(tab) {
    this.tab = tab;
    this.reportTab();
    this.draw({ type: "look" });
  }

  /** Tell the bot that its App Home was opened. */
  reportTab() {
    if (this.app.workspace.isWithBot(this.conversation)) this.app.act("open_home", { as: this.person, tab: this.tab });
  }

  openThread(ts) {
    this.thread = ts;
    this.replyList = new MessageList(this, ts);
    this.replyComposer = new Composer(this, () => ({ channel: this.channel, thread_ts: ts }), "Reply");
    const close = h("button", { type: "button", class: "square", "aria-label": "Close the thread", onclick: () => this.closeThread() }, icon(ICONS.close));
    this.threadSide.replaceChildren(h("header", { class: "where" }, h("h2", {}, "Thread"), close), this.replyList.frame, this.replyComposer.element);
    this.threadSide.hidden = false;
    this.element.classList.add("threaded");
    this.draw({ type: "look" });
    this.replyComposer.field.focus();
  }

  closeThread() {
    this.thread = null;
    this.threadSide.hidden = true;
    this.threadSide.replaceChildren();
    this.element?.classList.remove("threaded");
  }

  escape() {
    if (this.modals.top) this.modals.dismiss();
    else if (document.body.classList.contains("drawer")) this.app.sidebar.toggle(false);
    else if (this.thread) {
      this.closeThread();
      this.write("");
    }
  }

  /** Move the focus to the composer, and begin with this text if it is empty. */
  write(text) {
    this.composer.begin(text);
  }

  draw(change) {
    const { workspace } = this.app;
    this.element.classList.toggle("active", this.isActive);
    this.element.setAttribute("aria-label", `${workspace.people.get(this.person).real_name} in ${workspace.nameOf(this.conversation, this.person)}`);
    if (change.type === "clock") return;
    if (this.thread && !workspace.messages.get(this.channel).has(this.thread)) this.closeThread();
    this.drawHeader();
    const atHome = this.tab === "home";
    this.home.element.hidden = !atHome;
    this.list.frame.hidden = this.composer.element.hidden = atHome;
    if (atHome) this.home.draw();
    else this.list.draw();
    this.composer.draw();
    if (this.thread) {
      this.replyList.draw();
      this.replyComposer.draw();
    }
    if (change.type === "modals" || change.type === "look") this.modals.draw();
  }

  drawHeader() {
    const { workspace } = this.app;
    const { conversation } = this;
    const hash = conversation.kind === "im" ? "" : "# ";
    const person = workspace.people.get(this.person);
    const tabs = workspace.isWithBot(conversation) && workspace.hasHome && this.tabs();
    this.header.replaceChildren(
      h("h2", {}, hash, workspace.nameOf(conversation, this.person)),
      tabs || h("p", { class: "faint topic" }, conversation.topic || ""),
      h("span", { class: "acting", title: `Acting as ${person.real_name}` }, avatar(person, true), h("span", {}, person.name)),
    );
  }

  tabs() {
    const tab = (name, label) =>
      h("button", { type: "button", role: "tab", "aria-selected": String(this.tab === name), onclick: () => this.show(name) }, label);
    return h("div", { class: "tabs", role: "tablist", "aria-label": "Home and messages" }, tab("home", "Home"), tab("messages", "Messages"));
  }
}
