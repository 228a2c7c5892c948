"""What `sealstream duties list` says where it has nothing to list."""

from agents.cli.duties import ShownDuty, why_none

DUTY = ShownDuty(
    set="services",
    entry="studio",
    kind="service",
    duty="cn.deep-synthesis.art20.assessment-clock",
    article="20",
    citation="Art. 20",
    jurisdiction="CN",
    binds=("provider",),
    last_done_at=None,
    due_at="2026-12-29T00:00:00.000Z",
    is_overdue=False,
    text="The assessment is due.",
    remedy="Assess.",
    document="assessment",
)


def test_where_no_law_reaches_what_is_registered_nobody_reads_that_all_is_done() -> None:
    for overdue in (True, False):
        told = why_none([], overdue=overdue)
        assert "No entry has a duty here" in told
        assert "SEALSTREAM_POLICY_JURISDICTIONS" in told


def test_duties_that_are_not_due_are_told_apart_from_none() -> None:
    assert why_none([DUTY], overdue=True) == "Nothing is overdue."
    assert why_none([DUTY], overdue=False) == "No entry of this kind has a duty."
