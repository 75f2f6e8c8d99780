// Rich text blocks as nodes (docs.slack.dev/reference/block-kit/blocks/rich-text-block).

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** Nodes of sections, lists, quotes and preformatted text. */
export function richText(elements, reader) {
  return elements.map((one) => {
    const inside = (one.elements ?? []).flatMap((each) => piece(each, reader));
    if (one.type === "rich_text_preformatted") return h("pre", { tabindex: "0" }, h("code", {}, ...inside));
    if (one.type === "rich_text_quote") return h("blockquote", {}, ...inside);
    if (one.type === "rich_text_list") return list(one, reader);
    return h("p", {}, ...inside);
  });
}

function list(one, reader) {
  const items = (one.elements ?? []).map((item) => h("li", {}, ...(item.elements ?? []).flatMap((each) => piece(each, reader))));
  const drawn = h(one.style === "ordered" ? "ol" : "ul", {}, ...items);
  drawn.style.setProperty("--indent", String(one.indent ?? 0));
  return drawn;
}

function piece(one, reader) {
  switch (one.type) {
    case "text": return styled(one.text, one.style);
    case "link": return mrkdwn(`<${one.url}|${one.text ?? one.url}>`, reader);
    case "emoji": return emoji(one.name) ?? `:${one.name}:`;
    case "user": return mrkdwn(`<@${one.user_id}>`, reader);
    case "channel": return mrkdwn(`<#${one.channel_id}>`, reader);
    case "broadcast": return mrkdwn(`<!${one.range}>`, reader);
    case "date": return mrkdwn(`<!date^${one.timestamp}^${one.format}|${one.fallback ?? ""}>`, reader);
    default: return "";
  }
}

function styled(text, style = {}) {
  const wrap = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(wrap).reduce((node, [name, tag]) => (style[name] ? h(tag, {}, node) : node), h("span", { class: "as-is" }, text));
}
