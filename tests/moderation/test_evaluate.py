import json
import subprocess
import sys


def test_each_line_is_answered_in_order() -> None:
    questions = [
        {"id": "a", "text": "Bonjour à toutes et à tous.", "lang": "fr"},
        {"id": "b", "text": "Appelle-moi au 06 39 98 12 34, c’est Norbert Tarvoisin.", "lang": "fr"},
        {"id": "c", "text": "je veux m o u r i r", "lang": "fr"},
    ]
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        [sys.executable, "-m", "chat.moderation.evaluate", "--first-stage"],
        input=lines.encode(),
        capture_output=True,
        check=True,
    )
    calm, private, distress = map(json.loads, done.stdout.splitlines())
    assert calm == {"id": "a", "outcome": "publish", "findings": [], "score": 0.0, "crisis": "none", "pii": []}
    assert (private["outcome"], private["pii"]) == ("hold", ["phone", "name"])
    assert distress["crisis"] == "self"
    assert distress["outcome"] == "publish"
    assert {"rule": "distress", "category": "distress", "urgent": True} in distress["findings"]


def test_a_line_that_is_no_question_is_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chat.moderation.evaluate", "--first-stage"],
        input=b'{"id": 1}\n',
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == b""
