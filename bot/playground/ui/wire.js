// The wire to the stage: acts go out and are answered, changes come in.

export class Wire {
  /** `hear(change)` gets every change; `lost(isLost)` hears when the wire breaks and comes back. */
  constructor(hear, lost) {
    this.hear = hear;
    this.lost = lost;
    this.waiting = new Map();
    this.number = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/live`);
    this.socket.addEventListener("open", () => this.lost(false));
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => {
      this.lost(true);
      for (const settle of this.waiting.values()) settle({ failure: "connection_lost" });
      this.waiting.clear();
      setTimeout(() => this.open(), 1000);
    });
  }

  receive(change) {
    if (change.type !== "answer") {
      this.hear(change);
      return;
    }
    this.waiting.get(change.id)?.(change);
    this.waiting.delete(change.id);
  }

  /** Do something on a person's behalf; gives the answer, with `failure` when it went wrong. */
  act(what, more = {}) {
    const id = ++this.number;
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ failure: "connection_lost" });
    this.socket.send(JSON.stringify({ id, do: what, ...more }));
    return new Promise((settle) => this.waiting.set(id, settle));
  }
}
