"""Which files are complete."""

import pytest

from ingest.watch.observations import Fingerprint, Look, Observation, Seen, is_temporary, look, postpone


def at(name: str, inode: int = 1, size: int = 10, mtime: int = 5) -> Observation:
    """A file as observed."""
    return Observation(name, Fingerprint(inode, size, mtime))


def looks(*moments: tuple[float, list[Observation]], settle: float = 2.0) -> list[Look]:
    """One look after the other."""
    seen: list[Look] = []
    for now, observations in moments:
        seen.append(look(seen[-1].seen if seen else {}, observations, now, settle))
    return seen


def due(found: Look) -> list[str]:
    """The names that are complete."""
    return [item.name for item in found.due]


def test_a_file_is_due_when_it_was_quiet_for_the_settle_time() -> None:
    """Not at first sight, not before the time, but at it."""
    first, before, then = looks((0, [at("a")]), (1.9, [at("a")]), (2.0, [at("a")]))
    assert [due(first), due(before), due(then)] == [[], [], ["a"]]
    assert [first.waiting, then.waiting] == [("a",), ()]


@pytest.mark.parametrize(
    "changed", [at("a", size=11), at("a", mtime=6), at("a", inode=2)], ids=["grown", "written", "replaced"]
)
def test_every_change_starts_the_wait_anew(changed: Observation) -> None:
    """Size, time of writing and identity all count."""
    *_, third, last = looks((0, [at("a")]), (1.5, [changed]), (3.4, [changed]), (3.5, [changed]))
    assert [due(third), due(last)] == [[], ["a"]]


@pytest.mark.parametrize(
    "name", [".a", "a.part", "a.tmp", "a~", "a.PART", "a.pdf.crdownload", "~$a.docx", "a.swp", "a.filepart"]
)
def test_a_temporary_name_is_never_due(name: str) -> None:
    """Whoever writes under such a name renames when it is complete."""
    assert is_temporary(name)
    last = looks((0, [at(name)]), (100, [at(name)]))[-1]
    assert (due(last), last.waiting) == ([], ())


@pytest.mark.parametrize("name", ["a.pdf", "part", "tmp.txt", "a.partner"])
def test_a_plain_name_is_not_temporary(name: str) -> None:
    """Only endings and beginnings count."""
    assert not is_temporary(name)


def test_a_rename_from_a_temporary_name_is_due_at_once() -> None:
    """The rename itself says that the file is complete."""
    assert due(looks((0, [at("a.part")]), (0.1, [at("a")]))[-1]) == ["a"]


def test_another_file_that_got_the_number_of_a_temporary_one_waits() -> None:
    """A deleted file's inode number is used again at once."""
    assert due(looks((0, [at("a.part")]), (0.1, [at("b", mtime=6)]))[-1]) == []


def test_a_rename_between_plain_names_waits() -> None:
    """It says nothing about completeness."""
    assert due(looks((0, [at("a")]), (1.0, [at("b")]), (2.5, [at("b")]))[-1]) == []


def test_the_longest_quiet_come_first() -> None:
    """The order of arrival is kept, names decide among equals."""
    early, late = [at("z", inode=1)], [at("z", inode=1), at("b", inode=2), at("a", inode=3)]
    assert due(looks((0, early), (1, late), (9, late))[-1]) == ["z", "a", "b"]


def test_a_file_in_use_waits_anew() -> None:
    """Being open for writing counts as a change."""
    first = looks((0, [at("a"), at("b", inode=2)]))[-1]
    seen = postpone(first.seen, ["a"], 2.0)
    assert seen["a"] == Seen(Fingerprint(1, 10, 5), 2.0)
    assert due(look(seen, [at("a"), at("b", inode=2)], 3.9, 2.0)) == ["b"]


def test_what_is_gone_is_forgotten() -> None:
    """A file that comes back later waits as a new one."""
    assert due(looks((0, [at("a")]), (1, []), (5, [at("a")]))[-1]) == []
