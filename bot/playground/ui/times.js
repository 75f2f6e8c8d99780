// Times as a person reads them, in that person's time zone.

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key);
}

export const time = (moment, zone) => format(zone, { hour: "2-digit", minute: "2-digit" }).format(moment);
export const seconds = (moment, zone) => format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(moment);
export const longDay = (moment, zone) => format(zone, { weekday: "long", day: "numeric", month: "long" }).format(moment);
export const shortDay = (moment, zone) => format(zone, { weekday: "short", day: "numeric", month: "short" }).format(moment);

/** Format a moment as `2019-03-05T10:20`, for a field that takes a local time. */
export function wall(moment, zone) {
  const parts = format(zone, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const part = Object.fromEntries(parts.formatToParts(moment).map((item) => [item.type, item.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** Return the moment at which clocks in a zone show `2019-03-05T10:20`, in milliseconds since 1970. */
export function momentOf(text, zone) {
  const asUtc = Date.parse(`${text}:00Z`);
  const offset = Date.parse(`${wall(asUtc, zone)}:00Z`) - asUtc;
  return asUtc - offset;
}

/** Return the place in a zone's name: `New York`. */
export const place = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

/** Fill in Slack's `<!date^…>` pattern for a reader, with the fields that the bot uses (docs.slack.dev/messaging/formatting-message-text). */
export function fill(pattern, moment, zone, now) {
  const fields = {
    date_short_pretty: () => relativeDay(moment, zone, now) ?? format(zone, { day: "numeric", month: "short", year: "numeric" }).format(moment),
    time: () => time(moment, zone),
  };
  return pattern.replace(/\{(\w+)\}/g, (all, name) => fields[name]?.() ?? all);
}

function relativeDay(moment, zone, now) {
  const day = (at) => Date.parse(`${wall(at, zone).slice(0, 10)}T00:00:00Z`) / 86_400_000;
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[day(moment) - day(now)];
}
