"""What no command may hold: what the rules could not count with would stop the desk."""

import msgspec
import pytest

from turnout.core.commands import decode_command
from turnout.words.trouble import Malformed


@pytest.mark.parametrize("field", ["back_entry", "activate_at"])
@pytest.mark.parametrize("at", [-1, -(10**17), 10**17, 10**40])
def test_a_time_that_is_in_no_calendar_is_refused_where_it_comes_in(field: str, at: int) -> None:
    command = {"do": "open-incident", "incident_id": "I1", "type": "FIRE", "location": {"text": "x"}, field: at}
    with pytest.raises(Malformed):
        decode_command(msgspec.json.encode(command))


@pytest.mark.parametrize("by_s", [10**17, -(10**17), 10**40])
def test_a_timer_cannot_be_put_off_beyond_counting(by_s: int) -> None:
    command = {"do": "reset-timers", "timers": ["pending/I1"], "by_s": by_s}
    with pytest.raises(Malformed):
        decode_command(msgspec.json.encode(command))
