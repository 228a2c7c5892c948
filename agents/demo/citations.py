"""Citations as people say them, short enough for a line on a terminal."""

import re
from typing import Final

__all__ = ["short_citation"]

_SHORTER: Final = (
    (r"CAC, MIIT(,| and) MPS Order No\. 12( \(Deep Synthesis Provisions\))?", "Deep Synthesis Provisions"),
    (r"CAC, MIIT, MPS and NRTA Notice .* \(Labeling Measures\)", "Labeling Measures"),
    (r"Labeling Measures \(2025\)", "Labeling Measures"),
    (r"Regulation \(EU\) 2024/1689( \(AI Act\)( as amended by Regulation \(EU\) 2026/1744)?)?", "EU AI Act"),
    (r"Regulation \(EU\) 2022/2065 \(Digital Services Act\)", "EU DSA"),
    (r"Sexual Offences Act 2003, (s\. \w+) \(.*", r"UK Sexual Offences Act 2003 \1"),
    (r"TAKE IT DOWN Act, Pub\. L\. 119-12, (s\. \d+).*", r"TAKE IT DOWN Act \1"),
    (r"Utah Code (\S+) \(.*", r"Utah Code \1"),
    (r"IT Rules 2021, rule (\S+), as inserted .*", r"India IT Rules \1"),
    (r" as amended in 2026$| \(without undue delay\)$", ""),
    (r"EU Code of Practice on Transparency of AI-Generated Content of 10 June 2026, Measures?", "EU Code of Practice"),
    (r"EU Code of Practice on Transparency of AI-Generated Content of 10 June 2026", "EU Code of Practice"),
    (r"Interim Measures on Anthropomorphic AI Interaction Services \(Order No\. 21, 2026\)", "CN Order 21"),
    (r"Law No\. 134/2025/QH15 \(Viet Nam.*?\), ", "Viet Nam AI Law, "),
    (r"Law on Artificial Intelligence \(Kazakhstan, 17 November 2025\)", "Kazakhstan AI Law"),
    (r"N\.Y\. Gen\. Bus\. Law", "N.Y. GBL"),
    (r" \(article not read\)$", ""),
    (r", Section 2, ", " Sec. 2, "),
    (r"G\.S\.R\. 120\(E\) of 10 February 2026, amending the IT Rules 2021, rules?", "India IT Rules"),
    (r"AI Basic Act \(Republic of Korea, Act No\. 20676\)", "Korea AI Basic Act"),
    (r"Cal\. Bus\. & Prof\. Code", "Cal. BPC"),
    (r"^(Good practice).*", r"\1"),
    (r"^CAWG Identity Assertion (\S+), .*", r"CAWG Identity \1"),
    (r"^(C2PA 2\.4), ([A-Z][a-z ]+|Trust Model).*", r"\1 \2"),
    (r"Deep Synthesis Provisions", "CN Deep Synthesis"),
    (r"Labeling Measures", "CN Labeling Measures"),
    (r"GB 45438-2025", "CN GB 45438"),
    (r", (first|second) subparagraph$|, with the period .*$| \((numbers? not verified|voluntary|SB 942|AB 853).*$", ""),
    (r",? (Art\.|cl\.|§|Commitment|App\.)", r" \1"),
)
"""What is written in full, and what it is called; applied one after the other."""


def short_citation(citation: str | None) -> str:
    """A citation without what only those need who look the text up; only the first of several."""
    short = (citation or "").partition(";")[0]
    for written, called in _SHORTER:
        short = re.sub(written, called, short)
    return short
