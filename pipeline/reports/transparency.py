"""The transparency report: orders, notices, moderation and complaints in figures (DSA Art. 15 and 24)."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.reports.clocked import fact_at, fact_of, in_period, median_time
from pipeline.reports.complaints import complaint_figures, decided_again
from pipeline.reports.material import EventHistory, ReportMaterial, StoredCase, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import Speech

__all__ = ["transparency_report"]

_DEMANDS: Final = ("order", "takedown")
_RESTRICTIONS: Final = ("hold", "block", "retracted")


def transparency_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """What a platform publishes of its moderation: demands, restrictions by law and by who decided, complaints."""
    say = speech.say
    judged = [event for event in material.events if speech.period.has(event.judged_at)]
    complaints = [stored for stored in material.cases if stored.case.kind in ("complaint", "appeal")]
    return speech.document(
        "transparency",
        say("Transparency report", "透明度报告"),
        (
            say(
                "Regulation (EU) 2022/2065 (DSA), Art. 15(1) (orders, notices, own initiative, complaints, automation)",
                "欧盟《数字服务法》（2022/2065）第15条第1款（命令、通知、主动审核、投诉与自动化）",
            ),
            say("Regulation (EU) 2022/2065 (DSA), Art. 24(1)", "欧盟《数字服务法》（2022/2065）第24条第1款"),
        ),
        material,
        (
            _demands([stored for stored in material.cases if stored.case.kind in _DEMANDS], speech),
            _restrictions(judged, speech),
            _automation(material, judged, speech),
            speech.section(say("Complaints and appeals", "投诉与申诉"), figures=complaint_figures(complaints, speech)),
            _decided_again(material, speech),
        ),
        cited=False,  # it is published, and says by its digest what it was made from
    )


def _demands(cases: Sequence[StoredCase], speech: Speech) -> ReportSection:
    say = speech.say
    received = [stored for stored in cases if in_period(fact_at(stored, "received_at"), speech)]
    groups = sorted(
        {
            (stored.case.kind, fact_of(stored, "kind") or "other", place)
            for stored in received
            for place in _places(stored)
        }
    )
    rows = []
    for kind, what, place in groups:
        those = [
            stored
            for stored in received
            if stored.case.kind == kind and (fact_of(stored, "kind") or "other") == what and place in _places(stored)
        ]
        done = [
            (end, start)
            for stored in those
            if (end := fact_at(stored, "done_at")) and (start := fact_at(stored, "received_at"))
        ]
        rows.append(
            (
                f"{speech.word(kind)}: {speech.word(what)}",
                speech.place(place) if place else say("not named", "未说明"),
                len(those),
                len(done),
                median_time((end - start for end, start in done), speech),
            )
        )
    return speech.section(
        say("Orders and demands of authorities and others", "主管部门命令与删除要求"),
        say(
            "Received in the period, with the median time until they were carried out.",
            "期间内收到的要求及执行时间中位数。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Kind", "类别"), width=4),
                ReportColumn(name=say("Place", "地域"), width=4),
                ReportColumn(name=say("Received", "收到"), kind="number", width=2),
                ReportColumn(name=say("Carried out", "已执行"), kind="number", width=2),
                ReportColumn(name=say("Median time", "中位时间"), kind="number", width=2),
            ),
            rows,
        ),
        empty=say("None was received.", "没有收到。"),
    )


def _restrictions(judged: Sequence[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    counts = Counter(
        (law, event.in_force)
        for event in judged
        if event.in_force in _RESTRICTIONS
        for law in {speech.law(finding.pack) for finding in event.findings if finding.action in ("hold", "block")}
        or {""}
    )
    return speech.section(
        say("Restrictions on the operator's own initiative", "主动审核采取的限制"),
        say(
            "Events judged in the period that were held, blocked or retracted at its end, by the law whose rules asked "
            "for it. One event may be under several laws.",
            "期间内审核、期末处于暂缓、阻止或撤回状态的事件，按提出该措施的规则所属法律统计；同一事件可能涉及多部法律。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Law", "法律"), width=8),
                *(ReportColumn(name=speech.word(state), kind="number", width=2) for state in _RESTRICTIONS),
            ),
            (
                (law or say("decided by a person", "人工决定"), *(counts[law, state] for state in _RESTRICTIONS))
                for law in sorted({law for law, _ in counts})
            ),
        ),
        empty=say("There was none.", "没有限制。"),
    )


def _automation(material: ReportMaterial, judged: Sequence[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    blocked = [event for event in judged if event.record.decision == "block"]
    changed = [event for event in blocked if any(act.decision == "allow" for act in event.taken)]
    held = [event for event in judged if event.record.decision == "hold"]
    looked_at = [event for event in held if event.taken]
    released = [event for event in looked_at if event.taken[0].decision == "allow"]
    acts = [act for event in material.events for act in event.taken if speech.period.has(decided_at(act))]
    return speech.section(
        say("Automated means and persons", "自动化手段与人工"),
        say(
            "Every event is judged by rules first. What rules blocked and persons allowed later is an indicator of "
            "errors of the automated means; what was held is decided by persons.",
            "所有事件均先由规则审核。规则阻止而后由人工放行的，可作为自动化手段错误的指标；暂缓的由人工决定。",
        ),
        figures=(
            (say("judged by rules", "规则审核"), len(judged)),
            (say("blocked by rules alone", "仅由规则阻止"), sum(not event.taken for event in blocked)),
            (say("blocked by rules, allowed by a person later", "规则阻止后人工放行"), len(changed)),
            (say("share of these among the blocked", "占规则阻止的比例"), _share(len(changed), len(blocked))),
            (say("held for a person", "暂缓待人工"), len(held)),
            (say("of these decided", "其中已决定"), len(looked_at)),
            (say("of these released", "其中放行"), len(released)),
            (say("decisions of persons", "人工决定"), len(acts)),
        ),
    )


def _decided_again(material: ReportMaterial, speech: Speech) -> ReportSection:
    say = speech.say
    outcomes = Counter(act.decision for event in material.events for act in decided_again(event, speech))
    return speech.section(
        say("Decided again on appeal", "申诉复核决定"),
        figures=(
            (say("decided again", "复核决定"), outcomes.total()),
            (say("then allowed", "复核后放行"), outcomes["allow"]),
            (say("then blocked", "复核后阻止"), outcomes["block"]),
        ),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _places(stored: StoredCase) -> tuple[str, ...]:
    return stored.case.jurisdictions or ("",)
