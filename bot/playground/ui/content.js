// The smallest parts of Block Kit: text objects and pictures.

import { h, icon, ICONS } from "./dom.js";
import { mrkdwn, plainText } from "./mrkdwn.js";

/** Turn a text object into nodes. */
export function text(object, reader) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, reader) : plainText(object.text, object.emoji !== false);
}

/** Draw an image. The page loads nothing from outside, so any but an inline image is shown by its description. */
export function picture(image, className, caption = null) {
  const isInline = (image.image_url ?? "").startsWith("data:image/");
  const drawing = isInline
    ? h("img", { src: image.image_url, alt: image.alt_text })
    : h("span", { class: "unfetched", role: "img", "aria-label": image.alt_text }, icon(ICONS.picture), h("span", {}, image.alt_text));
  return h("figure", { class: className }, caption, drawing);
}
