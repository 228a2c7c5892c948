"""The plate: letters high enough, contrast enough, and no label where none could be read."""

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.explicit import LABEL_LANGUAGES, WORDINGS, ExplicitRefusedError
from pipeline.labels.explicit.plate import DARK, LEAST_EM, LIGHT, TEXT_HEIGHT, contrast, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import LabelLanguage

FONT = files("pipeline.labels.explicit").joinpath("fonts")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == 21
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert contrast(DARK, LIGHT) > 4.5


@pytest.mark.parametrize("language", LABEL_LANGUAGES)
def test_letters_are_as_high_as_is_said(language: LabelLanguage) -> None:
    em = 200
    plate = np.asarray(draw_plate(language, em))
    rim = round(em / 18)
    inside = plate[rim + 2 : -rim - 2, rim + 2 : -rim - 2] > 128
    rows = np.nonzero(inside.any(axis=1))[0]
    assert rows[-1] - rows[0] + 1 >= TEXT_HEIGHT * em


@pytest.mark.parametrize("language", LABEL_LANGUAGES)
def test_every_letter_is_in_the_font(language: LabelLanguage) -> None:
    known = json.loads(FONT.joinpath("sealstream-mark.json").read_text("utf-8"))["glyphs"]
    assert set(WORDINGS[language].drawn) <= set(known)


def test_the_font_comes_with_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in FONT.joinpath("OFL.txt").read_text("utf-8")
    assert len(FONT.joinpath("sealstream-mark.ttf").read_bytes()) < 200_000


@given(st.integers(20, 6000), st.integers(20, 6000), st.sampled_from(LABEL_LANGUAGES))
def test_letters_have_five_per_cent_or_there_is_no_label(width: int, height: int, language: LabelLanguage) -> None:
    try:
        em = em_for(language, (width, height))
    except ExplicitRefusedError:
        # Nothing readable fits: such a picture is small, or as long as a ribbon.
        smallest = draw_plate(language, LEAST_EM)
        assert min(width, height) < 200 or smallest.width > width or smallest.height > height
        return
    plate = draw_plate(language, em)
    assert em >= LEAST_EM
    assert em * TEXT_HEIGHT / min(width, height) >= 0.05
    assert plate.width + margin_for(em) <= width
    assert plate.height + margin_for(em) <= height
