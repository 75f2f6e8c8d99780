// Draw rich text blocks (docs.slack.dev/reference/block-kit/blocks/rich-text-block).

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** Turn sections, lists, quotes and preformatted text into nodes. */
export function richText(elements, reader) {
  return elements.map((element) => {
    const children = (element.elements ?? []).flatMap((part) => drawPart(part, reader));
    if (element.type === "rich_text_preformatted") return h("pre", { tabindex: "0" }, h("code", {}, ...children));
    if (element.type === "rich_text_quote") return h("blockquote", {}, ...children);
    if (element.type === "rich_text_list") return list(element, reader);
    return h("p", {}, ...children);
  });
}

function list(element, reader) {
  const items = (element.elements ?? []).map((item) => h("li", {}, ...(item.elements ?? []).flatMap((part) => drawPart(part, reader))));
  const node = h(element.style === "ordered" ? "ol" : "ul", {}, ...items);
  node.style.setProperty("--indent", String(element.indent ?? 0));
  return node;
}

function drawPart(part, reader) {
  switch (part.type) {
    case "text": return withStyle(part.text, part.style);
    case "link": return mrkdwn(`<${part.url}|${part.text ?? part.url}>`, reader);
    case "emoji": return emoji(part.name) ?? `:${part.name}:`;
    case "user": return mrkdwn(`<@${part.user_id}>`, reader);
    case "channel": return mrkdwn(`<#${part.channel_id}>`, reader);
    case "broadcast": return mrkdwn(`<!${part.range}>`, reader);
    case "date": return mrkdwn(`<!date^${part.timestamp}^${part.format}|${part.fallback ?? ""}>`, reader);
    default: return "";
  }
}

function withStyle(text, style = {}) {
  const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(tags).reduce((node, [name, tag]) => (style[name] ? h(tag, {}, node) : node), h("span", { class: "as-is" }, text));
}
