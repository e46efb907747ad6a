"""Dates in texts: patterns compare letters in either case, and so do the months they name."""

from __future__ import annotations

from datetime import date

import pytest

from copydesk.dataset.ingest import instants, plain
from copydesk.dataset.ingest.traced import Traced


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on APRİL 4, 2023 they met", date(2023, 4, 4)),
        ("on Aprıl 4, 2023 they met", date(2023, 4, 4)),
        ("ſeptember 3, 2020", date(2020, 9, 3)),
        ("on 3 AUGUſT 2020", date(2020, 8, 3)),
    ],
)
def test_months_in_letters_of_other_alphabets_are_read(text: str, day: date) -> None:
    assert [each.day for each in instants.full_dates(text)] == [day]
    story = f"The council met {text}, and agreed to pay for the bridge after a long debate."
    assert plain.read(Traced.whole(story), ()).text.text == story


def test_a_month_alone_is_read_in_them_too() -> None:
    assert [each.day for each in instants.months("since APRİL 2023")] == [date(2023, 4, 1)]


def test_years_of_both_centuries_are_found_in_order_and_never_within_one_another() -> None:
    text = "2019-12-31, 1999-01-02 and 192020-01-01; 20 and 19, 20"
    assert [each.day for each in instants.full_dates(text)] == [date(2019, 12, 31), date(1999, 1, 2)]


def test_a_text_in_a_column_of_dates_is_not_remembered() -> None:
    instants._day_or_instant.cache_clear()
    assert instants.day_or_instant("The council met on 2024-03-05. " * 100) is None
    assert instants.day_or_instant(f"  2024-03-05T08:00:00.123456 +01:00{' ' * 100}") is not None
    assert instants._day_or_instant.cache_info().currsize == 1
