"""Codes that are handed over on paper: drawn, typed, and what is kept of them."""

import math

from hypothesis import given
from hypothesis import strategies as st

from turnout.adapters.identity.keeping import CODE_LETTERS, new_code, typed


def test_no_code_is_found_from_what_is_kept_of_it() -> None:
    drawn = {new_code() for _ in range(500)}
    assert len(drawn) == 500
    for code in drawn:
        letters = code.replace("-", "")
        assert set(letters) <= set(CODE_LETTERS)
        assert math.log2(len(set(CODE_LETTERS))) * len(letters) >= 128
    assert {letter for code in drawn for letter in code} == {*CODE_LETTERS, "-"}


@given(st.data())
def test_a_code_is_the_same_however_it_is_typed(data: st.DataObject) -> None:
    code = data.draw(st.builds(new_code))
    said = [one.lower() if data.draw(st.booleans()) else one for one in code]
    said = [data.draw(st.sampled_from(["-", "", " ", " - "])) if one == "-" else one for one in said]
    assert typed(f" {''.join(said)}\n") == code


def test_a_code_of_before_still_counts() -> None:
    assert typed("abcd-efgh-jkl2") == "ABCD-EFGH-JKL2"
