// A view's blocks, a modal's or the App Home's, and what a person has filled in there.

import { block } from "./blocks.js";

/** Where a view's blocks stand; `form` keeps choices by "block/action" while the view is drawn anew. */
export function viewPlace(pane, view, form, errors = {}) {
  const { app, person, reader } = pane;
  const key = (one, element) => `${one.block_id}/${element.action_id}`;
  const named = (one, element) => ({ as: person, view: view.id, block_id: one.block_id, action_id: element.action_id });
  return {
    key: view.id,
    reader,
    errors,
    labels: form.labels,
    kept: (one, element, first) => (form.choices.has(key(one, element)) ? form.choices.get(key(one, element)) : first),
    keep: (one, element, choice) => form.choices.set(key(one, element), choice),
    use: (one, element, choice) => {
      if (!["button", "overflow"].includes(element.type)) form.choices.set(key(one, element), choice);
      if (one.type === "input" && !one.dispatch_action) return Promise.resolve();
      return app.act("click", { ...named(one, element), choice });
    },
    suggest: async (one, element, typed) => (await app.act("suggest", { ...named(one, element), typed })).groups ?? [],
  };
}

export const emptyForm = () => ({ choices: new Map(), labels: new Map() });

/** What stands in the inputs that a person has touched, as the stage takes it. */
export function filled(view, form) {
  const values = {};
  for (const one of view.blocks.filter((each) => each.type === "input")) {
    const key = `${one.block_id}/${one.element.action_id}`;
    if (form.choices.has(key)) values[one.block_id] = { [one.element.action_id]: form.choices.get(key) };
  }
  return values;
}

/** Draw the view's blocks into an element, keeping where one is. */
export function redraw(element, view, place) {
  const held = document.activeElement;
  const inside = element.contains(held) ? [held.closest("[data-block]")?.dataset.block, held.closest("[data-action]")?.dataset.action] : null;
  const { scrollTop } = element;
  element.replaceChildren(...view.blocks.map((one) => block(one, place)));
  element.scrollTop = scrollTop;
  if (!inside) return;
  const [blockId, actionId] = inside.map((id) => CSS.escape(id ?? ""));
  const again = element.querySelector(`[data-block="${blockId}"] [data-action="${actionId}"]`);
  (again?.matches("input, select, textarea, button, a") ? again : again?.querySelector("input, select, textarea, button"))?.focus();
}
