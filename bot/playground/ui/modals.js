// The modals that one person has open. The topmost is shown, and keeps what was filled in.

import { h, icon, ICONS } from "./dom.js";
import { text } from "./mrkdwn.js";
import { emptyForm, filledValues, redraw, viewPlace } from "./views.js";

export class Modals {
  constructor(pane) {
    this.pane = pane;
    this.forms = new Map(); // by view
    this.element = h("div", { class: "curtain", hidden: true });
  }

  get top() {
    return this.pane.app.workspace.modals.get(this.pane.person)?.at(-1);
  }

  draw() {
    const view = this.top;
    if (view === this.view) return;
    const isNew = view?.id !== this.view?.id;
    const before = this.view;
    this.view = view;
    if (view && !before) this.opener = document.activeElement;
    this.element.hidden = !view;
    this.pane.body.inert = Boolean(view);
    if (!view) this.close();
    else if (isNew) this.show(view, before);
    else {
      this.drawFrame(view);
      redraw(this.blocks, view, this.place({}));
    }
  }

  close() {
    this.forms.clear();
    this.element.replaceChildren();
    const opener = this.opener?.isConnected && this.opener !== document.body ? this.opener : this.pane.composer.field;
    opener.focus({ preventScroll: true });
  }

  place(errors) {
    if (!this.forms.has(this.view.id)) this.forms.set(this.view.id, emptyForm());
    return viewPlace(this.pane, this.view, this.forms.get(this.view.id), errors);
  }

  show(view) {
    this.header = h("header", {});
    this.blocks = h("div", { class: "blocks", tabindex: "0" });
    this.footer = h("footer", { class: "row end" });
    const form = h("form", { novalidate: true }, this.header, this.blocks, this.footer);
    this.box = h("div", { class: "modal", role: "dialog", tabindex: "-1" }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element.replaceChildren(this.box);
    this.drawFrame(view);
    redraw(this.blocks, view, this.place({}));
    const first = this.blocks.querySelector("[data-focus], input, textarea, select");
    (first ?? this.box).focus();
  }

  drawFrame(view) {
    const { reader } = this.pane;
    const depth = this.pane.app.workspace.modals.get(this.pane.person).length;
    const close = h("button", { type: "button", class: "square", "aria-label": "Close", onclick: () => this.dismiss(true) }, icon(ICONS.close));
    const back = depth > 1 && !view.clear_on_close && h("button", { type: "button", class: "button", onclick: () => this.dismiss() }, "Back");
    this.box.setAttribute("aria-label", view.title.text);
    this.header.replaceChildren(h("h2", {}, ...text(view.title, reader)), close);
    const cancel = h("button", { type: "button", class: "button", onclick: () => this.dismiss() }, view.close ? view.close.text : "Close");
    const submit = view.submit && h("button", { type: "submit", class: "button primary" }, view.submit.text);
    this.footer.replaceChildren(...[back || cancel, submit].filter(Boolean));
  }

  dismiss(everything = false) {
    return this.pane.app.act("dismiss", { as: this.pane.person, everything });
  }

  async submit() {
    const { view } = this;
    const place = this.place({});
    if (!view?.submit) return;
    this.footer.setAttribute("aria-busy", "true");
    const values = filledValues(view, this.forms.get(view.id));
    const answer = await this.pane.app.act("submit", { as: this.pane.person, values });
    this.footer.removeAttribute("aria-busy");
    if (this.view !== view || !answer.errors || !Object.keys(answer.errors).length) return;
    redraw(this.blocks, view, { ...place, errors: answer.errors });
    this.blocks.querySelector("[aria-invalid]")?.focus();
  }
}
