// What the page knows of the workspace, and who has read what.

export class Workspace {
  constructor() {
    this.people = new Map();
    this.conversations = new Map();
    this.messages = new Map(); // by conversation, then by ts, oldest first
    this.homes = new Map();
    this.modals = new Map();
    this.seen = new Map(); // "person/conversation" -> the last ts read
    this.hidden = new Set(); // ephemeral messages that were dismissed
    this.clock = { conference: Date.now(), at: performance.now(), speed: 1 };
  }

  /** Take over everything: at first, and whenever all begins afresh. */
  begin(all) {
    this.conference = all.conference;
    this.sessions = all.sessions.map((one) => ({ ...one, start: Date.parse(one.start) }));
    this.commands = all.commands;
    this.shortcuts = all.shortcuts;
    this.hasHome = all.has_home;
    this.bot = all.bot;
    this.people = new Map(all.people.map((one) => [one.id, one]));
    this.conversations = new Map(all.conversations.map((one) => [one.id, one]));
    this.messages = new Map(all.conversations.map((one) => [one.id, new Map()]));
    for (const message of all.messages) this.messages.get(message.channel)?.set(message.ts, message);
    this.homes = new Map(Object.entries(all.homes));
    this.modals = new Map(Object.entries(all.modals));
    this.seen.clear();
    for (const person of this.actors()) this.conversationsOf(person.id).forEach((one) => this.read(person.id, one.id));
    this.tie(all.clock);
  }

  /** Take over one change. */
  change(change) {
    if (change.type === "clock") this.tie(change.clock);
    if (change.type === "conversation") {
      this.conversations.set(change.conversation.id, change.conversation);
      if (!this.messages.has(change.conversation.id)) this.messages.set(change.conversation.id, new Map());
    }
    if (change.type === "message" || change.type === "changed") {
      this.messages.get(change.message.channel)?.set(change.message.ts, change.message);
    }
    if (change.type === "deleted") this.messages.get(change.message.channel)?.delete(change.message.ts);
    if (change.type === "home") this.homes.set(change.user, change.view);
    if (change.type === "modals") this.modals.set(change.user, change.views);
  }

  tie(clock) {
    this.clock = { conference: Date.parse(clock.conference), at: performance.now(), speed: clock.speed };
  }

  /** Conference time, in milliseconds since 1970. */
  now() {
    return this.clock.conference + (performance.now() - this.clock.at) * this.clock.speed;
  }

  /** The next session that is more than ten minutes away. */
  nextSession() {
    return this.sessions.find((one) => one.start - 600_000 > this.now());
  }

  /** The people one can act as. */
  actors() {
    return [...this.people.values()].filter((one) => !one.is_bot && one.id !== "USLACKBOT");
  }

  conversationsOf(person) {
    return [...this.conversations.values()].filter((one) => one.members.includes(person));
  }

  /** What a conversation is called by this person. */
  nameOf(conversation, person) {
    if (conversation.kind !== "im") return conversation.name;
    const other = conversation.members.find((one) => one !== person) ?? person;
    return other === this.bot ? this.people.get(other).name : this.people.get(other).real_name;
  }

  isWithBot(conversation) {
    return conversation?.kind === "im" && conversation.members.includes(this.bot);
  }

  /** What a person sees there, replies included, oldest first. */
  messagesFor(person, conversation) {
    const all = [...(this.messages.get(conversation)?.values() ?? [])];
    return all.filter((one) => this.shows(one, person));
  }

  shows(message, person) {
    return (!message.only_to || message.only_to === person) && !this.hidden.has(message.ts);
  }

  read(person, conversation) {
    const last = [...(this.messages.get(conversation)?.keys() ?? [])].at(-1) ?? "";
    this.seen.set(`${person}/${conversation}`, last);
  }

  /** How many messages by others are new to this person; of replies, those to their own messages. */
  unread(person, conversation) {
    const last = this.seen.get(`${person}/${conversation}`) ?? "";
    const concerns = (one) => !one.thread_ts || this.messages.get(conversation).get(one.thread_ts)?.user === person;
    return this.messagesFor(person, conversation).filter((one) => one.ts > last && one.user !== person && concerns(one)).length;
  }
}
