from __future__ import annotations

from pathlib import Path

import pytest

from chat.moderation.pipeline import screening
from chat.moderation.wordlists import LISTS, MOST_BYTES, OURS, WordsError, load, ours, sentences
from chat.verdict import Draft


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def test_our_lists_are_read_and_every_list_has_words() -> None:
    assert set(ours()) == set(LISTS)
    assert all(words.entries for words in ours().values())


def test_without_a_folder_of_ones_own_there_are_ours(tmp_path: Path) -> None:
    assert len(load(tmp_path / "words")["insult"].entries) == len(ours()["insult"].entries)


def test_words_of_ones_own_are_found(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "words", "insult.own.txt", "# ours\n@nom = (zigoto|olibrius)\nespèce de {nom}  # rude here\n"
    )
    screen = screening(load(folder))
    assert screen(Draft("Espèce d'olibrius… non : espèce de zigoto !")).findings
    assert not screening(ours())(Draft("Espèce de zigoto !")).findings


def test_exceptions_of_ones_own_hold_for_our_lists(tmp_path: Path) -> None:
    assert screening(ours())(Draft("Ta gueule.")).findings
    assert not screening(load(write(tmp_path / "words", "insult.fr.txt", "! ta gueule\n")))(
        Draft("Ta gueule.")
    ).findings


def test_an_exception_holds_for_its_own_list_alone(tmp_path: Path) -> None:
    words = load(write(tmp_path / "words", "threat.fr.txt", "! ta gueule\n"))
    assert [hit.entry.list for hit in words.sought.find("ta gueule")] == ["insult"]


def test_a_sentence_that_was_read_is_passed_over() -> None:
    text = "ta gueule. ta gueule ! ok"
    assert len(ours().sought.find(text)) == 2
    assert [hit.start for hit in ours().sought.find(text, {next(sentences(text))})] == [11]


def test_each_fault_is_said_with_file_and_line(tmp_path: Path) -> None:
    folder = write(tmp_path / "words", "insult.fr.txt", "ok\n\n(a|b\n{quoi} donc\n")
    write(folder, "insulte.txt", "ok\n")
    (folder / "hate.txt").write_bytes(b"\xff\xfe")
    write(folder, "threat.txt", "#" * (MOST_BYTES + 1))
    with pytest.raises(WordsError) as raised:
        load(folder)
    said = sorted((fault.file.name, fault.line) for fault in raised.value.faults)
    assert said == [("hate.txt", 0), ("insult.fr.txt", 3), ("insult.fr.txt", 4), ("insulte.txt", 0), ("threat.txt", 0)]
    assert f"{folder / 'insult.fr.txt'}:3: " in str(raised.value)


def test_the_vocabulary_has_the_words_that_stars_may_hide() -> None:
    assert "connasse" in ours().vocabulary
    assert "suicider" in ours().vocabulary


def test_our_files_are_explained() -> None:
    for file in OURS.glob("*.txt"):
        assert file.read_text("utf-8").startswith("# "), file.name
