"""What only looks or reads alike accuses nobody, and of several that do the right one is named."""

import io
from typing import Any, Final

import pytest
from PIL import Image, ImageDraw

from tests.unit.evidence.test_removal import SAMPLES, published, removed, resembling, seal
from tests.unit.house import House

SIMPLIFIED: Final = (
    "北京市今日天气预报。预计今天白天多云转小雨, 最高气温十二摄氏度; 夜间阴, 最低气温四摄氏度。气象部门提醒广大市民: "
    "出行前请关注最新的天气变化, 合理安排出行时间, 注意交通安全, "
    "驾车时保持安全车距, 减速慢行。老人、儿童和体弱者应当适当增减衣物, 预防感冒。"
    "本报告由人工智能根据气象观测数据自动生成, 仅供参考, 具体信息以当地气象台发布的为准。"
)
TRADITIONAL: Final = (
    "北京市今日天氣預報。預計今天白天多雲轉小雨, 最高氣溫十二攝氏度; 夜間陰, 最低氣溫四攝氏度。氣象部門提醒廣大市民: "
    "出行前請關注最新的天氣變化, 合理安排出行時間, 注意交通安全, "
    "駕車時保持安全車距, 減速慢行。老人、兒童和體弱者應當適當增減衣物, 預防感冒。"
    "本報告由人工智能根據氣象觀測數據自動生成, 僅供參考, 具體信息以當地氣象臺發佈的為準。"
)


def packshot(shape: str, colour: str, inner: str) -> Image.Image:
    image = Image.new("RGB", (800, 800), "white")
    draw = ImageDraw.Draw(image)
    if shape == "round":
        draw.ellipse((150, 150, 650, 650), fill=colour)
        draw.rectangle((300, 320, 500, 480), fill=inner)
    else:
        draw.rounded_rectangle((200, 120, 600, 680), 20, fill=colour)
        draw.rectangle((280, 300, 520, 500), fill=inner)
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def weather(city: str, sky: tuple[str, str], high: int, low: int, wind: str, rest: tuple[int, int, int]) -> bytes:
    speed, wet, rain = rest
    return (
        f"The weather in {city} today. Residents of {city} can expect {sky[0]} in the morning, followed by {sky[1]}"
        f" in the afternoon. Temperatures will reach a high of {high} degrees Celsius during the day and will fall "
        f"to a low of {low} degrees overnight. The wind blows from the {wind} with an average speed of {speed} "
        f"kilometres per hour, and humidity stays near {wet} percent. The chance of precipitation is {rain} "
        "percent. Drivers are advised to plan their journeys with care and to check the latest information from "
        "the local authorities before they set out. The outlook for the rest of the week: conditions remain "
        "changeable, with temperatures close to the average for this time of the year. This report is updated "
        "every six hours with the newest data from our network of stations, and the next update follows this "
        "evening."
    ).encode()


OSLO: Final = weather("Oslo", ("light rain", "thick fog"), 12, 4, "north", (14, 83, 60))


def test_a_photo_of_another_product_on_white_is_no_copy(house: House) -> None:
    seal(house, "mug.png", saved(packshot("round", "#b02020", "#f0e0a0")), "image/png")
    said = published(house, "speaker.png", saved(packshot("box", "#203060", "#e0e0e0")), "image/png")
    assert removed(said) == []


def test_what_comes_near_is_told_and_accuses_nobody(house: House) -> None:
    record = seal(house, "mug.png", saved(packshot("round", "#b02020", "#f0e0a0")), "image/png")
    said = published(house, "mug2.png", saved(packshot("round", "#2060c0", "#202020")), "image/png", user={"id": "u-1"})
    (finding,) = resembling(said)
    assert (finding.kind, finding.severity, finding.action, finding.outcome) == ("resembles", "low", "alert", "unknown")
    assert finding.evidence["event_uid"] == record.event_uid
    assert finding.evidence["manifest_uri"] == record.manifest.uri
    assert (said.record.decision, said.record.state, said.enforcement) == ("allow", "none", None)
    assert "resembles" in {alert.kind for alert in said.alerts}


@pytest.mark.parametrize("city", ["Cork", "Graz", "Bergen", "Berlin", "Turku", "Brno", "Lyon", "Paris", "Oslo", "Roma"])
def test_the_report_of_another_city_or_day_is_no_copy(house: House, city: str) -> None:
    seal(house, "oslo.txt", OSLO, "text/plain")
    high = 3 + 2 * len(city)
    other = weather(city, ("clear skies", "light rain"), high, high - 7, "south", (21, 41, 10))
    assert removed(published(house, "other.txt", other, "text/plain")) == []


@pytest.mark.parametrize(("old", "new"), [("Oslo", "Cork"), ("low of 4", "low of 3"), ("60 percent", "6 percent")])
def test_one_name_or_figure_makes_it_another_report(house: House, old: str, new: str) -> None:
    seal(house, "oslo.txt", OSLO, "text/plain")
    said = published(house, "other.txt", OSLO.replace(old.encode(), new.encode()), "text/plain")
    assert removed(said) == []
    assert len(resembling(said)) == 1


def test_a_report_that_lacks_a_sentence_and_has_a_note_is_a_copy(house: House) -> None:
    record = seal(house, "oslo.txt", OSLO, "text/plain")
    shorter = OSLO.replace(b" The chance of precipitation is 60 percent.", b"") + b" Have a nice day!"
    (finding,) = removed(published(house, "shorter.txt", shorter, "text/plain"))
    assert finding.evidence["event_uid"] == record.event_uid


@pytest.mark.parametrize(("sealed", "copy"), [(SIMPLIFIED, TRADITIONAL), (TRADITIONAL, SIMPLIFIED)])
def test_a_text_in_the_other_script_is_a_copy(house: House, sealed: str, copy: str) -> None:
    seal(house, "sealed.txt", sealed.encode(), "text/plain")
    assert len(removed(published(house, "copy.txt", copy.encode(), "text/plain"))) == 1


def test_a_chinese_text_is_known_in_an_encoding_that_nobody_names(house: House) -> None:
    seal(house, "sealed.txt", SIMPLIFIED.encode(), "text/plain")
    assert len(removed(published(house, "copy.txt", SIMPLIFIED.encode("gb18030"), "text/plain"))) == 1
    other = SIMPLIFIED.replace("北京", "南京").encode("gb18030")
    assert removed(published(house, "other.txt", other, "text/plain")) == []


def test_a_picture_with_a_plain_border_is_known_after_it_was_saved_anew(house: House) -> None:
    page = Image.new("RGB", (800, 700), "white")
    with Image.open(SAMPLES / "still-life.png") as photo:
        page.paste(photo.convert("RGB").resize((500, 400)), (150, 150))
    seal(house, "page.png", saved(page), "image/png")
    missed = []
    for kind, media_type in (("WEBP", "image/webp"), ("JPEG", "image/jpeg"), ("AVIF", "image/avif")):
        for width in (800, 400):
            copy = saved(page.resize((width, width * 7 // 8)), kind, quality=80)
            if not removed(published(house, f"copy{width}.{kind}", copy, media_type)):
                missed.append((kind, width))
    assert missed == []


SHOTS: Final = [packshot("round", f"#{30 + k * 20:02x}4060", f"#{220 - k * 18:02x}e0a0") for k in range(8)]


def test_the_original_is_named_and_not_another_of_the_same_layout(house: House) -> None:
    uids = [seal(house, f"shot{k}.png", saved(shot), "image/png").event_uid for k, shot in enumerate(SHOTS)]
    for k, shot in enumerate(SHOTS):
        (finding,) = removed(published(house, f"copy{k}.png", saved(shot, compress_level=1), "image/png"))
        assert finding.evidence["event_uid"] == uids[k]


def test_a_grey_copy_that_may_be_one_of_two_originals_is_said_to_be_of_none(house: House) -> None:
    twins = [packshot("round", "#a04040", "#f0e0a0"), packshot("round", "#407140", "#f0e0a0")]
    for k, shot in enumerate(twins):
        seal(house, f"twin{k}.png", saved(shot), "image/png")
    grey = published(house, "grey.jpg", saved(twins[0].convert("L"), "JPEG", quality=80), "image/jpeg")
    assert (removed(grey), len(resembling(grey))) == ([], 1)
    coloured = published(house, "coloured.jpg", saved(twins[0], "JPEG", quality=80), "image/jpeg")
    assert len(removed(coloured)) == 1


def test_a_picture_that_was_sealed_in_two_sizes_is_one_original(house: House) -> None:
    with Image.open(SAMPLES / "harbour.jpg") as photo:
        for name, size in (("large.png", (600, 400)), ("small.png", (300, 200))):
            seal(house, name, saved(photo.convert("RGB").resize(size)), "image/png")
        copy = saved(photo.convert("RGB").resize((450, 300)), "JPEG", quality=70)
    assert len(removed(published(house, "copy.jpg", copy, "image/jpeg"))) == 1


STUB: Final = (
    b"\xff\xeb\x00\x30JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x26jumb\x00\x00\x00\x1ejumdc2pa"
    + bytes.fromhex("00110010800000aa00389b71")
    + b"\x03c2pa\x00"
)
"""A segment with a manifest store that holds nothing."""


def test_a_stub_of_a_manifest_does_not_speak_for_a_copy(house: House) -> None:
    seal(house, "harbour.jpg", (SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg")
    with Image.open(SAMPLES / "harbour.jpg") as photo:
        copy = saved(photo, "JPEG", quality=70)
    said = published(house, "copy.jpg", copy[:2] + STUB + copy[2:], "image/jpeg")
    assert said.record.credential.credential not in ("absent", "valid")
    assert len(removed(said)) == 1
