"""The report on inspection: what was judged, by which rules, and what became of it."""

from collections import Counter
from collections.abc import Iterator

from pipeline.events.outputs import Decision, ManifestRecord, PackReference
from pipeline.policy.pack import REGISTERED
from pipeline.reports.clocked import clock_section
from pipeline.reports.material import EventHistory, ReportMaterial, decided_at
from pipeline.reports.model import ReportColumn, ReportDocument, ReportSection
from pipeline.reports.speech import Speech, short

__all__ = ["inspection_report"]


def inspection_report(material: ReportMaterial, speech: Speech) -> ReportDocument:
    """What was inspected in a period: rules, measures, jurisdictions, and the acts of persons."""
    judged = [event for event in material.events if speech.period.has(event.judged_at)]
    say = speech.say
    return speech.document(
        "inspection",
        say("Report on the inspection of content", "内容审核情况报告"),
        (
            say(
                "Provisions on Deep Synthesis, Art. 10 (inspection of input and output, records, measures)",
                "《互联网信息服务深度合成管理规定》第十条（输入数据与合成结果审核、记录与处置）",
            ),
            say("Regulation (EU) 2022/2065 (DSA), Art. 15", "欧盟《数字服务法》（2022/2065）第15条"),
        ),
        material,
        (
            _summary(material, judged, speech),
            _by_kind(judged, speech),
            _by_rule(judged, speech),
            _by_place(judged, speech),
            _restricted(judged, speech),
            _persons(material, speech),
            _packs(judged, speech),
            *_duties(material, speech),
        ),
    )


def _summary(material: ReportMaterial, judged: list[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    by_rules = Counter(event.record.decision for event in judged)
    acts = list(_acts(material, speech))
    retracted = [
        event
        for event in material.events
        if event.retraction is not None and speech.period.has(decided_at(event.retraction))
    ]
    return speech.section(
        say("Summary", "概要"),
        figures=(
            (say("events judged", "审核事件"), len(judged)),
            (say("assets sealed", "签署素材"), sum(isinstance(event.record, ManifestRecord) for event in judged)),
            (say("allowed by rules", "规则放行"), by_rules["allow"]),
            (say("held by rules", "规则暂缓"), by_rules["hold"]),
            (say("blocked by rules", "规则阻止"), by_rules["block"]),
            (say("decisions of persons", "人工决定"), len(acts)),
            (say("decided again on appeal", "申诉复核"), sum(_stage(act) == "appeal" for _, act in acts)),
            (say("retracted", "撤回"), len(retracted)),
        ),
    )


def _duties(material: ReportMaterial, speech: Speech) -> Iterator[ReportSection]:
    """The duties that come again, of services, models, training data and the rest: where there are any."""
    entries = [stored for stored in material.cases if stored.case.kind in REGISTERED and stored.case.clocks]
    if entries:
        yield from clock_section(entries, speech, heading=speech.say("Duties that come again", "周期性义务"))


def _by_kind(judged: list[EventHistory], speech: Speech) -> ReportSection:
    counts = Counter((event.record.event.type, event.record.decision) for event in judged)
    kinds = sorted({kind for kind, _ in counts})
    columns = [
        ReportColumn(name=speech.say("Message", "消息类型"), kind="code", width=4),
        *(ReportColumn(name=speech.word(outcome), kind="number") for outcome in ("allow", "hold", "block")),
    ]
    return speech.section(
        speech.say("By kind of message", "按消息类型"),
        table=speech.table(
            columns, ((kind, *(counts[kind, outcome] for outcome in ("allow", "hold", "block"))) for kind in kinds)
        ),
        empty=speech.say("Nothing was judged.", "期间内没有审核事件。"),
    )


def _by_rule(judged: list[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    counts = Counter(
        (finding.rule, speech.article(finding), speech.law(finding.pack), finding.action, finding.outcome)
        for event in judged
        for finding in event.record.findings
    )
    rows = [
        (f"{article}\n{rule}", law, speech.word(action), speech.word(outcome), count)
        for (rule, article, law, action, outcome), count in sorted(
            counts.items(), key=lambda counted: (-counted[1], counted[0])
        )
    ]
    return speech.section(
        say("By rule", "按规则"),
        say(
            "How often each rule found something, and what it asked for. Where the outcome is unknown, facts were "
            "missing, so that a violation could not be ruled out.",
            "各规则发现问题的次数及其要求的措施。“无法排除”是指缺少事实，不能排除违反的可能。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Article, rule", "条款与规则"), width=5),
                ReportColumn(name=say("Law", "法律"), width=3),
                ReportColumn(name=say("Measure", "措施"), width=1),
                ReportColumn(name=say("Outcome", "结果"), width=2),
                ReportColumn(name=say("Times", "次数"), kind="number", width=1),
            ),
            rows,
        ),
        empty=say("No rule found anything.", "没有规则发现问题。"),
    )


def _by_place(judged: list[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    counts: Counter[tuple[str, str]] = Counter()
    for event in judged:
        found = {(speech.where(finding.pack), finding.action) for finding in event.record.findings}
        counts.update((place, action) for place, action in found if place is not None)
    places = sorted({place for place, _ in counts})
    actions = ("record", "alert", "hold", "block")
    return speech.section(
        say("By jurisdiction", "按法域"),
        say(
            "Events in which rules of the law of a place found something, by what they asked for.",
            "按法律所属地域统计：该地法律的规则发现问题的事件数，以及所要求的措施。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Place of the law", "法律所属地域"), width=4),
                *(ReportColumn(name=speech.word(action), kind="number") for action in actions),
            ),
            ((speech.place(place), *(counts[place, action] for action in actions)) for place in places),
        ),
        empty=say("No rule found anything.", "没有规则发现问题。"),
    )


def _restricted(judged: list[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(event.judged_at),
            f"{short(event.record.event_uid)} {short(event.digest)}",
            _course(event, speech) + ("" if event.record.content is None else f"\n{event.record.content.mime}"),
            speech.articles(finding for finding in event.findings if finding.action in ("hold", "block")),
        )
        for event in judged
        if event.record.decision != "allow" or event.in_force != "allow"
    ]
    return speech.section(
        say("What was held, blocked or retracted", "暂缓、阻止与撤回的内容"),
        table=speech.table(
            (
                ReportColumn(name=say("Judged", "审核时间"), width=3),
                ReportColumn(name=say("Event, record", "事件与记录"), kind="code", width=3),
                ReportColumn(name=say("Decision, media type", "决定与媒体类型"), width=3),
                ReportColumn(name=say("Articles", "条款"), width=8),
            ),
            rows,
        ),
        empty=say("Nothing was.", "没有此类内容。"),
    )


def _persons(material: ReportMaterial, speech: Speech) -> ReportSection:
    say = speech.say
    rows = [
        (
            speech.time(decided_at(act)),
            short(event.record.event_uid),
            speech.word(act.review.verdict),
            speech.word(act.decision),
            f"{act.review.reviewer}" + ("" if act.review.role is None else f"\n{act.review.role}"),
            speech.word(_stage(act)),
        )
        for event, act in _acts(material, speech)
        if act.review is not None
    ]
    return speech.section(
        say("Decisions of persons", "人工决定"),
        say("Persons are named by the pseudonyms of the operators set.", "人员以操作人员名册中的代号表示。"),
        table=speech.table(
            (
                ReportColumn(name=say("Decided", "决定时间"), width=3),
                ReportColumn(name=say("Event", "事件"), kind="code", width=3),
                ReportColumn(name=say("Verdict", "意见"), width=2),
                ReportColumn(name=say("Decision", "决定"), width=2),
                ReportColumn(name=say("Person, role", "人员与角色"), width=3),
                ReportColumn(name=say("Stage", "阶段"), width=2),
            ),
            rows,
        ),
        empty=say("None was taken.", "没有人工决定。"),
    )


def _packs(judged: list[EventHistory], speech: Speech) -> ReportSection:
    say = speech.say
    counts = Counter(pack for event in judged for pack in _judged_by(event))
    return speech.section(
        say("What it was judged by", "审核所依据的规则包"),
        table=speech.table(
            (
                ReportColumn(name=say("Law", "法律"), width=5),
                ReportColumn(name=say("Pack", "规则包"), kind="code", width=3),
                ReportColumn(name=say("Version", "版本"), width=1),
                ReportColumn(name=say("Events", "事件"), kind="number", width=1),
            ),
            (
                (speech.law(pack), pack.name, pack.version, count)
                for pack, count in sorted(counts.items(), key=lambda counted: (counted[0].name, counted[0].version))
            ),
        ),
        empty=say("No pack was asked.", "没有使用规则包。"),
    )


def _judged_by(event: EventHistory) -> tuple[PackReference, ...]:
    return () if event.record.judged_by is None else event.record.judged_by.packs


def _course(event: EventHistory, speech: Speech) -> str:
    """What was decided one after the other."""
    return " → ".join(speech.word(decided.decision) for decided in event.all)


def _acts(material: ReportMaterial, speech: Speech) -> Iterator[tuple[EventHistory, Decision]]:
    """The decisions that persons took in the period."""
    for event in material.events:
        for act in event.taken:
            if speech.period.has(decided_at(act)):
                yield event, act


def _stage(act: Decision) -> str | None:
    return None if act.review is None else act.review.stage
