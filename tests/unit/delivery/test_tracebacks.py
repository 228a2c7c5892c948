"""Tracebacks for logs: classes and places, and nothing that was being worked on."""

from agents.delivery.tracebacks import without_content


def _fail(secret: str) -> None:
    raise ValueError(secret)


def _fail_because(secret: str) -> None:
    try:
        _fail(secret)
    except ValueError as error:
        raise KeyError(secret) from error


def _described(secret: str) -> str:
    try:
        _fail_because(secret)
    except KeyError as error:
        return without_content(error)
    return ""


def test_the_classes_and_places_of_an_error_and_its_cause_are_named() -> None:
    lines = _described("secret").splitlines()
    assert lines[0] == "builtins.KeyError, raised"
    assert "test_tracebacks.py" in lines[1]
    assert lines[1].endswith("in _fail_because")
    assert "because of" in lines
    assert "builtins.ValueError, raised" in lines
    assert lines.index("because of") < lines.index("builtins.ValueError, raised")


def test_what_the_error_quotes_is_not_shown() -> None:
    assert "jane.doe" not in _described("jane.doe@example.org")


def test_an_error_that_is_its_own_cause_is_described_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert without_content(first).count("ValueError") == 1
