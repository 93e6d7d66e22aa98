"""The register's rules, and what a voter may promise while the lease holds."""

from hypothesis import given
from hypothesis import strategies as st

from turnout.keeper.register import (
    LEASE_S,
    RELEASED,
    Accept,
    Ballot,
    Begin,
    Learn,
    Lease,
    Memory,
    Prepare,
    Release,
    Renew,
    Reply,
    Value,
    answer,
    learnt,
    newest,
)

FIRST = Value(1, "a")
BEGUN = Memory(Ballot(1, "a"), Ballot(1, "a"), FIRST)

ballots = st.builds(Ballot, st.integers(0, 5), st.sampled_from(["a", "b"]))
values = st.builds(Value, st.integers(1, 4), st.sampled_from(["a", "b"]))
messages = st.one_of(
    st.builds(Prepare, ballots),
    st.builds(Accept, ballots, values),
    st.builds(Renew, st.integers(1, 4), st.sampled_from(["a", "b"])),
    st.builds(Release, st.integers(1, 4), st.sampled_from(["a", "b"])),
)


@given(st.lists(st.tuples(messages, st.floats(0, 1)), max_size=20))
def test_a_voter_never_goes_behind_what_it_has_promised(heard: list[tuple[Prepare | Accept | Renew, float]]) -> None:
    memory, lease, now_s = BEGUN, Lease(0.0), 0.0
    for message, later_s in heard:
        now_s += later_s
        before = memory
        memory, lease, why = answer(memory, lease, message, now_s)
        assert memory.promised >= before.promised
        assert memory.accepted >= before.accepted
        assert not why or memory == before


def test_while_the_lease_holds_only_the_primary_is_promised_anything() -> None:
    held = Lease(10.0)
    assert answer(BEGUN, held, Prepare(Ballot(2, "b")), 10.0 + LEASE_S * 0.9)[2] == "leased"
    assert answer(BEGUN, held, Prepare(Ballot(2, "a")), 10.0 + LEASE_S * 0.9)[2] == ""
    assert answer(BEGUN, held, Prepare(Ballot(2, "b")), 10.1 + LEASE_S)[2] == ""


def test_a_promise_to_somebody_else_ends_the_renewals_until_it_is_settled() -> None:
    memory, lease, _ = answer(BEGUN, Lease(0.0), Prepare(Ballot(2, "b")), LEASE_S)
    assert answer(memory, lease, Renew(1, "a"), LEASE_S)[2] == "promised"
    memory, lease, _ = answer(memory, lease, Prepare(Ballot(3, "a")), LEASE_S)
    assert answer(memory, lease, Renew(1, "a"), LEASE_S)[2] == ""


def test_a_new_primary_has_the_lease_from_the_change_on() -> None:
    memory, lease, _ = answer(BEGUN, RELEASED, Prepare(Ballot(2, "b")), 5.0)
    memory, lease, _ = answer(memory, lease, Accept(Ballot(2, "b"), Value(2, "b")), 5.0)
    assert answer(memory, lease, Renew(1, "a"), 5.1)[2] == "not-so"
    assert answer(memory, lease, Prepare(Ballot(3, "a")), 5.1)[2] == "leased"


def test_a_released_lease_is_not_waited_for() -> None:
    _, lease, why = answer(BEGUN, Lease(5.0), Release(1, "a"), 5.0)
    assert (lease, why) == (RELEASED, "")


def test_a_voter_without_memory_promises_nothing_until_it_has_begun_or_learnt() -> None:
    for message in (Prepare(Ballot(9, "b")), Accept(Ballot(9, "b"), FIRST), Renew(1, "a")):
        assert answer(Memory(), RELEASED, message, 0.0) == (Memory(), RELEASED, "new")
    assert answer(Memory(), RELEASED, Begin(FIRST), 0.0)[0] == BEGUN
    assert answer(Memory(), RELEASED, Learn(BEGUN), 0.0)[:2] == (BEGUN, Lease(0.0))
    assert answer(BEGUN, RELEASED, Begin(Value(1, "b")), 0.0)[2] == "not-so"


def reply(node: str, memory: Memory) -> Reply:
    return Reply(node, "", memory, False)


def test_who_lost_its_disk_learns_the_highest_promise_and_the_newest_value_from_all_others() -> None:
    promised = Memory(Ballot(7, "b"), Ballot(1, "a"), FIRST)
    taken = Memory(Ballot(5, "a"), Ballot(5, "a"), Value(1, "a", "together", "b"))
    assert learnt([reply("a", taken), reply("b", promised)]) == Memory(Ballot(7, "b"), taken.accepted, taken.value)
    assert learnt([reply("a", taken), reply("b", Memory())]) is None
    assert newest([reply("a", taken), reply("b", promised)]) == taken.value
