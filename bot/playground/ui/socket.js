// The WebSocket to the playground: actions go out and are answered, changes come in.

export class Socket {
  /** `onChange(change)` is called with every change; `onLost(isLost)` when the connection breaks and when it is back. */
  constructor(onChange, onLost) {
    this.onChange = onChange;
    this.onLost = onLost;
    this.waiting = new Map();
    this.number = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/live`);
    this.socket.addEventListener("open", () => this.onLost(false));
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => {
      this.onLost(true);
      for (const resolve of this.waiting.values()) resolve({ failure: "connection_lost" });
      this.waiting.clear();
      setTimeout(() => this.open(), 1000);
    });
  }

  receive(change) {
    if (change.type !== "answer") {
      this.onChange(change);
      return;
    }
    this.waiting.get(change.id)?.(change);
    this.waiting.delete(change.id);
  }

  /** Do something on a person's behalf. Resolves to the answer, with `failure` when it went wrong. */
  act(action, details = {}) {
    const id = ++this.number;
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ failure: "connection_lost" });
    this.socket.send(JSON.stringify({ id, do: action, ...details }));
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }
}
