#!/usr/bin/env bash
# cel-expr-python 0.1.3 (cel-cpp)
#
# Behaviour: an expression that fails raises nothing. eval() returns a value of type ERROR whose value() is the
# message, as str; a text with the same words would look the same, and is true in a condition of Python. Constants
# that can never work, such as a pattern which is no regular expression, get through compile() and fail in this way at
# every evaluation.
# Seen: compile() takes all three; eval() returns str, type ERROR, and bool() of it is True.
# Expected: an exception, or a class of its own; a constant pattern and time stamp looked at when compiling.
# What to do: look at value().type() before value(), always. Tell "no such key" (NOT_FOUND: the data lack it) from the
# other errors (the expression is wrong), and try each expression on full data when it is loaded.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages cel-expr-python==0.1.3

cat >look.py <<'PYTHON'
from cel_expr_python import cel

environment = cel.NewEnv(variables={"facts": cel.Type.DYN})
for expression in ("'abc'.matches('[')", "timestamp('2027-08-02').getFullYear() > 2000", "facts.missing"):
    result = environment.compile(expression).eval(data={"facts": {}})
    value = result.value()
    print(type(value).__name__, result.type().name(), bool(value), value.partition(":")[0])
PYTHON
"$python" look.py >seen
still "pattern that is none: type, CEL type, truth, kind" "str ERROR True INVALID_ARGUMENT" "$(sed -n 1p seen)"
still "date without time: type, CEL type, truth, kind" "str ERROR True INVALID_ARGUMENT" "$(sed -n 2p seen)"
still "missing key: type, CEL type, truth, kind" "str ERROR True NOT_FOUND" "$(sed -n 3p seen)"
