// The page's copy of the workspace, and which messages each person has read.

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

  /** Take over the whole state, on opening the page and after a restart. */
  begin(state) {
    this.conference = state.conference;
    this.sessions = state.sessions.map((session) => ({ ...session, start: Date.parse(session.start) }));
    this.commands = state.commands;
    this.shortcuts = state.shortcuts;
    this.hasHome = state.has_home;
    this.bot = state.bot;
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.conversations = new Map(state.conversations.map((conversation) => [conversation.id, conversation]));
    this.messages = new Map(state.conversations.map(({ id }) => [id, new Map()]));
    for (const message of state.messages) this.messages.get(message.channel)?.set(message.ts, message);
    this.homes = new Map(Object.entries(state.homes));
    this.modals = new Map(Object.entries(state.modals));
    this.seen.clear();
    for (const person of this.actors()) this.conversationsOf(person.id).forEach(({ id }) => this.read(person.id, id));
    this.setClock(state.clock);
  }

  /** Apply one change. */
  change(change) {
    if (change.type === "clock") this.setClock(change.clock);
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

  setClock(clock) {
    this.clock = { conference: Date.parse(clock.conference), at: performance.now(), speed: clock.speed };
  }

  /** Return conference time in milliseconds since 1970. */
  now() {
    return this.clock.conference + (performance.now() - this.clock.at) * this.clock.speed;
  }

  /** Find the next session that is more than ten minutes away. */
  nextSession() {
    return this.sessions.find((session) => session.start - 600_000 > this.now());
  }

  /** List the people one can act as. */
  actors() {
    return [...this.people.values()].filter((person) => !person.is_bot && person.id !== "USLACKBOT");
  }

  conversationsOf(person) {
    return [...this.conversations.values()].filter((conversation) => conversation.members.includes(person));
  }

  /** Return the name that a conversation has for this person. */
  nameOf(conversation, person) {
    if (conversation.kind !== "im") return conversation.name;
    const other = conversation.members.find((member) => member !== person) ?? person;
    return other === this.bot ? this.people.get(other).name : this.people.get(other).real_name;
  }

  isWithBot(conversation) {
    return conversation?.kind === "im" && conversation.members.includes(this.bot);
  }

  /** List the messages that a person sees in a conversation, with replies, oldest first. */
  messagesFor(person, conversation) {
    const messages = [...(this.messages.get(conversation)?.values() ?? [])];
    return messages.filter((message) => this.isVisible(message, person));
  }

  isVisible(message, person) {
    return (!message.only_to || message.only_to === person) && !this.hidden.has(message.ts);
  }

  read(person, conversation) {
    const last = [...(this.messages.get(conversation)?.keys() ?? [])].at(-1) ?? "";
    this.seen.set(`${person}/${conversation}`, last);
  }

  /** Count messages by others that this person has not read. Replies count only below the person's own messages. */
  unread(person, conversation) {
    const last = this.seen.get(`${person}/${conversation}`) ?? "";
    const concerns = (message) => !message.thread_ts || this.messages.get(conversation).get(message.thread_ts)?.user === person;
    return this.messagesFor(person, conversation).filter((message) => message.ts > last && message.user !== person && concerns(message)).length;
  }
}
