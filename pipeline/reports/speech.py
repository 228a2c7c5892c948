"""How reports speak: in one of two languages, with times in one zone, and laws by what their packs call them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from unicodedata import category

from pipeline.events.instants import instant
from pipeline.events.outputs import ClockLaw, Finding, PackReference
from pipeline.policy.lengths import parse_length
from pipeline.policy.pack import EVERYWHERE, ClockRule, Pack, Rule
from pipeline.policy.places import name_of
from pipeline.policy.words import Language, chosen
from pipeline.reports.material import ReportMaterial
from pipeline.reports.model import ReportColumn, ReportDocument, ReportFact, ReportKind, ReportSection, ReportTable
from pipeline.reports.period import ReportPeriod

__all__ = ["NOTHING", "Speech", "short", "visible"]

NOTHING: Final = "-"
_SHORT: Final = 12
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNITS: Final[Mapping[str, str]] = {
    "minutes": "分钟",
    "hours": "小时",
    "days": "日",
    "working days": "个工作日",
    "months": "个月",
    "years": "年",
}

_WORDS: Final[dict[str, str]] = {
    "allow": "放行",
    "hold": "暂缓",
    "block": "阻止",
    "retracted": "撤回",
    "record": "记录",
    "alert": "告警",
    "violation": "违反",
    "unknown": "无法排除",
    "release": "放行",
    "refuse": "拒绝",
    "escalate": "提交复审",
    "first": "初审",
    "second": "复审",
    "appeal": "申诉复核",
    "complaint": "投诉",
    "incident": "事件",
    "order": "命令",
    "takedown": "删除要求",
    "licence": "许可",
    "emergency": "突发事件",
    "enforcement": "账号处置",
    "service": "服务",
    "model": "模型",
    "training_set": "训练数据集",
    "feature_database": "特征库",
    "app": "应用程序",
    "certificate": "证书",
    "consent": "同意",
    "news_source": "新闻来源",
    "open": "计时中",
    "upheld": "维持",
    "overturned": "改变",
    "stopped": "中止",
    "undated": "期限不明",
    "met": "按时完成",
    "met-late": "逾期完成",
    "missed": "逾期",
    "due": "已到期",
    "withdrawn": "不再适用",
    "illegal": "违法内容",
    "harmful": "有害内容",
    "rumour": "谣言",
    "security": "网络安全",
    "other": "其他",
    "none": "无",
    "warn": "警示",
    "restrict": "限制功能",
    "suspend": "暂停服务",
    "close": "关闭账号",
    "csam": "儿童性虐待内容",
    "ncii": "未经同意的私密影像",
    "ai": "人工智能生成",
    "human": "非生成",
}
"""Words of the contract in Chinese; in English they are what they are."""


def short(digest: str) -> str:
    """The beginning of an identity; the whole is in the list of records."""
    return digest[:_SHORT]


def visible(text: str) -> str:
    """A text in which all can be seen: signs without a form, such as those that turn the direction, by number."""
    return "".join(f"[U+{ord(sign):04X}]" if category(sign) in _UNSEEN and sign != "\n" else sign for sign in text)


@dataclass(frozen=True)
class Speech:
    """The words of one report."""

    language: Language
    period: ReportPeriod
    packs: Sequence[Pack]

    def say(self, english: str, chinese: str) -> str:
        """The one or the other."""
        return chinese if self.language == "zh" else english

    def word(self, said: str | None) -> str:
        """A word of the contract, such as `hold`."""
        if said is None:
            return NOTHING
        return _WORDS.get(said, said) if self.language == "zh" else said

    def words(self, said: Iterable[str]) -> str:
        """Several of them."""
        return self.say(", ", "、").join(map(self.word, said)) or NOTHING

    def time(self, at: datetime | str | None) -> str:
        """An instant in the zone of the report."""
        found = instant(at) if isinstance(at, str) else at
        return NOTHING if found is None else self.period.shown(found)

    def place(self, code: str) -> str:
        """What a jurisdiction is called."""
        if code == EVERYWHERE:
            return self.say("everywhere", "不限地域")
        named = name_of(code, self.language)
        return self.say(f"{named} ({code})", f"{named}（{code}）")

    def law(self, pack: PackReference | None) -> str:
        """What the law behind a pack is called."""
        known = None if pack is None else self._by_name.get(pack.name)
        if known is not None:
            return chosen(known.title, self.language)
        return NOTHING if pack is None else pack.name

    def where(self, pack: PackReference | None) -> str | None:
        """The jurisdiction of a pack; None where the pack is not here."""
        known = None if pack is None else self._by_name.get(pack.name)
        return None if known is None else known.jurisdiction

    def article(self, finding: Finding) -> str:
        """The source of a rule, in the language of the report where the pack has it."""
        rule = self._rules.get(finding.rule)
        return (finding.citation or finding.rule) if rule is None else chosen(rule.citation, self.language)

    def told(self, finding: Finding) -> str:
        """What was found, in the language of the report where the pack has it and says it all."""
        rule = self._rules.get(finding.rule)
        return finding.message if rule is None or rule.seen else chosen(rule.text, self.language)

    def articles(self, findings: Iterable[Finding]) -> str:
        """The sources of rules, each once and on a line of its own."""
        return "\n".join(dict.fromkeys(map(self.article, findings))) or NOTHING

    def clock_article(self, law: ClockLaw) -> str:
        """The source of a clock, in the language of the report where the pack has it."""
        rule = self._clocks.get(law.clock)
        return law.citation if rule is None else chosen(rule.citation, self.language)

    def clock_remedy(self, law: ClockLaw) -> str:
        """What mends a miss of a clock, and the document that belongs to it."""
        rule = self._clocks.get(law.clock)
        both = (law.remedy, law.document) if rule is None else (rule.remedy, rule.document)
        return self.say(" ", "").join(chosen(words, self.language) for words in both)

    def length(self, written: str) -> str:
        """How long a law gives, as packs write it (`PT3H`, `P10BD`, `published`), in words."""
        found = parse_length(written)
        if found is None:
            return self.say("until the limit that was published", "至公布的期限届满")
        unit = found.unit.removesuffix("s") if found.count == 1 else found.unit
        return f"{found.count} {self.say(unit, _UNITS[found.unit])}"

    def document(
        self,
        kind: ReportKind,
        title: str,
        law: tuple[str, ...],
        material: ReportMaterial,
        sections: Iterable[ReportSection],
        *,
        cited: bool = True,
    ) -> ReportDocument:
        """The document, with what every report says of itself; `cited` lists every record, as for an authority."""
        return ReportDocument(
            kind=kind,
            language=self.language,
            title=title,
            period=self.period.said,
            begins=self.period.begins.isoformat(),
            ends=self.period.ends.isoformat(),
            time_zone=self.period.time_zone,
            law=law,
            law_name=self.say("Law", "依据"),
            material=(
                ReportFact(
                    name=self.say("Period", "期间"),
                    value=self.say(
                        f"from {self.time(self.period.begins)} until before {self.time(self.period.ends)}",
                        f"自 {self.time(self.period.begins)} 起，至 {self.time(self.period.ends)} 前",
                    ),
                ),
                ReportFact(
                    name=self.say("Made from", "材料"),
                    value=self.say(
                        f"records of events: {len(material.events)}, cases: {len(material.cases)}; the newest of "
                        f"{self.time(material.newest_at)}",
                        f"事件记录 {len(material.events)} 条，案件 {len(material.cases)} 件；最新者写于 "
                        f"{self.time(material.newest_at)}",
                    ),
                ),
                *(
                    ()
                    if self.period.is_over
                    else (
                        ReportFact(
                            name=self.say("Not over", "尚未结束"),
                            value=self.say(
                                "The period was not over when this was made: what came later is missing.",
                                "制作时期间尚未结束，此后发生的事项不在本文档内。",
                            ),
                        ),
                    )
                ),
                ReportFact(name=self.say("Digest of the material", "材料摘要"), value=material.digest),
            ),
            digest_name=self.say("SHA-256 of this document", "本文档 SHA-256"),
            contents_name=self.say("Contents", "目录"),
            sections=(*sections, *(self._cited(material) if cited else ())),
        )

    def table(self, columns: Sequence[ReportColumn], rows: Iterable[Sequence[object]]) -> ReportTable | None:
        """A table; None where it has no rows. What comes out of records gets into documents here alone."""
        filled = tuple(tuple(visible(str(cell)) for cell in row) for row in rows)
        return ReportTable(columns=tuple(columns), rows=filled) if filled else None

    def section(
        self,
        heading: str,
        *paragraphs: str,
        figures: Iterable[tuple[str, object]] = (),
        table: ReportTable | None = None,
        empty: str = "",
    ) -> ReportSection:
        """A section; `empty` is said where the table would have no rows."""
        said = paragraphs if table is not None or not empty else (*paragraphs, empty)
        return ReportSection(
            heading=heading,
            paragraphs=said,
            figures=tuple(ReportFact(name=name, value=str(value)) for name, value in figures),
            table=table,
        )

    def _cited(self, material: ReportMaterial) -> Iterable[ReportSection]:
        """Every record and case, with the whole of its identity and its digest."""
        rows = [
            *((self.time(event.judged_at), f"{event.record.event_uid} {event.digest}") for event in material.events),
            *((self.time(stored.changed_at), f"{stored.case.case_uid} {stored.digest}") for stored in material.cases),
        ]
        if rows:
            yield self.section(
                self.say("Records that this rests on", "所依据的记录"),
                self.say(
                    "Each is a JSON object in the records bucket. The first line is its identity (event_uid or "
                    "case_uid, of which its key is made), the second the SHA-256 of its bytes.",
                    "每条记录均为记录存储桶中的 JSON 对象。第一行为其标识（event_uid 或 case_uid，对象键由此构成），"
                    "第二行为其内容的 SHA-256。",
                ),
                table=self.table(
                    (
                        ReportColumn(name=self.say("Written", "写入时间"), width=3),
                        ReportColumn(name=self.say("Identity, digest", "标识与摘要"), kind="code", width=7),
                    ),
                    rows,
                ),
            )

    @cached_property
    def _by_name(self) -> dict[str, Pack]:
        return {pack.name: pack for pack in self.packs}

    @cached_property
    def _clocks(self) -> dict[str, ClockRule]:
        return {clock.id: clock for pack in self.packs for clock in pack.clocks}

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for pack in self.packs for rule in pack.rules}
