// The bot's App Home, as one person sees it.

import { h } from "./dom.js";
import { emptyForm, redraw, viewPlace } from "./views.js";

export class Home {
  constructor(pane) {
    this.pane = pane;
    this.element = h("div", { class: "home blocks", hidden: true, tabindex: "0", role: "region", "aria-label": "Home" });
  }

  draw() {
    const view = this.pane.app.workspace.homes.get(this.pane.person);
    if (view === this.view && view) return;
    if (view?.id !== this.view?.id) this.form = emptyForm();
    this.view = view;
    if (view) redraw(this.element, view, viewPlace(this.pane, view, this.form));
    else this.element.replaceChildren(h("p", { class: "faint" }, "Nothing here yet."));
  }
}
