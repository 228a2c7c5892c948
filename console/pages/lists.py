"""Lists: today's work, the queue, alerts, cases, clocks, accounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from console.pages.answering import framed, json_of, page_routes
from console.parts import ConsoleParts
from console.people import Person
from console.readmodel.asking import DeskQuestions
from console.readmodel.shown import (
    AccountPage,
    CasePage,
    ClockPage,
    QueueFilter,
    QueuePage,
)
from pipeline.events.outputs import SEVERITIES, ClockState

__all__ = ["routes"]

_NOT_FOUND: Final = 404
_MEDIA: Final = ("image", "video", "audio", "text", "application", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """A page that shows the answer to one question.

    Args:
        path: where.
        template: by what.
        at: which entry of the navigation it belongs to.
        ask: the question, with what the request says of it.
        more: what else the template needs.
    """

    path: str
    template: str
    at: str
    ask: Callable[[DeskQuestions, Request], object]
    more: Mapping[str, object] = field(default_factory=dict)


def _queue(ask: DeskQuestions, request: Request) -> QueuePage:
    given = request.query_params
    wanted = QueueFilter(law=given.get("law", ""), severity=given.get("severity", ""), media=given.get("media", ""))
    return ask.queue(wanted, given.get("after"))


def _cases(ask: DeskQuestions, request: Request) -> CasePage:
    return ask.cases(request.query_params.get("kind", ""), request.query_params.get("after"))


def _clocks(ask: DeskQuestions, request: Request) -> ClockPage:
    return ask.clocks(request.query_params.get("state", "open"), request.query_params.get("after"))


def _account(ask: DeskQuestions, request: Request) -> AccountPage:
    return ask.account(request.path_params["uid"])


_LISTINGS: Final = (
    _Listing(path="/", template="today.html", at="today", ask=lambda ask, _: ask.today()),
    _Listing(
        path="/queue",
        template="queue.html",
        at="queue",
        ask=_queue,
        more={"severities": SEVERITIES, "media": _MEDIA},
    ),
    _Listing(path="/cases", template="cases.html", at="cases", ask=_cases),
    _Listing(path="/clocks", template="clocks.html", at="clocks", ask=_clocks, more={"states": get_args(ClockState)}),
    _Listing(path="/accounts", template="accounts.html", at="accounts", ask=lambda ask, _: ask.accounts()),
    _Listing(path="/accounts/{uid}", template="accounts.html", at="accounts", ask=_account),
)


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """The lists, and what they lead to."""
    return [route for listing in _LISTINGS for route in _shown(parts, listing)]


def _shown(parts: ConsoleParts, listing: _Listing) -> Sequence[BaseRoute]:
    def html(request: Request, person: Person | None) -> Response:
        values = {**listing.more, "page": listing.ask(parts.questions, request)}
        return framed(parts, request, person, listing.template, listing.at, values)

    def json(request: Request, _: Person | None) -> Response:
        return json_of(listing.ask(parts.questions, request))

    return page_routes(parts, listing.path, html, json)
