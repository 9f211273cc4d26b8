"""Figures are what they say they are; near-copies never straddle a split."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from open12345.classify import Prediction, Suggestion, Text, calibration_error, copies, evaluate, splits
from open12345.dispatch import cli
from tests.classify.conftest import Said, made


class Knows:
    """Answers what it was told, as surely as it was told."""

    def __init__(self, answers: dict[str, tuple[str, float]], labels: tuple[str, ...] = ("A", "B")) -> None:
        self.answers, self.labels = answers, labels

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        found = []
        for text in texts:
            code, sure = self.answers[text.title]
            others = [Suggestion(each, 0.0) for each in self.labels if each != code]
            said = (Suggestion(code, sure), *others)[:top]
            found.append(Prediction(said, said, 1.0, 0.0))
        return found


def test_figures_of_a_small_set_worked_out_by_hand() -> None:
    texts = [Text(str(n), "") for n in range(4)]
    model = Knows({"0": ("A", 1.0), "1": ("A", 1.0), "2": ("B", 1.0), "3": ("A", 0.5)})
    figures = evaluate(model, texts, ["A", "A", "B", "B"], train_seconds=1.5)
    assert figures.accuracy == 0.75
    assert figures.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert figures.top3 == 1.0
    assert figures.calibration_error == pytest.approx(0.5 / 4)
    assert figures.texts_per_second > 0
    assert figures.as_json()["train_seconds"] == 1.5


def test_a_label_never_learnt_is_wrong_and_one_never_asked_counts_not() -> None:
    figures = evaluate(Knows({"0": ("A", 1.0), "1": ("B", 1.0)}), [Text("0", ""), Text("1", "")], ["A", "C"])
    assert (figures.accuracy, figures.macro_f1, figures.top3) == (0.5, 0.5, 0.5)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_calibration_error_lies_between_0_and_1(said: list[tuple[float, bool]]) -> None:
    sure, right = np.array([each[0] for each in said]), np.array([each[1] for each in said])
    assert 0 <= calibration_error(sure, right) <= 1
    assert calibration_error(right.astype(float), right) == 0
    assert calibration_error((~right).astype(float), right) == 1


def test_near_copies_are_found_and_others_are_not() -> None:
    texts, _labels = made(range(0, 120, 4))
    again = [Text(text.title, text.body.replace("，", "、").replace("请", "望") + "！") for text in texts]
    groups = copies([*texts, *again, Text("", ""), Text("", "")])
    assert groups[: len(texts)].tolist() == groups[len(texts) : 2 * len(texts)].tolist()
    assert len(set(groups[: len(texts)].tolist())) == len(texts)
    assert groups[-1] not in groups[:-2]


def test_splits_keep_groups_whole_ask_everything_once_and_repeat_by_seed() -> None:
    labels = ["A", "B", "A", "C"] * 30
    groups = np.arange(120) // 2
    parts = list(splits(labels, groups, seed=3))
    assert sorted(place for _, asked in parts for place in asked) == list(range(120))
    assert all(not set(groups[learnt]) & set(groups[asked]) for learnt, asked in parts)
    assert [asked.tolist() for _, asked in parts] == [asked.tolist() for _, asked in splits(labels, groups, seed=3)]


# --- the command ----------------------------------------------------------------------------------


def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
    app = typer.Typer()
    cli.register(app)
    done = CliRunner().invoke(app, ["dispatch", "evaluate", *map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout.startswith("{") else {}


def write(path: Path, said: Said, heads: Sequence[str] = ("id", "title", "body", "category", "group")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([n, *text, label, n] for n, (text, label) in enumerate(zip(*said, strict=True)))
    return path


@pytest.fixture
def files(tmp_path: Path, learnt: Said, asked: Said) -> tuple[Path, Path]:
    texts, labels = learnt
    return write(tmp_path / "a.csv", (texts[:240], labels[:240])), write(tmp_path / "b.csv", asked)


@pytest.mark.function("DIS-03")
def test_two_files_and_a_tree_give_all_figures(files: tuple[Path, Path], tmp_path: Path, tree: Any) -> None:
    above = tmp_path / "tree.csv"
    above.write_text("code,parent\n" + "".join(f"{code},{parent}\n" for code, parent in tree.parents.items()))
    code, told = run("--train", files[0], "--test", files[1], "--tree", above)
    assert code == 0
    assert told["ok"]
    assert (told["texts"], told["train_texts"], told["unknown_labels"]) == (120, 240, 0)
    assert 0.5 < told["accuracy"] <= told["top3"] <= 1
    assert told["first_level"] >= told["accuracy"]
    assert 0 <= told["calibration_error"] < 0.5
    assert told["texts_per_second"] > 0
    assert told["train_seconds"] > 0


def test_labels_that_training_has_not_are_named_with_how_many_there_are(files: tuple[Path, Path]) -> None:
    other = files[1].read_text(encoding="utf-8").splitlines()
    other[1:4] = [",".join([*line.split(",")[:3], label, "0"]) for line, label in zip(other[1:4], "XYX", strict=True)]
    files[1].write_text("\n".join(other), encoding="utf-8")
    told = run("--train", files[0], "--test", files[1])[1]
    assert (told["unknown_labels"], told["unknown"]) == (3, {"X": 2, "Y": 1})


def test_copies_of_what_was_learnt_are_counted(files: tuple[Path, Path]) -> None:
    assert run("--train", files[0], "--test", files[0])[1]["copies_of_training"] == 240


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("title,body,category\n路灯,不亮,A\n路灯,不亮,\n", "bad.csv, row 3, column category: empty"),
        ("title,body,category\n,,A\n", "bad.csv, row 2, columns title and body: both empty"),
        ("title,body\n路灯,不亮\n", "category"),
        ("title,body,category\n", "no row after the headings"),
        ("title,body,category\n路灯,不亮,A\n路灯,又不亮,A\n", "at least two different labels"),
        ("", "bad.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_row_and_column(
    files: tuple[Path, Path], tmp_path: Path, content: str, told: str
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(content, encoding="utf-8")
    code, answer = run("--train", bad, "--test", files[1])
    assert code == 1
    assert not answer["ok"]
    assert any(told in problem for problem in answer["problems"]), answer


def test_a_quote_never_closed_is_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text('title,body,category\n路灯,不亮,A\n路灯,"' + "亮" * 140_000, encoding="utf-8")
    code, answer = run("--train", files[0], "--test", bad)
    assert code == 1
    assert "bad.csv, after row 2" in answer["problems"][0]


def test_paths_make_a_tree_and_a_label_in_two_places_is_refused(tmp_path: Path) -> None:
    paths = tmp_path / "paths.csv"
    paths.write_text("一级,二级,三级\n城建,道路,路灯\n城建,市政,其他\n交通,道路,其他\n", encoding="utf-8")
    tree = cli.read_tree(paths, {"路灯", "市政"})
    assert (tree.lineage("市政"), tree.first("城建")) == (("市政", "城建"), "城建")
    with pytest.raises(cli.Unusable, match="其他 stands under 市政 and under 道路"):
        cli.read_tree(paths, {"其他"})


def test_a_tree_in_a_circle_is_told(tmp_path: Path) -> None:
    circle = tmp_path / "circle.csv"
    circle.write_text("code,parent\nA,B\nB,A\n", encoding="utf-8")
    with pytest.raises(cli.Unusable, match="column parent"):
        cli.read_tree(circle, {"A"})


def test_a_file_that_is_not_there_is_wrong_use(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert run("--train", tmp_path / "none.csv", "--test", files[1])[0] == 2
