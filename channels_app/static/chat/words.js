// The page's texts and settings, as the server wrote them into it, and times in its language.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
export const config = read("config");
const texts = read("texts");

export function say(key, values = {}) {
  return texts[key].replace(/%%|%\((\w+)\)s/g, (found, name) => (found === "%%" ? "%" : String(values[name])));
}

const clock = new Intl.DateTimeFormat(config.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(config.language, { day: "numeric", month: "numeric", year: "numeric" });

// "14:05", with the date where it is not today.
export function timeOf(iso) {
  const at = new Date(iso);
  const isToday = day.format(at) === day.format(new Date());
  return isToday ? clock.format(at) : `${clock.format(at)} ${day.format(at)}`;
}
