"""What an operator does with word lists, from the shell."""

from __future__ import annotations

from pathlib import Path

from tests.test_operations import command


def test_the_lists_are_shown_with_where_to_add(tmp_path: Path) -> None:
    done = command("moderation", "words", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "distress-self" in done.stdout
    assert str(tmp_path / "words") in done.stdout.replace("\n", "")


def test_words_of_ones_own_are_tried(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "insult.own.txt").write_text("vieux zigoto\n", "utf-8")
    done = command("moderation", "words", "try", "Tais-toi, vieux zigoto.", data=tmp_path)
    assert done.stdout.splitlines() == ["insult: « vieux zigoto »", "It would be held; distress: none."]


def test_a_mistake_is_said_with_its_line_and_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    file = tmp_path / "words" / "insult.own.txt"
    file.write_text("bon\n(a|b\n", "utf-8")
    checked = command("moderation", "words", "--check", data=tmp_path)
    served = command("serve", "--port", "0", data=tmp_path)
    for done in (checked, served):
        assert done.returncode == 1
        assert f"{file}:2: " in done.stderr


def test_learning_without_decisions_is_refused(tmp_path: Path) -> None:
    done = command("moderation", "learn", "--yes", data=tmp_path)
    assert done.returncode == 1
    assert "0 decisions are too few" in done.stderr
    assert not (tmp_path / "second_look.npz").exists()
