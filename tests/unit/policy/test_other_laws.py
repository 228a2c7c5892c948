"""Thresholds, clocks and exceptions of the laws of the EU, California, India and Korea, and of the high-risk rules."""

from datetime import datetime
from typing import Final

import pytest

from pipeline.policy.judge import Judge
from pipeline.policy.vocabulary import facts_of
from tests.unit.policy.other_packs import CALIFORNIA, EU, HIGH_RISK, INDIA, KOREA, found, pack

VIOLATED_HOLD: Final = ("violation", "hold")
UNKNOWN_HOLD: Final = ("unknown", "hold")


class TestEU:
    MARKED: Final = "eu.ai-act.art50-2.marked-and-detectable"

    @staticmethod
    def unmarked(market_date: str | None) -> dict[str, object]:
        return {
            "content": {"synthetic": "yes", "standard_edit": False, "containerised": False, "media": "image"},
            "signed_meta": {"present": False},
            "watermark": {"present": False},
            "service": {} if market_date is None else {"market_date": market_date},
        }

    @pytest.mark.parametrize(
        ("at", "market_date", "expected"),
        [
            ("2026-12-01T23:59:59Z", "2026-08-01", None),
            ("2026-12-01T23:59:59Z", "2026-08-02", VIOLATED_HOLD),
            ("2026-12-01T23:59:59Z", None, UNKNOWN_HOLD),
            ("2026-12-02T00:00:00Z", "2026-08-01", VIOLATED_HOLD),
            ("2026-12-02T00:00:00Z", None, VIOLATED_HOLD),
            # The same instants as producers elsewhere write them.
            ("2026-12-02T04:59:59+05:00", "2026-08-01", None),
            ("2026-12-01T19:00:00-05:00", "2026-08-01", VIOLATED_HOLD),
        ],
    )
    def test_older_systems_have_until_2_december_2026_to_mark(
        self, at: str, market_date: str | None, expected: tuple[str, str] | None
    ) -> None:
        assert found(EU, "generation.completed", self.unmarked(market_date), at=at).get(self.MARKED) == expected

    @pytest.mark.parametrize(("at", "is_found"), [("2026-08-01T21:59:59Z", False), ("2026-08-01T22:00:00Z", True)])
    def test_the_law_begins_at_midnight_in_brussels(self, at: str, is_found: bool) -> None:  # noqa: FBT001
        assert (self.MARKED in found(EU, "generation.completed", self.unmarked("2026-08-02"), at=at)) is is_found

    def test_a_detector_alone_is_no_mark_and_a_mark_without_detector_not_enough(self) -> None:
        data = self.unmarked("2026-09-01")
        data["service"] = {"market_date": "2026-09-01", "detector": {"available": True}}
        assert found(EU, "publish.requested", data)[self.MARKED] == VIOLATED_HOLD
        data["watermark"] = {"present": True}
        assert self.MARKED not in found(EU, "publish.requested", data)
        data["service"] = {"market_date": "2026-09-01", "detector": {"available": False}}
        assert found(EU, "publish.requested", data)[self.MARKED] == VIOLATED_HOLD

    def test_nobody_responsible_is_not_the_same_as_nobody_named(self) -> None:
        def text(**content: object) -> dict[str, object]:
            return {
                "content": {"media": "text", "public_interest_text": True, "synthetic": "yes", **content},
                "explicit": {"present": False},
            }

        rule = "eu.ai-act.art50-4.public-text"
        assert found(EU, "publish.requested", text(editorial_responsible=None))[rule] == VIOLATED_HOLD
        assert found(EU, "publish.requested", text())[rule] == UNKNOWN_HOLD
        assert rule not in found(EU, "publish.requested", text(editorial_responsible="the desk"))

    def test_the_duty_of_deployers_is_not_that_of_a_provider(self) -> None:
        deepfake: dict[str, object] = {
            "content": {"deepfake": True, "media": "video", "synthetic": "no"},
            "explicit": {"present": False},
        }
        rule = "eu.ai-act.art50-4.deepfake"
        assert found(EU, "publish.requested", deepfake, roles=frozenset({"deployer"})) == {rule: VIOLATED_HOLD}
        assert rule not in found(EU, "publish.requested", deepfake, roles=frozenset({"provider"}))


class TestCalifornia:
    LATENT: Final = "us-ca.22757-3b.latent"

    @staticmethod
    def image(users: int | None, **latent: object) -> dict[str, object]:
        return {
            "content": {"synthetic": "yes", "media": "image"},
            "service": {} if users is None else {"monthly_users": users},
            "latent": latent,
        }

    @pytest.mark.parametrize(
        ("users", "expected"), [(1_000_000, None), (1_000_001, VIOLATED_HOLD), (None, UNKNOWN_HOLD)]
    )
    def test_a_million_users_is_not_yet_more_than_a_million(
        self, users: int | None, expected: tuple[str, str] | None
    ) -> None:
        data = self.image(users, provider_name="", permanent_url=None)
        assert found(CALIFORNIA, "generation.completed", data).get(self.LATENT) == expected

    NAMES: Final = ("provider_name", "system_name", "system_version", "created_at", "unique_id")

    @pytest.mark.parametrize("missing", NAMES)
    def test_the_disclosure_is_complete_or_links_to_the_rest(self, missing: str) -> None:
        latent: dict[str, object] = dict.fromkeys(self.NAMES, "2026-11-22T00:00:00Z")
        incomplete = {**latent, missing: "", "permanent_url": None}
        assert self.LATENT not in found(CALIFORNIA, "export.completed", self.image(2_000_000, **latent))
        assert found(CALIFORNIA, "export.completed", self.image(2_000_000, **incomplete))[self.LATENT] == VIOLATED_HOLD
        linked = {**incomplete, "permanent_url": "https://provenance.example/1"}
        assert self.LATENT not in found(CALIFORNIA, "export.completed", self.image(2_000_000, **linked))

    @pytest.mark.parametrize(("hours", "is_found"), [(0, False), (95.99, False), (96, True), (500.5, True)])
    def test_a_licence_is_revoked_before_96_hours_are_over(self, hours: float, is_found: bool) -> None:  # noqa: FBT001
        licence: dict[str, object] = {"licensee_broke_latent": True, "revoked": False, "hours_since_known": hours}
        rule = {"us-ca.22757-3c.licence-96h": ("violation", "alert")}
        assert found(CALIFORNIA, "licence.updated", {"licence": licence}) == (rule if is_found else {})
        assert found(CALIFORNIA, "licence.updated", {"licence": {**licence, "revoked": True}}) == {}

    @pytest.mark.parametrize(
        ("at", "users", "role", "is_found"),
        [
            ("2027-01-01T07:59:59Z", 2_000_001, "platform", False),
            ("2027-01-01T08:00:00Z", 2_000_001, "platform", True),
            ("2027-01-01T08:00:00Z", 2_000_000, "platform", False),
            ("2027-01-01T08:00:00Z", 2_000_001, "provider", False),
        ],
    )
    def test_large_platforms_stop_stripping_with_the_year_2027(
        self,
        at: str,
        users: int,
        role: str,
        is_found: bool,  # noqa: FBT001
    ) -> None:
        data: dict[str, object] = {
            "actor": {"role": role},
            "service": {"monthly_users": users},
            "transform": {"lost": 1},
        }
        rule = {"us-ca.22757-3-1.platform-no-strip": VIOLATED_HOLD}
        assert found(CALIFORNIA, "transform.completed", data, at=at) == (rule if is_found else {})


class TestIndia:
    CLOCK: Final = "in.it-rules.takedown-clock"

    @pytest.mark.parametrize(
        ("kind", "hours", "expected"),
        [
            ("order", 3, None),
            ("order", 3.001, "violation"),
            ("ncii", 2, None),
            ("ncii", 2.001, "violation"),
            ("other", 1000, None),
            ("order", None, "unknown"),
            ("ncii", None, "unknown"),
            ("other", None, None),
            # Neither an order nor intimate content is known to be out: it may be something else, without a clock.
            (None, 1000, "unknown"),
        ],
    )
    def test_three_hours_after_an_order_and_two_for_intimate_content(
        self, kind: str | None, hours: float | None, expected: str | None
    ) -> None:
        takedown = {"kind": kind, "elapsed_hours": hours}
        data: dict[str, object] = {"takedown": {name: value for name, value in takedown.items() if value is not None}}
        assert found(INDIA, "takedown.updated", data) == ({} if expected is None else {self.CLOCK: (expected, "alert")})

    def test_no_size_of_the_label_is_prescribed(self) -> None:
        data: dict[str, object] = {
            "content": {"synthetic": "yes", "photoreal": True, "standard_edit": False, "media": "image"},
            "explicit": {"present": True, "height_ratio": 0.001},
            "latent": {"unique_id": "urn:uuid:1"},
        }
        assert found(INDIA, "generation.completed", data) == {}


class TestKorea:
    DEEPFAKE: Final = "kr.ai-basic.art31-3.deepfake"

    @staticmethod
    def sealed(**content: object) -> dict[str, object]:
        """Synthetic content with a mark for machines, without one for people."""
        return {
            "content": {"synthetic": "yes", **content},
            "signed_meta": {"present": True},
            "explicit": {"present": False},
        }

    @pytest.mark.parametrize("media", ["image", "video", "audio"])
    def test_what_looks_real_needs_a_label_that_people_recognise(self, media: str) -> None:
        deepfake = self.sealed(photoreal=True, media=media)
        assert found(KOREA, "publish.requested", deepfake) == {self.DEEPFAKE: VIOLATED_HOLD}
        assert found(KOREA, "publish.requested", {**deepfake, "explicit": {"present": True}}) == {}

    def test_for_the_rest_a_mark_for_machines_is_enough(self) -> None:
        assert found(KOREA, "publish.requested", self.sealed(photoreal=False, media="video")) == {}
        assert found(KOREA, "publish.requested", self.sealed(photoreal=True, media="text")) == {}

    def test_whether_it_looks_real_is_never_guessed(self) -> None:
        assert found(KOREA, "publish.requested", self.sealed(media="video")) == {self.DEEPFAKE: UNKNOWN_HOLD}


class TestHighRisk:
    HARMLESS: Final[dict[str, object]] = {
        "user": {"identity": {"status": "verified"}},
        "content": {"biometric": [], "is_news": False},
    }

    def test_harmless_content_of_a_verified_user_raises_nothing(self) -> None:
        assert found(HIGH_RISK, "publish.requested", self.HARMLESS) == {}

    def test_where_chinese_law_says_the_same_it_steps_back(self) -> None:
        data: dict[str, object] = {"user": {"identity": {"status": "unverified"}}}
        assert found(HIGH_RISK, "publish.requested", data, jurisdictions=["CN"]) == {}
        assert "high-risk.unverified-user" in found(HIGH_RISK, "publish.requested", data, jurisdictions=["KR", "IN"])

    def test_nobody_saying_where_it_is_offered_is_worth_an_alert(self) -> None:
        time = datetime.fromisoformat("2026-11-22T00:00:00Z")
        facts = facts_of(self.HARMLESS, event_type="publish.requested", time=time)
        (finding,) = Judge((pack(HIGH_RISK),)).findings(facts, time)
        assert (finding.rule, finding.action) == ("high-risk.jurisdiction-unknown", "alert")
        assert finding.remedy is not None
        assert "SEALSTREAM_POLICY_JURISDICTIONS" in finding.remedy

    def test_what_an_event_does_not_mention_does_not_stop_it(self) -> None:
        assert found(HIGH_RISK, "publish.requested", {}) == {"high-risk.unverified-user": ("unknown", "record")}

    def test_silence_about_the_consent_to_a_face_stops_it(self) -> None:
        assert found(HIGH_RISK, "generation.completed", {"content": {"biometric": ["face"], "is_news": False}}) == {
            "high-risk.unverified-user": ("unknown", "record"),
            "high-risk.no-consent": UNKNOWN_HOLD,
        }
