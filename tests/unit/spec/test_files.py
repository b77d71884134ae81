"""Files that include others, and folders: what is joined, and what is never read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jwtroles.errors import SpecError
from jwtroles.report.problems import render
from jwtroles.spec import files
from jwtroles.spec.load import load, load_text
from jwtroles.spec.model import Word

MAIN = """\
jwtroles: 1
project: acme
include: [{include}]
database: {{schemas: [app]}}
tokens: {{verify: gateway, claims: {{groups: {{type: "text[]"}}}}}}
mapping:
  - {{claim: groups, contains: a, role: a}}
roles:
  a: {{comment: main}}
"""


def written(folder: Path, **texts: str) -> Path:
    """Write files (`__` for a slash) and return the main one."""
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def main(*include: str) -> str:
    return MAIN.format(include=", ".join(f'"{one}"' for one in include))


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        load(path)
    return [
        (problem.code.id, Path(problem.place.source.name).name if problem.place else "")
        for problem in caught.value.problems
    ]


def test_maps_are_joined_and_lists_follow_in_the_order_of_the_files(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        main=main("services/*.yaml", "last.yaml"),
        services__b="mapping: [{claim: groups, contains: b, role: b}]\nroles: {b: {comment: b}}\n",
        services__a="jwtroles: 1\ninclude: [deeper/c.yaml]\n"
        "mapping: [{claim: groups, contains: c, role: c}]\ndatabase: {connect_as: web}\n",
        services__deeper__c="roles: {c: {}}\ntests: [{name: two, as: {}, becomes: null}]\n",
        last="mapping: [{claim: groups, contains: d, role: a}]\nrows: {own: id = 1}\n",
    )
    spec = load(path)
    assert [str(rule.conditions[0].value) for rule in spec.mapping] == ["a", "c", "b", "d"]
    assert [str(role) for role in spec.roles] == ["a", "c", "b"]
    assert str(spec.database.connect_as[0].name) == "web"
    assert list(spec.rows) == ["own"]
    place = spec.roles[Word("b")].name.place
    assert place is not None
    assert str(place) == f"{tmp_path}/services/b.yaml:2:9"
    assert [Path(one.name).name for one in spec.sources] == [
        "main.yaml", "a.yaml", "c.yaml", "b.yaml", "last.yaml",
    ]  # fmt: skip


def test_names_are_as_the_main_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, main=main("services/a.yaml"), services__a="roles: {b: {coment: x}}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as caught:
        load(Path("main.yaml"))
    assert "--> services/a.yaml:1:13" in render(caught.value, color=False, width=80)


def test_the_digest_covers_every_file(tmp_path: Path) -> None:
    path = written(tmp_path, main=main("a.yaml"), a="roles: {b: {comment: x}}\n")
    before = load(path).digest
    written(tmp_path, a="roles: {b: {comment: y}}\n")
    assert load(path).digest != before
    assert load_text("jwtroles: 1\nproject: a\ndatabase: {schemas: [b]}\ntokens: {verify: gateway}")


def test_the_same_key_in_two_files_names_both(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        main=main("a.yaml"),
        a="project: other\nroles: {a: {}}\ndatabase: {schemas: [x]}\nmapping: {}\njwtroles: 2\n",
    )
    assert refused(path) == [("JR108", "a.yaml")] * 5
    with pytest.raises(SpecError) as caught:
        load(path)
    labels = [problem.label for problem in caught.value.problems]
    assert labels[:2] == [
        f"the first one is at {path}:2:1",
        f"the first one is at {path}:9:3",
    ]


def test_a_template_that_makes_a_role_of_another_file(tmp_path: Path) -> None:
    path = written(tmp_path, main=main("a.yaml"), a='roles: {"{x}": {for: {x: [a, b]}}}\n')
    assert refused(path) == [("JR136", "a.yaml")]


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    written(
        tmp_path,
        a="mapping: [{claim: groups, contains: a, role: b}]\nroles: {a: {}}\n",
        b="jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\ntokens: {verify: gateway, "
        'claims: {groups: {type: "text[]"}}}\nmapping: [{claim: groups, contains: b, role: a}]\n',
        deeper__c="not: read",
    )
    (tmp_path / "c.yml").write_text("roles: {b: {}}\n", encoding="utf-8")
    (tmp_path / "d.sql").write_text("not yaml: [", encoding="utf-8")
    spec = load(tmp_path)
    assert [str(rule.role) for rule in spec.mapping] == ["b", "a"]
    assert spec.source.name == str(tmp_path)
    (tmp_path / "c.yml").write_text("role: {b: {}}\n", encoding="utf-8")
    assert ("JR114", "c.yml") in refused(tmp_path)


def test_a_folder_without_files(tmp_path: Path) -> None:
    assert refused(tmp_path) == [("JR140", "")]


@pytest.mark.parametrize(
    ("include", "code"),
    [
        ("../secret.yaml", "JR139"),
        ("services/../../secret.yaml", "JR139"),
        ("../*.yaml", "JR139"),
        ("*/../../secret.yaml", "JR139"),
        ("{tmp}/secret.yaml", "JR139"),
        ("{tmp}/*.yaml", "JR139"),
        ("link.yaml", "JR139"),
        ("li*.yaml", "JR139"),
        ("services/out/secret.yaml", "JR139"),
        ("services/out/*.yaml", "JR140"),
        ("services/*/secret.yaml", "JR139"),
        ("services", "JR140"),
        ("none.yaml", "JR140"),
        ("none/*.yaml", "JR140"),
        ("*.yml", "JR140"),
        ("loop.yaml", "JR140"),
        ("pipe.yaml", "JR140"),
        ("dev.yaml", "JR139"),
    ],
)
def test_nothing_outside_the_folder_is_read(tmp_path: Path, include: str, code: str) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2\n", encoding="utf-8")
    inside = tmp_path / "inside"
    path = written(inside, main=main(include.format(tmp=tmp_path)), services__a="rows: {a: b}\n")
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inside / "services" / "out").symlink_to(tmp_path)
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "dev.yaml").symlink_to("/dev/stdin")
    os.mkfifo(inside / "pipe.yaml")
    with pytest.raises(SpecError) as caught:
        load(path)
    text = render(caught.value, color=False, width=100)
    assert [problem.code.id for problem in caught.value.problems] == [code], text
    assert "hunter2" not in text
    assert "password" not in text


def test_a_main_file_that_is_a_link_to_another_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2\n", encoding="utf-8")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "main.yaml").symlink_to(tmp_path / "secret.yaml")
    assert refused(tmp_path / "inside" / "main.yaml") == [("JR139", "")]
    assert refused(tmp_path / "inside") == [("JR139", "")]


def test_a_link_that_stays_inside_is_followed(tmp_path: Path) -> None:
    path = written(tmp_path, main=main("link.yaml"), services__a="roles: {b: {}}\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "services" / "a.yaml")
    assert [str(role) for role in load(path).roles] == ["a", "b"]


@pytest.mark.parametrize(
    ("include", "where"),
    [
        (("main.yaml",), "main.yaml"),
        (("a.yaml", "a.yaml"), "main.yaml"),
        (("a*.yaml", "a.yaml"), "main.yaml"),
        (("./a.yaml", "link.yaml"), "main.yaml"),
        (("back.yaml",), "back.yaml"),
    ],
)
def test_a_file_is_read_once(tmp_path: Path, include: tuple[str, ...], where: str) -> None:
    path = written(tmp_path, main=main(*include), a="rows: {x: y}\n", back="include: [main.yaml]\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    expected = "JR122" if len(include) == 2 and include[0] == include[1] else "JR141"
    assert refused(path) == [(expected, where)]


def test_a_glob_does_not_mean_the_file_that_it_stands_in(tmp_path: Path) -> None:
    path = written(tmp_path, main=main("*.yaml"), a="rows: {x: y}\n")
    (tmp_path / ".hidden.yaml").write_text("rows: {z: y}\n", encoding="utf-8")
    assert list(load(path).rows) == ["x"]


def test_files_are_bounded_in_number_and_in_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(
        tmp_path, main=main("d/*.yaml"), **{f"d__{n}": f"rows: {{r{n}: x}}\n" for n in range(9)}
    )
    assert len(load(path).rows) == 9
    monkeypatch.setattr(files, "MAX_FILES", 9)
    assert [code for code, _ in refused(path)] == ["JR142"]
    monkeypatch.setattr(files, "MAX_FILES", 8)
    assert [code for code, _ in refused(path)] == ["JR142"]
    monkeypatch.undo()
    written(tmp_path, d__0="rows:\n" + "#" * 9**6, d__1="roles:\n" + "#" * 9**6)
    assert [code for code, _ in refused(path)] == ["JR142"]


def test_a_text_has_no_folder() -> None:
    with pytest.raises(SpecError) as caught:
        load_text(main("a.yaml"))
    (problem,) = caught.value.problems
    assert problem.code.id == "JR140"


def test_problems_of_all_files_in_one_run(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        main=main("a.yaml", "b.yaml") + "row: {a: b}\n",
        a="role: {a: {}}\n",
        b="- a list\n",
    )
    assert refused(path) == [("JR114", "a.yaml"), ("JR106", "b.yaml"), ("JR114", "main.yaml")]
