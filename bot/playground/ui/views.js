// The blocks of a view (a modal or the App Home), and what a person has filled in.

import { drawBlock } from "./blocks.js";

/** Return what blocks of this view need to be drawn and used. `form` keeps choices by "block/action" when the view is drawn again. */
export function viewPlace(pane, view, form, errors = {}) {
  const { app, person, reader } = pane;
  const key = (block, element) => `${block.block_id}/${element.action_id}`;
  const named = (block, element) => ({ as: person, view: view.id, block_id: block.block_id, action_id: element.action_id });
  return {
    key: view.id,
    reader,
    errors,
    labels: form.labels,
    kept: (block, element, first) => (form.choices.has(key(block, element)) ? form.choices.get(key(block, element)) : first),
    keep: (block, element, choice) => form.choices.set(key(block, element), choice),
    use: (block, element, choice) => {
      if (!["button", "overflow"].includes(element.type)) form.choices.set(key(block, element), choice);
      if (block.type === "input" && !block.dispatch_action) return Promise.resolve();
      return app.act("click", { ...named(block, element), choice });
    },
    suggest: async (block, element, typed) => (await app.act("suggest", { ...named(block, element), typed })).groups ?? [],
  };
}

export const emptyForm = () => ({ choices: new Map(), labels: new Map() });

/** Return the values of the inputs that a person has used, by block and action. */
export function filledValues(view, form) {
  const values = {};
  for (const block of view.blocks.filter(({ type }) => type === "input")) {
    const key = `${block.block_id}/${block.element.action_id}`;
    if (form.choices.has(key)) values[block.block_id] = { [block.element.action_id]: form.choices.get(key) };
  }
  return values;
}

/** Draw the view's blocks into an element and keep the focus and the scroll position. */
export function redraw(element, view, place) {
  const focused = document.activeElement;
  const focusedAt = element.contains(focused) ? [focused.closest("[data-block]")?.dataset.block, focused.closest("[data-action]")?.dataset.action] : null;
  const { scrollTop } = element;
  element.replaceChildren(...view.blocks.map((block) => drawBlock(block, place)));
  element.scrollTop = scrollTop;
  if (!focusedAt) return;
  const [blockId, actionId] = focusedAt.map((id) => CSS.escape(id ?? ""));
  const redrawn = element.querySelector(`[data-block="${blockId}"] [data-action="${actionId}"]`);
  (redrawn?.matches("input, select, textarea, button, a") ? redrawn : redrawn?.querySelector("input, select, textarea, button"))?.focus();
}
