"""What becomes of a record after an error, by whose fault the error is."""

from hypothesis import given
from hypothesis import strategies as st

from agents.delivery.backoff import Backoff
from agents.delivery.trouble import GiveUp, Stop, Trouble, TroubleDecision, TroublePolicy, TryAgain
from pipeline.errors import AssetMissingError, BugError, EnvelopeError, OperatorError, WorldError

AWAY = WorldError("The store does not answer.", "Wait.")
MISSING = AssetMissingError("The asset is not there.", "Upload it before the event.")
MALFORMED = EnvelopeError("The record is no CloudEvent.", "Send one.")
EXPIRED = OperatorError("The certificate has expired.", "Renew it.")

POLICY = TroublePolicy(
    backoff=Backoff(first=1.0, cap=8.0, uniform=lambda _, bound: bound),
    bug_attempts=3,
    patience={AssetMissingError: 60.0},
)


def judged(*errors: Exception, seconds_apart: float = 1.0, age: float = 0.0) -> TroubleDecision:
    """What is decided after these errors, of a record that has been in Kafka for so long when it is first tried."""
    trouble, decision = Trouble(), None
    for number, error in enumerate(errors):
        trouble, decision = POLICY.judge(trouble, error, age=age + number * seconds_apart)
    assert decision is not None
    assert trouble.attempts == len(errors)
    return decision


def test_the_producers_fault_is_a_dead_letter_at_once() -> None:
    assert judged(MALFORMED) == GiveUp(error=MALFORMED)


def test_a_fault_of_the_configuration_stops_the_process() -> None:
    assert judged(EXPIRED) == Stop(error=EXPIRED)


@given(attempts=st.integers(1, 100))
def test_a_fault_of_the_world_is_tried_again_for_ever(attempts: int) -> None:
    assert isinstance(judged(*[AWAY] * attempts, seconds_apart=3600), TryAgain)


def test_the_waits_grow_to_the_cap() -> None:
    waits = [judged(*[AWAY] * attempts) for attempts in (1, 2, 3, 4, 5)]
    assert waits == [TryAgain(delay=seconds) for seconds in (1.0, 2.0, 4.0, 8.0, 8.0)]


def test_patience_with_a_missing_asset_ends() -> None:
    assert isinstance(judged(*[MISSING] * 60), TryAgain)
    assert judged(*[MISSING] * 61) == GiveUp(error=MISSING)


def test_patience_counts_from_when_the_record_came_to_be() -> None:
    assert isinstance(judged(*[MISSING] * 30, age=30.0), TryAgain)
    assert judged(*[MISSING] * 31, age=30.0) == GiveUp(error=MISSING)


@given(age=st.floats(60.0, 1e9))
def test_a_record_that_is_old_when_it_is_first_tried_gets_a_few_tries_all_the_same(age: float) -> None:
    assert judged(MISSING, age=age) == TryAgain(delay=1.0)
    assert judged(MISSING, MISSING, age=age) == TryAgain(delay=2.0)
    assert judged(MISSING, MISSING, MISSING, age=age) == GiveUp(error=MISSING)


def test_tries_that_failed_for_another_reason_say_nothing_of_the_asset() -> None:
    assert isinstance(judged(*[AWAY] * 100, MISSING), TryAgain)
    assert isinstance(judged(*[MISSING] * 2, *[AWAY] * 100, *[MISSING] * 2), TryAgain)
    assert judged(*[MISSING] * 2, *[AWAY] * 100, *[MISSING] * 3) == GiveUp(error=MISSING)


def test_a_bug_is_tried_a_few_times_and_is_then_a_dead_letter_that_says_so() -> None:
    bug = KeyError("a name that nobody should read")
    assert isinstance(judged(bug, bug), TryAgain)
    decision = judged(bug, bug, bug)
    assert isinstance(decision, GiveUp)
    assert isinstance(decision.error, BugError)
    assert "KeyError" in str(decision.error)
    assert "nobody should read" not in str(decision.error)
    assert decision.error.__cause__ is bug


def test_a_bug_that_names_itself_keeps_its_words() -> None:
    bug = BugError("The seal has no signature.", "Report it.")
    assert judged(bug, bug, bug) == GiveUp(error=bug)


def test_faults_of_the_world_do_not_count_as_bugs() -> None:
    bug = ValueError()
    assert isinstance(judged(AWAY, bug, AWAY, AWAY, bug), TryAgain)
