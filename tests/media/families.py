"""Families of look-alikes: different things of one layout, of which none is a copy of another one.

Everything is made by seeded generators. The code was tuned on others (flat packshots, slides of another template,
chats), not on these.
"""

import random
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["PICTURES", "REPORTS", "chart", "portrait", "product", "report", "slide"]

_SYLLABLES: Final = ("ka", "lo", "mi", "ten", "ras", "vel", "dor", "shi", "un", "pra", "gol", "be", "nor", "ta", "quin")


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randrange(2, 5))).title()


def _words(chance: random.Random, count: int) -> str:
    return " ".join(_name(chance).lower() for _ in range(count))


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(15, 240), chance.randrange(15, 240), chance.randrange(15, 240)


def product(chance: random.Random) -> Image.Image:
    """A turned thing, a bottle, a vase or a jar, lit from the left, in the middle of white."""
    side = 288
    heights = np.linspace(0, 1, side)
    bottom, top = 0.9, chance.uniform(0.08, 0.22)
    knots = np.linspace(top, bottom, 6)
    radius = np.interp(heights, knots, [chance.uniform(0.07, 0.34) for _ in knots])
    radius[(heights < top) | (heights > bottom)] = 0
    across = (np.arange(side) / side - 0.5)[np.newaxis] / np.maximum(radius, 1e-6)[:, np.newaxis]
    inside = np.abs(across) < 1
    light = np.clip(0.75 - 0.45 * across, 0.2, 1.2)[..., np.newaxis]
    begin = chance.uniform(0.3, 0.6)
    label = (heights > begin) & (heights < begin + chance.uniform(0.1, 0.25))
    body = np.where(label[:, np.newaxis, np.newaxis], _colour(chance), _colour(chance)) * np.ones((side, side, 1))
    body[heights < top + 0.06] = _colour(chance)
    picture = Image.fromarray(np.where(inside[..., np.newaxis], np.clip(body * light, 0, 255), 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    pen.text((side * 0.5, (begin + 0.08) * side), _name(chance), _colour(chance), ImageFont.load_default(20), "mm")
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def portrait(chance: random.Random) -> Image.Image:
    """Somebody from the front, head in the middle, before a plain wall."""
    width, height = 240, 300
    row, column = np.mgrid[0:height, 0:width].astype(float)
    grain = np.random.default_rng(chance.randrange(2**32))
    canvas = np.ones((height, width, 3)) * chance.choice([(200, 205, 210), (170, 180, 190), (225, 220, 210)])
    canvas += (column / width - 0.5)[..., np.newaxis] * chance.uniform(-30, 30)

    def blob(
        x: float, y: float, wide: float, high: float, colour: tuple[float, float, float], power: float = 2
    ) -> None:
        around = np.s_[max(0, int(y - high)) : int(y + high) + 2, max(0, int(x - wide)) : int(x + wide) + 2]
        across, down = np.abs((column[around] - x) / wide), np.abs((row[around] - y) / high)
        canvas[around][across**power + down**power < 1] = colour

    tone = chance.uniform(0.35, 1.0)
    skin = (235 * tone, 190 * tone, 160 * tone)
    hair = tuple(chance.uniform(10, 190) * part for part in (1, 0.8, 0.6))
    x, y = 120 + chance.uniform(-4, 4), 130 + chance.uniform(-5, 5)
    wide, high = chance.uniform(44, 58), chance.uniform(58, 74)
    blob(x, y - 12 + chance.uniform(-4, 20), wide * chance.uniform(1.1, 1.4), high * chance.uniform(1.05, 1.5), hair)
    blob(x, height + 20, chance.uniform(85, 112), chance.uniform(95, 125), _colour(chance), chance.uniform(2, 4))
    blob(x, y + 62, 20, 40, skin)
    blob(x, y, wide, high, skin, chance.uniform(1.9, 2.6))
    blob(x + chance.uniform(-20, 20), y - high * 0.85, wide * 0.9, high * chance.uniform(0.15, 0.45), hair)
    apart, eyes = chance.uniform(16, 24), y - chance.uniform(4, 14)
    for eye in (x - apart, x + apart):
        blob(eye, eyes, 8, chance.uniform(3, 5), (245, 245, 240))
        blob(eye, eyes, 3.5, 3.5, _colour(chance))
        blob(eye, eyes - chance.uniform(9, 14), 11, chance.uniform(1.5, 3.5), hair)
    blob(x, y + 14, chance.uniform(5, 9), 8, tuple(part * 0.85 for part in skin))
    blob(
        x,
        y + chance.uniform(32, 42),
        chance.uniform(12, 22),
        chance.uniform(2.5, 6),
        (170 * tone, 80 * tone, 80 * tone),
    )
    canvas += grain.normal(0, 3, canvas.shape)
    return Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def slide(chance: random.Random) -> Image.Image:
    """A page of one template: a coloured column with a logo, a heading, lines, and a little picture of bars."""
    picture = Image.new("RGB", (400, 225), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 46, 225), fill="#0b5d4b")
    pen.ellipse((11, 12, 35, 36), fill="#f2c230")
    pen.text((62, 14), f"{_name(chance)} {_name(chance)}", "#0b5d4b", ImageFont.load_default(20))
    pen.line((62, 42, 380, 42), "#cccccc", 2)
    for line in range(chance.randrange(4, 7)):
        pen.text((62, 54 + 24 * line), _words(chance, chance.randrange(2, 4)), "#333333", ImageFont.load_default(14))
    for bar in range(5):
        pen.rectangle((290 + 18 * bar, 200 - chance.randrange(8, 90), 302 + 18 * bar, 200), fill="#f2c230")
    return picture


def chart(chance: random.Random) -> Image.Image:
    """A line through twelve months, on one grid."""
    picture = Image.new("RGB", (360, 240), "#fbfbfb")
    pen = ImageDraw.Draw(picture)
    for line in range(6):
        pen.line((40, 30 + 34 * line, 340, 30 + 34 * line), "#dddddd")
    for colour in ("#1f77b4", "#d62728"):
        values = [(40 + 27 * month, chance.randrange(30, 200)) for month in range(12)]
        pen.line(values, colour, 4, joint="curve")
    pen.text((40, 6), f"{_name(chance)}, {_words(chance, 2)}", "#222222", ImageFont.load_default(14))
    return picture


PICTURES: Final[Mapping[str, Callable[[random.Random], Image.Image]]] = {
    "products": product,
    "portraits": portrait,
    "slides": slide,
    "charts": chart,
}


def _market(chance: random.Random) -> str:
    town, firm, other = _name(chance), _name(chance), _name(chance)
    up, down = chance.choice([("rose", "fell"), ("climbed", "slipped"), ("gained", "eased")])
    figures = [chance.randrange(2, 990) / 10 for _ in range(6)]
    return (
        f"Closing report of the {town} exchange. Shares of {firm} {up} by {figures[0]} percent to "
        f"{figures[1]} crowns, while those of {other} {down} to {figures[2]} crowns. Turnover came to "
        f"{figures[3]} million crowns. Traders spoke of a quiet session and pointed to the figures on "
        "employment that are expected later in the week. The index of the largest companies ended at "
        f"{figures[4]} points. In the bond market the yield of the ten-year paper stood at {figures[5]} "
        "percent. The exchange reminds its members that orders have to be entered before noon on the last "
        "day of the month, and that the fees for the coming quarter are published on the notice board. All "
        "prices are those of the closing auction and are given without commitment. The next report appears "
        "on the following trading day."
    )


def _match(chance: random.Random) -> str:
    home, guests, scorer, second = (_name(chance) for _ in range(4))
    minutes = sorted(chance.sample(range(3, 89), 3))
    return (
        f"{home} and {guests} met on {chance.choice(['Saturday', 'Sunday', 'Friday'])} before "
        f"{chance.randrange(900, 41000)} spectators. The hosts began with confidence and had the first chance "
        f"after {minutes[0]} minutes. {scorer} headed the ball into the net in minute {minutes[1]}, and "
        f"{second} answered for the visitors in minute {minutes[2]}. After the break both sides kept the ball "
        f"well but seldom came near the goal. The referee showed {chance.randrange(0, 8)} yellow cards. The "
        "coaches praised the discipline of their players and said that the point would help them in the "
        "weeks to come. The next match day begins on Friday evening; tickets can be had at the usual "
        "counters and, as long as there are any left, at the stadium from five o'clock on."
    )


_CITIES: Final = ("成都", "南京", "杭州", "青岛", "昆明", "西安", "厦门", "沈阳", "郑州", "长沙", "贵阳", "兰州")


def _air(chance: random.Random) -> str:
    city, grade = chance.choice(_CITIES), chance.choice(["优", "良", "轻度污染", "中度污染"])
    dust = chance.choice(["细颗粒物", "臭氧", "二氧化氮", "可吸入颗粒物"])
    return (
        f"{city}市空气质量日报。今日空气质量指数为{chance.randrange(20, 240)}, 等级为{grade}。"
        f"首要污染物为{dust}, 平均浓度每立方米{chance.randrange(8, 190)}微克。"
        f"能见度约{chance.randrange(2, 30)}公里, 相对湿度百分之{chance.randrange(20, 98)}。"
        "环境监测部门提醒市民根据自身健康状况合理安排户外活动, 敏感人群外出时应当佩戴口罩。"
        "各监测站点的实时数据每小时更新一次, 市民可以通过政府网站查询。"
        "本日报由系统自动生成, 数据未经最终审核, 仅供参考, 以正式发布的公报为准。"
    )


REPORTS: Final[Mapping[str, Callable[[random.Random], str]]] = {"markets": _market, "matches": _match, "air": _air}


def report(chance: random.Random) -> str:
    """A report of one of the templates."""
    return chance.choice(list(REPORTS.values()))(chance)
