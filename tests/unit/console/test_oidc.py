"""Logins by OpenID Connect, by a provider that is not ours, over HTTP: who it vouches for, and nobody else."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from joserfc.jwk import OctKey, RSAKey

from agents.oidc_settings import OidcSettings
from agents.settings import ConsoleSettings
from console.oidc import OidcProvider, pseudonym_of
from pipeline.errors import OperatorError
from pipeline.events.identity import event_uid
from pipeline.events.intake import intake_review_act
from tests.unit.console.browsing import FRESH, Console, form_of, hidden
from tests.unit.console.happenings import Happenings
from tests.unit.console.provider import (
    DISCOVERY,
    KEYS,
    TOKEN,
    USERINFO,
    Claims,
    Provider,
    come_back,
    go_to,
    log_in,
    running_provider,
)

UID = event_uid("//feed.example", "held")


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    """The provider, without faults before and after."""
    yield running
    running.claims = running.key = None
    running.changed = {}
    running.header, running.is_away = {"alg": "RS256"}, False


@pytest.fixture
def day() -> Happenings:
    day = Happenings()
    day.operator("v-1", "viewer")
    day.operator("r-1", "reviewer", "complaints-officer")
    day.decide("held", "hold")
    return day


@pytest.fixture
def console(tmp_path: Path, provider: Provider, day: Happenings) -> Console:
    return opened(tmp_path, provider, day)


def opened(directory: Path, provider: Provider, day: Happenings, **settings: object) -> Console:
    asked = OidcSettings(issuer=provider.issuer, client_id="the-console", client_secret="s3cret", **settings)
    there = Console(directory, login="oidc", provider=OidcProvider(asked, now=time.time))
    there.learn(day)
    return there


def test_who_is_vouched_for_is_in_by_the_one_role_that_the_set_gives(console: Console, provider: Provider) -> None:
    browser = console.browser()
    assert browser.get("/queue", follow_redirects=False).headers["location"] == "/login?to=%2Fqueue"
    assert f"Log in by {provider.issuer}" in browser.get("/login?to=/queue").text
    answer = log_in(browser, "v-1", "/queue")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    text = browser.get(f"/queue/{UID}").text
    assert "v-1 · viewer" in text  # whatever roles the provider, or the browser, speaks of
    assert "may look, and not decide" in text


def test_the_code_is_bound_to_this_login_by_pkce_state_and_nonce(console: Console, provider: Provider) -> None:
    log_in(console.browser(), "v-1")
    asked, redeemed = provider.heard["/oauth2/authorize"], provider.heard["/oauth2/token"]
    digest = hashlib.sha256(redeemed["code_verifier"].encode()).digest()
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert len(redeemed["code_verifier"]) >= 43
    assert min(len(asked["state"]), len(asked["nonce"])) >= 20
    assert asked["redirect_uri"] == redeemed["redirect_uri"] == "http://127.0.0.1:8787/login/callback"
    assert asked["response_type"] == "code"


def test_who_has_several_roles_chooses_one_and_can_change_it(console: Console) -> None:
    browser = console.browser()
    assert log_in(browser, "r-1", "/queue").headers["location"] == "/login/role?to=%2Fqueue"
    assert browser.get("/queue", follow_redirects=False).headers["location"] == "/login/role?to=%2Fqueue"
    form = {"form": hidden(browser.get("/login/role").text, "form"), "to": "/queue"}
    assert browser.post("/login/role", data={**form, "role": "admin"}).status_code == 403
    assert browser.post("/login/role", data={"role": "reviewer"}).status_code == 403
    assert browser.post("/login/role", data={**form, "role": "reviewer"}).status_code == 200
    assert "r-1" in browser.get("/queue").text
    assert 'value="release"' in browser.get(f"/queue/{UID}").text
    browser.post("/login/role", data={**form, "role": "complaints-officer"})
    assert 'value="release"' not in browser.get(f"/queue/{UID}").text


def test_what_is_done_says_who_vouched_how_surely_and_when(console: Console, provider: Provider) -> None:
    provider.claims = lambda claims: {**claims, "acr": "urn:two-factors", "auth_time": 1_763_600_000}
    browser = console.browser()
    log_in(browser, "r-1")
    form = {"form": hidden(browser.get("/login/role").text, "form"), "role": "reviewer"}
    browser.post("/login/role", data=form)
    assert browser.post(f"/queue/{UID}/acts", data=form_of(browser, UID, "release")).status_code == 200
    (message,) = console.sent
    intake_review_act(message.value, message.headers)
    data = orjson.loads(message.value)["data"]
    at = "2025-11-20T00:53:20+00:00"
    assert data["auth"] == {"issuer": provider.issuer, "acr": "urn:two-factors", "at": at}
    assert data["actor"] == {"id": "r-1", "role": "reviewer"}


def test_whom_the_set_does_not_have_is_told_how_to_get_in(console: Console) -> None:
    browser = console.browser()
    answer = log_in(browser, "stranger")
    assert answer.status_code == 403
    assert "the operators set has nobody called stranger in any role" in answer.text
    assert "sealstream operators set stranger --role viewer" in answer.text
    assert browser.get("/queue.json").status_code == 401


def test_where_the_set_is_not_read_yet_nobody_is_called_unknown(console: Console) -> None:
    console.state = replace(FRESH, age=None, progress=0.4, trouble="the brokers are away")
    answer = log_in(console.browser(), "stranger")
    assert answer.status_code == 503
    assert "has not been read to its end" in answer.text
    assert "the brokers are away" in answer.text


def test_a_pseudonym_is_made_of_a_claim_by_a_key(tmp_path: Path, provider: Provider, day: Happenings) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"sixteen bytes and more\n")
    name = pseudonym_of(b"sixteen bytes and more", provider.issuer, "r@people.example")
    assert re.fullmatch(r"p-[0-9a-f]{20}", name)
    assert name != pseudonym_of(b"another key of some bytes", provider.issuer, "r@people.example")
    day.operator(name, "auditor")
    settings = {"claim": "email", "scopes": "openid email", "pseudonym_key_file": key}
    browser = opened(tmp_path, provider, day, **settings).browser()
    assert log_in(browser, "r-1").headers["location"] == "/"
    text = browser.get("/").text
    assert name in text
    assert "people.example" not in text


def test_a_claim_that_the_provider_does_not_give_is_named(tmp_path: Path, provider: Provider, day: Happenings) -> None:
    answer = log_in(opened(tmp_path, provider, day, claim="badge").browser(), "v-1")
    assert answer.status_code == 502
    assert "there is no claim badge" in answer.text


FORGED: dict[str, tuple[Callable[[Claims], Claims], str]] = {
    "for another": (lambda claims: {**claims, "aud": "another", "azp": "the-console"}, "cannot be believed (aud)"),
    "by another": (lambda claims: {**claims, "iss": "https://evil.example"}, "cannot be believed (iss)"),
    "of another login": (lambda claims: {**claims, "nonce": "another"}, "cannot be believed (nonce)"),
    "of no login": (lambda claims: {name: claims[name] for name in claims if name != "nonce"}, "(nonce)"),
    "ended": (lambda claims: {**claims, "exp": int(time.time()) - 90}, "ID token has ended"),
    "of the future": (lambda claims: {**claims, "iat": int(time.time()) + 90}, "ID token is of the future"),
    "about nobody": (lambda claims: {**claims, "sub": ""}, "there is no claim sub"),
}


@pytest.mark.parametrize("fault", FORGED)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(console: Console, provider: Provider, fault: str) -> None:
    provider.claims, why = FORGED[fault]
    browser = console.browser()
    answer = log_in(browser, "v-1")
    assert answer.status_code == 502
    assert why in answer.text
    assert browser.get("/queue.json").status_code == 401


@pytest.mark.parametrize("answer", [{}, None, [], {"keys": None}])
@pytest.mark.parametrize("path", [DISCOVERY, KEYS, TOKEN, USERINFO])
def test_an_answer_that_lacks_a_member_or_is_none_lets_nobody_in_and_is_told(
    tmp_path: Path, provider: Provider, day: Happenings, path: str, answer: object
) -> None:
    provider.changed[path] = lambda _: answer
    browser = opened(tmp_path, provider, day, claim="email").browser()
    begun = browser.get("/login/start", follow_redirects=False)
    if begun.status_code == 302:
        begun = browser.get(come_back(begun.headers["location"], "v-1"), follow_redirects=False)
    assert begun.status_code in {502, 503}
    assert "You are not logged in." in begun.text
    assert browser.get("/queue.json").status_code == 401


def test_a_clock_that_is_a_little_off_is_borne(console: Console, provider: Provider) -> None:
    provider.claims = lambda claims: {**claims, "iat": int(time.time()) + 30, "exp": int(time.time()) - 30}
    assert log_in(console.browser(), "v-1").status_code == 303


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({"alg": "HS256"}, OctKey.import_key("s3cret-that-the-provider-knows-too-0123")),
        ({"alg": "RS256"}, RSAKey.generate_key(2048)),
    ],
)
def test_a_token_by_any_other_key_is_not_believed(
    console: Console, provider: Provider, header: Claims, key: OctKey | RSAKey
) -> None:
    provider.claims, provider.header, provider.key = dict, header, key
    algorithms = {"id_token_signing_alg_values_supported": ["HS256", "RS256", "none"]}
    provider.changed[DISCOVERY] = lambda said: {**said, **algorithms}
    answer = log_in(console.browser(), "v-1")
    assert answer.status_code == 502
    assert "cannot be believed" in answer.text


@pytest.mark.parametrize(
    ("fault", "status", "why"),
    [
        ({"issuer": "https://evil.example"}, 502, "calls itself https://evil.example"),
        ({"token_endpoint": "http://evil.example/token"}, 502, "token_endpoint is not there, or is none of https"),
        ({"jwks_uri": None}, 502, "jwks_uri is not there"),
        ({"userinfo_endpoint": "http://evil.example/me"}, 502, "userinfo_endpoint is not there, or is none of https"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, 502, "signs ID tokens with no key of its own"),
    ],
)
def test_a_provider_that_is_not_who_it_should_be_is_sent_nobody(
    console: Console, provider: Provider, fault: Claims, status: int, why: str
) -> None:
    provider.changed[DISCOVERY] = lambda said: {**said, **fault}
    answer = console.browser().get("/login/start", follow_redirects=False)
    assert answer.status_code == status
    assert why in answer.text


def test_a_provider_that_is_away_is_told_and_who_is_in_stays_in(console: Console, provider: Provider) -> None:
    inside = console.browser()
    log_in(inside, "v-1")
    provider.is_away = True
    assert begun(console) == (302, "")  # what it says of itself is believed for an hour
    assert inside.get("/queue").status_code == 200


def test_a_provider_that_is_away_from_the_beginning_is_told(console: Console, provider: Provider) -> None:
    provider.is_away = True
    status, text = begun(console)
    assert status == 503
    assert f"{provider.issuer}, does not answer as it should" in text
    provider.is_away = False
    assert begun(console) == (302, "")


def begun(console: Console) -> tuple[int, str]:
    answer = console.browser().get("/login/start", follow_redirects=False)
    return answer.status_code, answer.text


def test_who_denies_at_the_provider_is_told(console: Console) -> None:
    browser = console.browser()
    back = come_back(go_to(browser), "v-1", action="deny")
    answer = browser.get(back, follow_redirects=False)
    assert answer.status_code == 403
    assert "did not let you in" in answer.text


def test_what_comes_back_to_another_browser_or_twice_or_without_state_lets_nobody_in(console: Console) -> None:
    browser, other = console.browser(), console.browser()
    back = come_back(go_to(browser), "v-1")
    go_to(other)
    assert "did not begin in this browser" in other.get(back, follow_redirects=False).text
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert browser.get(back, follow_redirects=False).status_code == 400
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in (f"code={code}", f"code={code}&state=", "", "state=x"):
        assert console.browser().get(f"/login/callback?{query}", follow_redirects=False).status_code == 400


def test_text_in_a_link_to_the_console_is_not_the_consoles(console: Console) -> None:
    link = "/login/callback?error=weird&error_description=Call+0900-555"
    answer = console.browser().get(link, follow_redirects=False)
    assert answer.status_code == 502
    assert "0900" not in answer.text
    assert "weird" not in answer.text


def test_nobody_is_sent_elsewhere_after_a_login(console: Console) -> None:
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"):
        assert log_in(console.browser(), "v-1", to).headers["location"] == "/"


def test_a_login_ends_with_the_role_with_the_time_and_for_good(console: Console, day: Happenings) -> None:
    removed, late, left = console.browser(), console.browser(), console.browser()
    for browser in (removed, late, left):
        log_in(browser, "v-1")
    before = dict(left.cookies)
    left.post("/logout", data={"form": hidden(left.get("/").text, "form")})
    left.cookies.update(before)  # who kept the cookie keeps nothing
    assert left.get("/queue.json").status_code == 401
    console.minute += 479
    assert late.get("/queue.json").status_code == 200
    console.minute += 1
    assert late.get("/queue.json").status_code == 401
    console.minute -= 480
    day.remove_operator("v-1")
    console.learn(day)
    assert removed.get("/queue.json").status_code == 401
    part = removed.get("/queue", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (204, "/login?to=%2Fqueue")


def test_rights_end_when_it_is_not_known_any_more_who_has_them(console: Console) -> None:
    browser = console.browser()
    log_in(browser, "r-1")
    browser.post("/login/role", data={"form": hidden(browser.get("/login/role").text, "form"), "role": "reviewer"})
    form = form_of(browser, UID, "release")
    console.state = replace(FRESH, age=61.0, trouble="the brokers are away")
    assert "Nobody may act now" in browser.get(f"/queue/{UID}").text
    answer = browser.post(f"/queue/{UID}/acts", data=form)
    assert answer.status_code == 403
    assert "too old to say who may act" in answer.text
    assert not console.sent


def test_where_to_end_the_login_at_the_provider_is_told(console: Console, provider: Provider) -> None:
    browser = console.browser()
    log_in(browser, "v-1")
    answer = browser.post("/logout", data={"form": hidden(browser.get("/").text, "form")})
    assert "At the provider you may still be logged in" in answer.text
    assert f"{provider.issuer}/oauth2/end_session?client_id=the-console" in answer.text


def test_who_tries_too_often_has_to_wait(tmp_path: Path, provider: Provider, day: Happenings) -> None:
    console = opened(tmp_path, provider, day)
    console.settings = {"logins_a_minute": 3}
    console.__post_init__()
    console.learn(day)
    answers = [console.browser().get("/login/start", follow_redirects=False) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "too often" in answers[-1].text


def test_cookies_of_https_never_go_without_and_no_script_reads_them(
    tmp_path: Path, provider: Provider, day: Happenings
) -> None:
    asked = OidcSettings(issuer=provider.issuer, client_id="the-console", client_secret="s3cret")
    url = "https://console.example"
    console = Console(
        tmp_path,
        login="oidc",
        provider=OidcProvider(asked, now=time.time),
        settings={"url": url, "bind": "0.0.0.0:8787"},
        at=url,
    )
    console.learn(day)
    browser = console.browser()
    started = browser.get("/login/start", follow_redirects=False)
    cookie = started.headers["set-cookie"]
    assert cookie.startswith("__Host-sealstream_session=")
    for part in ("path=/", "httponly", "samesite=lax", "secure"):
        assert part in cookie.lower()
    assert parse_qs(urlsplit(started.headers["location"]).query)["redirect_uri"] == [f"{url}/login/callback"]
    assert log_in(browser, "v-1").status_code == 303


def test_a_provider_that_wants_a_secret_and_gets_none_is_told_as_it_is(
    tmp_path: Path, provider: Provider, day: Happenings
) -> None:
    asked = OidcSettings(issuer=provider.issuer, client_id="the-console")
    console = Console(tmp_path, login="oidc", provider=OidcProvider(asked, now=time.time))
    answer = log_in(console.browser(), "v-1")
    assert (provider.heard["/oauth2/token"]["client_id"], answer.status_code) == ("the-console", 502)
    assert "does not know this console by the client id and secret" in answer.text


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "OIDC_ISSUER is empty"),
        ({"issuer": "https://login.example"}, "OIDC_CLIENT_ID is empty"),
        ({"issuer": "http://login.example", "client_id": "x"}, "ISSUER"),
        ({"issuer": "login.example", "client_id": "x"}, "ISSUER"),
        ({"issuer": "https://login.example", "client_id": "x", "client_secret_file": "/nowhere"}, "cannot be read"),
        ({"issuer": "https://login.example", "client_id": "x", "pseudonym_key_file": __file__ + "x"}, "cannot be read"),
        ({"issuer": "https://login.example", "client_id": "x", "pseudonym_key_file": "/dev/null"}, "holds 0 bytes"),
    ],
)
def test_settings_that_cannot_be_used_are_told_at_the_start(settings: dict[str, object], told: str) -> None:
    with pytest.raises(OperatorError, match=told):
        OidcProvider(OidcSettings(**settings), now=time.time)


def test_beyond_this_machine_it_is_served_by_https_with_a_name() -> None:
    ConsoleSettings(bind="0.0.0.0:8787", login="oidc", url="https://console.example").require_safe()
    with pytest.raises(OperatorError, match="SEALSTREAM_CONSOLE_URL"):
        ConsoleSettings(bind="0.0.0.0:8787", login="oidc").require_safe()
    for url in ("http://console.example", "console.example", "https://console.example/desk", "ftp://x"):
        with pytest.raises(OperatorError, match="SEALSTREAM_CONSOLE_URL"):
            ConsoleSettings(bind="0.0.0.0:8787", login="oidc", url=url)
