#!/usr/bin/env bash
# date-holidays 3.37.0, @hyunbinseo/holidays-kr 5.2027.1 (npm)
#
# Behaviour: the Korean New Year is three free days: the day before, the day itself, the day after. date-holidays has
# three days too, but begins with the day itself. The eve is a working day for it, and the second day after is free.
# Chuseok, which is just as long, begins with its eve.
# Seen: 2025: 29, 30, 31 January, in the official gazette 28, 29, 30; 2026: 17, 18, 19 February instead of 16, 17, 18.
# Chuseok of 2026: the same in both.
# Expected: the days of the gazette.
# What to do: for terms that end on a working day in Korea, take data that follow the gazette; it also has the days that
# a government adds for one year.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
node_packages date-holidays@3.37.0 @hyunbinseo/holidays-kr@5.2027.1

cat >look.mjs <<'JS'
import { getHolidayPreset } from "@hyunbinseo/holidays-kr";
import Holidays from "date-holidays";
const DAY = 24 * 60 * 60 * 1000;
const inSeoul = (time) => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Seoul" }).format(time);
const korea = new Holidays("KR");
for (const [year, name] of [["2025", "설날"], ["2026", "설날"], ["2026", "추석"]]) {
  const feast = korea.getHolidays(year, "ko").find((day) => day.name === name);
  const theirs = [];
  for (let time = feast.start.getTime(); time < feast.end.getTime(); time += DAY) theirs.push(inSeoul(time).slice(5));
  const named = Object.entries(await getHolidayPreset(year)).filter(([, [first]]) => first.startsWith(name));
  console.log(`${theirs.join(" ")} / ${named.map(([day]) => day.slice(5)).join(" ")}`);
}
JS
{ read -r first; read -r second; read -r autumn; } < <(node look.mjs)
still "New Year of 2025, here and in the gazette" "01-29 01-30 01-31 / 01-28 01-29 01-30" "$first"
still "New Year of 2026" "02-17 02-18 02-19 / 02-16 02-17 02-18" "$second"
still "Chuseok of 2026" "09-24 09-25 09-26 / 09-24 09-25 09-26" "$autumn"
