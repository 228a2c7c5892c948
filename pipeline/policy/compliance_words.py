"""What the document of all articles says around the words of the packs, in English and Chinese."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pipeline.policy.pack import Binds, Product
from pipeline.policy.words import Language

__all__ = ["FRAMES", "PageWords"]


class PageWords(NamedTuple):
    """One language's words.

    Attributes:
        head: before the laws.
        tail: behind them.
        columns: the heads of a law's table; the last one, of proofs, is left out where none are shown.
        binds: whom an article binds.
        product: what the product does.
    """

    head: str
    tail: str
    columns: tuple[str, ...]
    binds: Mapping[Binds, str]
    product: Mapping[Product, str]
    jurisdiction: str
    everywhere: str
    except_in: str
    first_rule: str
    source: str
    colon: str
    comma: str
    semicolon: str
    stop: str
    nobody: str
    none: str
    nothing: str


_ENGLISH: Final = PageWords(
    head="""\
# Compliance, article by article

<!-- Written by `python -m tools.make_compliance_pages`; a test compares. Change the packs, not this file. -->

What each article asks, in our own words, and what sealstream does about it. This is an engineering aid and no legal
advice: passing every rule is evidence that a duty was kept, and whether it was is for people to judge.

| the product | means |
|---|---|
| enforces | content is held or blocked while the duty is not met |
| marks | sealstream itself puts the mark on the content |
| detects | a breach raises an alert |
| records | the evidence is kept |
| reports | the evidence is handed on to those who have to act or to know, or made into a document for them |
| people | nothing: it is left to people |

An article or a rule that was not written from the text of the law itself is marked: † from a secondary source, ‡ from
general knowledge, to be verified before anyone relies on it. How to read and change a pack: [policy.md](policy.md).
""",
    tail="""\
## What no pipeline can decide

These are judgements of law or of fact. Events bring them as facts, made by somebody who can be asked; where they are
missing they are unknown, and are never guessed:

- whether the public may be confused by the content (`content.confusion_risk`), and which of the five scenarios of
  the Provisions, Art. 17, it belongs to (`content.art17_scenario`);
- whether it is a deepfake (`content.deepfake`), evidently artistic (`content.artistic`), or only edited in a standard
  way (`content.standard_edit`);
- whether a text informs the public on a matter of public interest (`content.public_interest_text`), and whether
  somebody who reviewed it takes editorial responsibility (`content.editorial_responsible`);
- whether a service can shape public opinion or mobilise society (`service.public_opinion`), or its tools touch
  national security or the public interest (`service.sensitive_scene_tool`);
- whether news is true, and whether content is illegal or harmful: the feature database finds what somebody put into
  it, and everything else is a reviewer's verdict (`review.verdict`);
- whether consent was informed and separate: what is checked is that evidence of it is on file and was not withdrawn;
- whether a filing, a security assessment or a licence is what it should be: what is checked is that there is one.

Two limits of the technique belong here, too. The absence of every mark does not prove that a person made the content.
And what only a detector says is at most *suspected*, never confirmed.
""",
    columns=("article", "duty", "binds", "the product", "rules", "left to people", "proved by"),
    binds={
        "provider": "provider",
        "technical_supporter": "technical supporter",
        "user": "user",
        "platform": "platform",
        "app_store": "app store",
        "deployer": "deployer",
        "licensee": "licensee",
        "industry": "industry",
        "authority": "authority",
    },
    product={word: word for word in ("enforces", "marks", "detects", "records", "reports", "people")},
    jurisdiction="jurisdiction",
    everywhere="everywhere",
    except_in=", except ",
    first_rule="first rule in force",
    source="source",
    colon=": ",
    comma=", ",
    semicolon="; ",
    stop=".",
    nobody="nobody",
    none="none",
    nothing="nothing",
)

_CHINESE: Final = PageWords(
    head="""\
# 逐条合规说明

<!-- Written by `python -m tools.make_compliance_pages`; a test compares. Change the packs, not this file. -->

本页逐条说明各项法律的要求（系我们自己的概括）以及 sealstream 为此所做的工作。本页为工程辅助材料，不构成法律意见：通过全部规则只是
履行义务的证据，义务是否得到履行由人判断。英文本：[compliance.md](compliance.md)。

| 产品 | 含义 |
|---|---|
| 执行 | 义务未履行期间，内容被暂缓处理或者阻断 |
| 标识 | 由 sealstream 在内容上添加标识 |
| 检测 | 发现违反情形即发出警报 |
| 留存 | 证据得到留存 |
| 报送 | 证据被送达应当处置或者知悉的人，或者为其制成文件 |
| 由人处理 | 产品不作处理，由人负责 |

未依据法律文本本身撰写的条文或者规则附有标记：† 依据二手资料；‡ 依据一般知识，使用前应当核实。规则包的阅读与修改方法见
[policy.md](policy.md)。
""",
    tail="""\
## 任何流水线都无法决定的事项

以下事项属于法律判断或者事实判断，由可以被询问的人作为事实随事件提供；未提供的视为未知，绝不猜测：

- 内容是否可能导致公众混淆或者误认（`content.confusion_risk`），以及属于《互联网信息服务深度合成管理规定》第十七条所列五种情形中的
  哪一种（`content.art17_scenario`）；
- 内容是否属于深度伪造（`content.deepfake`）、是否明显属于艺术创作（`content.artistic`）、是否仅为常规编辑（`content.standard_edit`）；
- 文本是否就公共利益事项向公众提供信息（`content.public_interest_text`），以及是否有审核人承担编辑责任
  （`content.editorial_responsible`）；
- 服务是否具有舆论属性或者社会动员能力（`service.public_opinion`），其工具是否涉及国家安全或者社会公共利益
  （`service.sensitive_scene_tool`）；
- 新闻是否真实、内容是否违法或者不良：特征库只能发现已录入的特征，其余均依审核人员的结论（`review.verdict`）；
- 同意是否在知情的前提下单独作出：所检查的是存有证据且未被撤回；
- 备案、安全评估或者许可本身是否合格：所检查的是其是否存在。

技术上另有两项限度：没有任何标识，不能证明内容由人创作；仅由检测器得出的结论至多为“疑似”，不能视为已经确认。
""",
    columns=("条文", "义务", "义务主体", "产品", "规则", "由人处理的部分", "验证测试"),
    binds={
        "provider": "服务提供者",
        "technical_supporter": "技术支持者",
        "user": "使用者",
        "platform": "传播平台",
        "app_store": "应用程序分发平台",
        "deployer": "部署者",
        "licensee": "被许可人",
        "industry": "行业组织",
        "authority": "主管部门",
    },
    product={
        "enforces": "执行",
        "marks": "标识",
        "detects": "检测",
        "records": "留存",
        "reports": "报送",
        "people": "由人处理",
    },
    jurisdiction="法域",
    everywhere="所有地区",
    except_in="，但不包括",
    first_rule="首条规则施行日期",
    source="来源",
    colon="：",
    comma="、",
    semicolon="；",
    stop="。",
    nobody="无",
    none="无",
    nothing="无",
)

FRAMES: Final[Mapping[Language, PageWords]] = {"en": _ENGLISH, "zh": _CHINESE}
