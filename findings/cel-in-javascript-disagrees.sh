#!/usr/bin/env bash
# cel-js 0.8.2, @marcbachmann/cel-js 8.0.0, @bufbuild/cel 0.6.1 (npm)
#
# Behaviour: three implementations of the Common Expression Language give three sets of answers to short expressions.
# In cel-js integers are floating-point numbers, `||` needs its left side, and texts have no functions; in
# @marcbachmann/cel-js an integer and a floating-point literal cannot be compared, and matches() takes the expressions
# of JavaScript, not those of RE2.
# Seen:                          cel-js    @marcbachmann   @bufbuild
#   5 / 2                        2.5       2               2
#   missing || true              error     true            true
#   1 == 1.0                     true      error           true
#   "a".startsWith("a")          error     true            true
#   "a".matches("^(?i)A$")       error     error           true
# Expected: what the language's definition says, which is the last column.
# What to do: try the rules that are shared between programs with each of them before they are relied on.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
node_packages cel-js@0.8.2 @marcbachmann/cel-js@8.0.0 @bufbuild/cel@0.6.1

cat >ask.mjs <<'JS'
import * as first from "cel-js";
import * as second from "@marcbachmann/cel-js";
import * as third from "@bufbuild/cel";
const facts = { sent: { label: "1" } };
const answer = (evaluate, expression) => {
  try {
    const value = evaluate(expression, facts);
    return value === null || typeof value === "object" ? "error" : String(value);
  } catch {
    return "error";
  }
};
for (const expression of ["5 / 2", "sent.missing || true", "1 == 1.0", '"a".matches("^(?i)A$")', '"a".startsWith("a")']) {
  console.log([first.evaluate, second.evaluate, third.run].map((evaluate) => answer(evaluate, expression)).join(" "));
}
JS
{ read -r division; read -r missing; read -r numbers; read -r pattern; read -r start; } < <(node ask.mjs)
still "5 / 2" "2.5 2 2" "$division"
still "missing || true" "error true true" "$missing"
still "1 == 1.0" "true error true" "$numbers"
still 'matches("^(?i)A$")' "error error true" "$pattern"
still 'startsWith("a")' "error true true" "$start"
