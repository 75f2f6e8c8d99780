// Turn Slack's mrkdwn into nodes (docs.slack.dev/messaging/formatting-message-text).

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { fill } from "./times.js";

const SAFE = /^(https?:|mailto:|tel:)/i;
const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\n]+)>",
    ":(?<emoji>[a-z0-9_+'-]+(?:::skin-tone-\\d)?):",
    "(?<![\\w*])\\*(?=[^\\s*])(?<bold>[^\\n]*?[^\\s*]|[^\\s*])\\*(?![\\w*])",
    "(?<![\\w_])_(?=[^\\s_])(?<italic>[^\\n]*?[^\\s_]|[^\\s_])_(?![\\w_])",
    "(?<![\\w~])~(?=[^\\s~])(?<strike>[^\\n]*?[^\\s~]|[^\\s~])~(?![\\w~])",
    "(?<url>https?:\\/\\/[^\\s<>|]+[^\\s<>|.,;:!?)\\]])",
  ].join("|"),
);

/** Turn a mrkdwn text into nodes for a reader: `{workspace, person, openConversation}`. */
export function mrkdwn(text, reader) {
  return text.split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((part, index) => {
    if (index % 2) return [h("pre", { tabindex: "0" }, h("code", {}, unescape(part)))];
    return part ? quotes(part, reader) : [];
  });
}

/** Turn a plain text into nodes. Only emoji shortcodes are replaced. */
function plainText(text, withEmoji = true) {
  if (!withEmoji) return [text];
  return text.split(/(:[a-z0-9_+'-]+:)/).map((part) => (part.startsWith(":") && emoji(part.slice(1, -1))) || part);
}

/** Turn Block Kit's text object into nodes. */
export function text(object, reader) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, reader) : plainText(object.text, object.emoji !== false);
}

/** Plain words of a mrkdwn text, for a label or a preview. */
export function words(text, reader) {
  return h("span", {}, ...mrkdwn(text, reader)).textContent;
}

function quotes(text, reader) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, ...lines(quoted, reader)));
    quoted = [];
  };
  let open = [];
  const flushOpen = () => {
    if (open.length) nodes.push(...lines(open, reader));
    open = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      flushOpen();
      quoted.push(quote[1]);
    } else {
      flush();
      open.push(line);
    }
  }
  flush();
  flushOpen();
  return nodes;
}

function lines(rows, reader) {
  return rows.flatMap((line, index) => [...(index ? [h("br")] : []), ...inline(line, reader)]);
}

function inline(text, reader) {
  const nodes = [];
  let rest = text;
  for (let match = INLINE.exec(rest); match; match = INLINE.exec(rest)) {
    if (match.index) nodes.push(unescape(rest.slice(0, match.index)));
    nodes.push(token(match, reader));
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest) nodes.push(unescape(rest));
  return nodes;
}

function token(match, reader) {
  const { code, angle, emoji: shortcode, bold, italic, strike, url } = match.groups;
  if (code !== undefined) return h("code", {}, unescape(code));
  if (bold !== undefined) return h("strong", {}, ...inline(bold, reader));
  if (italic !== undefined) return h("em", {}, ...inline(italic, reader));
  if (strike !== undefined) return h("s", {}, ...inline(strike, reader));
  if (url !== undefined) return link(url, url);
  if (shortcode !== undefined) return emoji(shortcode) ?? unescape(match[0]);
  return angleBrackets(angle, reader);
}

/** Draw a mention, a date or a link in angle brackets. */
function angleBrackets(inside, reader) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (target.startsWith("@")) return personMention(target.slice(1), label, reader);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, reader);
  if (target.startsWith("!date^")) return date(target, label, reader);
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${label || target.slice(1).split("^")[0]}`);
  return link(target, label || target);
}

function personMention(id, label, reader) {
  const person = reader.workspace.people.get(id);
  const isReader = id === reader.person;
  return h("span", { class: isReader ? "mention you" : "mention" }, `@${person?.name ?? (label || id)}`);
}

function channelMention(id, label, reader) {
  const name = `#${reader.workspace.conversations.get(id)?.name ?? (label || id)}`;
  return h("button", { type: "button", class: "mention", onclick: () => reader.openConversation?.(id) }, name);
}

function date(target, fallback, reader) {
  const [, stamp, pattern, url] = target.split("^");
  const zone = reader.workspace.people.get(reader.person)?.zone ?? "UTC";
  const moment = Number(stamp) * 1000;
  if (!Number.isFinite(moment) || !pattern) return unescape(fallback);
  const shown = fill(pattern, moment, zone, reader.workspace.now());
  const element = h("time", { datetime: new Date(moment).toISOString(), title: unescape(fallback) }, shown);
  return url && SAFE.test(url) ? h("a", { href: unescape(url), target: "_blank", rel: "noopener noreferrer" }, element) : element;
}

function link(target, label) {
  if (!SAFE.test(target)) return unescape(label);
  const shown = label === target ? unescape(target.replace(/^mailto:/, "")) : unescape(label);
  return h("a", { href: unescape(target), target: "_blank", rel: "noopener noreferrer" }, shown);
}

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
