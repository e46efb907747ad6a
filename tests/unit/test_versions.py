"""Versions say at least what changed, and never go back."""

from __future__ import annotations

import pytest

from copydesk.dataset.release.versions import BadVersion, Version, allow, newest


@pytest.mark.parametrize("text", ["1.2", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.0\n", "1.0.-1", "", "1.0.0.0", "१.0.0"])
def test_only_three_plain_numbers_are_a_version(text: str) -> None:
    with pytest.raises(BadVersion) as refused:
        Version.parse(text)
    assert repr(text) in refused.value.message


def test_versions_are_ordered_as_numbers() -> None:
    assert newest(["1.9.0", "1.10.0", "1.2.30"]) == "1.10.0"
    assert newest([]) is None


@pytest.mark.parametrize(
    ("version", "step"),
    [("1.2.4", "patch"), ("1.3.0", "patch"), ("1.3.0", "minor"), ("2.0.0", "minor"), ("2.0.0", "major")],
)
def test_a_version_may_say_more_than_what_changed(version: str, step: str) -> None:
    allow(version, "1.2.3", step)


@pytest.mark.parametrize(("version", "step"), [("1.2.4", "minor"), ("1.2.4", "major"), ("1.9.0", "major")])
def test_a_version_that_understates_the_change_is_refused(version: str, step: str) -> None:
    with pytest.raises(BadVersion, match=f"calls for a {step}") as refused:
        allow(version, "1.2.3", step)
    assert str(Version.parse("1.2.3").after(step)) in refused.value.hint


@pytest.mark.parametrize("version", ["1.2.3", "1.2.2", "0.9.9"])
def test_a_version_does_not_go_back(version: str) -> None:
    with pytest.raises(BadVersion, match="do not go back"):
        allow(version, "1.2.3", "patch")
