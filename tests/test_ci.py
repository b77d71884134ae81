"""examples/ci: every shell line runs, on a server, and beside an API in the place of the host's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from jwtroles import __version__
from tests.pages import ROOT, Block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters, Sandbox

EXAMPLE = ROOT / "examples" / "saas-gateway"
GITHUB = yaml.safe_load((ROOT / "examples/ci/github/jwtroles.yml").read_text("utf-8"))
GITLAB = yaml.safe_load((ROOT / "examples/ci/gitlab/.gitlab-ci.yml").read_text("utf-8"))
JOBS = {"plan", "plan-fork", "apply", "drift"}
"""What the tests below run, with every shell line in it."""

SECRET = "sesame"
COMMENT_TOKEN = "ghs_of_the_job"


@dataclass
class Host:
    """What the hosting site knows: comments, and the plan of the reviewed run."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    plan: bytes = b""
    asked: list[str] = field(default_factory=list)
    merged: bool = True
    url: str = ""

    def answer(self, method: str, path: str, sent: Any) -> Any:
        """Answer as GitHub and GitLab do, as far as the examples ask."""
        path, _, query = path.partition("?")
        if path.endswith("/user"):
            return {"id": 1}
        if path.endswith("/pulls"):
            return [{"merged_at": "now" if self.merged else None, "head": {"sha": "abc"}}]
        if path.endswith("/runs"):
            assert "head_sha=abc" in query
            return {"workflow_runs": [{"id": 77}]}
        if path.endswith("/merge_requests"):
            return [{"state": "merged" if self.merged else "opened", "iid": 5}]
        if path.endswith("/raw/plan.json"):
            assert "refs%2Fmerge-requests%2F5%2Fhead" in path
            return self.plan
        if method == "GET":  # two on a page
            page = int(re.search(r"[?&]page=(\d+)", f"?{query}")[1])
            return self.comments[2 * page - 2 : 2 * page]
        if method == "POST":
            author = {"id": 1, "login": "github-actions[bot]"}
            new = {"id": len(self.comments) + 1, "user": author, "author": author, **sent}
            self.comments.append(new)
            return new
        (found,) = (one for one in self.comments if path.endswith(f"/{one['id']}"))
        found.update(sent)
        return found


@pytest.fixture
def host() -> Iterator[Host]:
    known = Host()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length)) if length else None
            given = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            assert given.removeprefix("Bearer ") == COMMENT_TOKEN
            known.asked.append(self.command)
            said = known.answer(self.command, self.path, sent)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = answer  # noqa: N815 - named by http.server

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    yield known
    server.shutdown()
    server.server_close()


@dataclass
class Runner:
    """A machine that runs the jobs of a host in one folder."""

    host: Host
    sandbox: Sandbox
    folder: Path
    kind: str
    printed: str = ""

    def job(self, name: str) -> int:
        """Run the shell lines of a job in their order, as the host would; return the exit code."""
        assert name in JOBS
        return self._github(name) if self.kind == "github" else self._gitlab(name)

    def _github(self, name: str) -> int:
        job, code = GITHUB["jobs"][name], 0
        given = {**GITHUB["env"], **job.get("env", {})}
        for step in job["steps"]:
            if "run" in step and (code == 0 or step.get("if") == "always()"):
                variables = {**given, **step.get("env", {})}
                code = self.shell(["bash", "-e", "-c", step["run"]], variables) or code
            elif step.get("uses", "").startswith("actions/upload-artifact") and code == 0:
                self.host.plan = (self.folder / step["with"]["path"]).read_bytes()
            elif step.get("uses", "").startswith("actions/download-artifact") and code == 0:
                output = (self.folder / "output").read_text()
                assert output.endswith("run=77\n")
                (self.folder / "plan.json").write_bytes(self.host.plan)
        return code

    def _gitlab(self, name: str) -> int:
        job = GITLAB[name]
        given = {**GITLAB["variables"], **job.get("variables", {})}
        lines = [*GITLAB["default"]["before_script"], *job["script"]]
        code = self.shell(["bash", "-e", "-c", "\n".join(lines)], given)
        if "after_script" in job:
            assert self.shell(["bash", "-e", "-c", "\n".join(job["after_script"])], given) == 0
        if "artifacts" in job and code == 0:
            self.host.plan = (self.folder / "plan.json").read_bytes()
        return code

    def shell(self, command: list[str], given: dict[str, Any]) -> int:
        url = self.sandbox.url.replace("postgres@", f"postgres:{SECRET}@")
        known = {
            "${{ secrets.PLAN_DATABASE_URL }}": url,
            "${{ secrets.APPLY_DATABASE_URL }}": url,
            "$PLAN_DATABASE_URL": url,
            "$APPLY_DATABASE_URL": url,
            "${{ github.token }}": COMMENT_TOKEN,
            "${{ github.event.pull_request.number }}": "5",
        }
        variables = {key: known.get(str(value), str(value)) for key, value in given.items()}
        assert not [value for value in variables.values() if "${{" in value]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JWTROLES_", "PG"))}
        ours = {
            "PATH": f"{self.folder.parent / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PIP_NO_INDEX": "1",
            "GITHUB_API_URL": self.host.url,
            "GITHUB_REPOSITORY": "acme/access",
            "GITHUB_SHA": "merge",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "CI_API_V4_URL": self.host.url,
            "CI_PROJECT_ID": "9",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_COMMIT_SHA": "merge",
            "COMMENT_TOKEN": COMMENT_TOKEN,
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | ours | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.printed += done.stdout
        return done.returncode

    def edit(self, before: str, after: str) -> None:
        file = self.folder / "jwtroles.yaml"
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), "utf-8")


@pytest.fixture(params=["github", "gitlab"])
def runner(
    request: pytest.FixtureRequest, host: Host, cluster: Clusters, tmp_path: Path
) -> Iterator[Runner]:
    shims, folder = tmp_path / "bin", tmp_path / "work"
    shims.mkdir()
    shutil.copytree(EXAMPLE, folder)
    for name, arguments in {
        "python": "",
        "jwtroles": '-c "from jwtroles.cli import main; main()" ',
    }.items():
        shim = shims / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        shim.chmod(0o755)
    with cluster(18).fresh() as sandbox:
        sandbox.load(EXAMPLE / "schema.sql")
        yield Runner(host, sandbox, folder, request.param)


def test_from_a_pull_request_to_drift_at_night(runner: Runner) -> None:
    host = runner.host
    stranger = {"id": 9, "login": "stranger"}
    marker = "<!-- jwtroles:acme:production -->"
    for number in range(1, 4):  # more than a page, and one that looks like ours
        host.comments.append(
            {"id": number, "user": stranger, "author": stranger, "body": f"{marker}\nlooks good"}
        )
    assert runner.job("plan") == 0, runner.printed
    assert len(host.comments) == 4
    first = host.comments[-1]["body"]
    assert first.startswith(f"{marker}\n### 🔓 jwtroles: first apply to **production**")
    # A second run updates the comment.
    runner.edit("update: {columns: [note, total]", "update: {columns: [note]")
    assert runner.job("plan") == 0, runner.printed
    assert [one["body"] for one in host.comments[:3]] == [f"{marker}\nlooks good"] * 3
    assert len(host.comments) == 4
    assert host.comments[-1]["body"] != first
    # A file that is wrong is told in the same comment, and keeps the job from passing.
    runner.edit("update: {columns: [note]", "update: {columnz: [note]")
    assert runner.job("plan") == 1
    assert len(host.comments) == 4
    assert "columnz" in host.comments[-1]["body"]
    runner.edit("update: {columnz: [note]", "update: {columns: [note]")
    assert runner.job("plan") == 0, runner.printed
    assert len(host.comments) == 4
    # Merged: what was reviewed is applied, and nothing else.
    (runner.folder / "plan.json").unlink()
    assert runner.job("apply") == 0, runner.printed
    assert runner.job("drift") == 0, runner.printed
    runner.sandbox.run_sql("GRANT DELETE ON app.customers TO auditor")
    assert runner.job("drift") == 2, runner.printed
    assert SECRET not in runner.printed
    assert COMMENT_TOKEN not in runner.printed


def test_what_was_not_reviewed_is_not_applied(runner: Runner) -> None:
    assert runner.job("plan") == 0, runner.printed
    runner.edit("update: {columns: [note, total]", "update: {columns: [note]")
    assert runner.job("apply") == 3, "the merged file is another one"
    assert "JR650" in runner.printed
    runner.host.merged = False
    assert runner.job("apply") == 1
    assert "no reviewed plan belongs to this commit" in runner.printed
    assert runner.sandbox.rows("SELECT to_regnamespace('jwtroles') IS NULL") == [(True,)]


def test_a_fork_plans_against_a_snapshot_without_credentials(runner: Runner) -> None:
    taken = ["bash", "-c", "jwtroles snapshot --out production.snapshot.json"]
    given = {"PRODUCTION_DATABASE_URL": "$PLAN_DATABASE_URL", "JWTROLES_ENV": "production"}
    assert runner.shell(taken, given) == 0, runner.printed
    assert runner.job("plan-fork") == 0, runner.printed
    summary = runner.folder / "summary.md"
    told = summary.read_text("utf-8") if summary.exists() else runner.printed
    assert "acme" in told
    assert "member" in told
    assert runner.host.asked == []
    workflow = json.dumps([GITHUB["jobs"]["plan-fork"], GITLAB["plan-fork"]])
    assert "secrets." not in workflow
    assert "DATABASE_URL" not in workflow


def test_the_workflow_has_the_least_rights() -> None:
    triggers = GITHUB[True]  # YAML 1.1 reads `on` so
    assert set(triggers) == {"pull_request", "push", "schedule"}
    assert GITHUB["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions") for name, job in GITHUB["jobs"].items()}
    assert rights == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "plan-fork": None,
        "apply": {"contents": "read", "actions": "read", "pull-requests": "read"},
        "drift": None,
    }
    assert GITHUB["env"]["VERSION"] == GITLAB["variables"]["VERSION"] == __version__
    for job in GITHUB["jobs"].values():
        for step in job["steps"]:
            # What somebody else can write never stands in a script: it comes by a variable.
            assert "${{" not in step.get("run", "")
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"] == {"persist-credentials": False}


def test_every_shell_line_is_one_that_a_runner_runs() -> None:
    """No job is left out, and none has lines in a place that `Runner` does not look at."""
    assert set(GITHUB["jobs"]) == JOBS
    assert "defaults" not in GITHUB
    for job in GITHUB["jobs"].values():
        assert not {"defaults", "container", "strategy", "services"} & job.keys()
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert step.get("if", "always()") == "always()"
            assert not {"shell", "working-directory", "continue-on-error"} & step.keys()
    assert set(GITLAB) - JOBS == {"stages", "variables", "default"}
    assert set(GITLAB["default"]) == {"image", "before_script"}
    for job in (GITLAB[name] for name in JOBS):
        assert not {"before_script", "hooks", "extends", "image", "allow_failure"} & job.keys()
        assert all(set(rule) == {"if"} for rule in job["rules"])


CHECK = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
FORMS = {
    "github": (*CHECK, "vendor.github-workflows"),
    "gitlab": (*CHECK, "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    "hooks": (sys.executable, "-m", "pre_commit", "validate-manifest"),
    "config": (sys.executable, "-m", "pre_commit", "validate-config"),
}


@pytest.mark.parametrize(
    ("form", "text", "word"),
    [
        ("github", "examples/ci/github/jwtroles.yml", "runs-on:"),
        ("gitlab", "examples/ci/gitlab/.gitlab-ci.yml", "resource_group:"),
        ("hooks", ".pre-commit-hooks.yaml", "entry:"),
        *[("config", block, "rev:") for block in blocks("docs/ci.md", "yaml")],
        *[("github", block, "runs-on:") for block in blocks("docs/fleets.md", "yml")],
    ],
    ids=str,
)
def test_each_file_has_the_form_that_its_host_publishes(
    form: str, text: str | Block, word: str, tmp_path: Path
) -> None:
    """And not with a word misspelt, which a schema that allows everything would take."""
    right = (ROOT / text).read_text("utf-8") if isinstance(text, str) else text.text
    assert word in right
    codes = []
    for number, one in enumerate((right, right.replace(word, word[1:]))):
        file = tmp_path / f"{number}.yml"
        file.write_text(one, "utf-8")
        done = subprocess.run([*FORMS[form], file], capture_output=True, text=True, check=False)
        codes.append(done.returncode)
    assert codes == [0, 1], done.stdout


def test_the_hook_of_pre_commit(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert re.search(hook["files"], "access/jwtroles.yaml")
    assert not hook["pass_filenames"]
    program, *arguments = hook["entry"].split()
    assert program == "jwtroles"
    start = [sys.executable, "-c", "from jwtroles.cli import main; main()", *arguments]
    codes = []
    for text in ((EXAMPLE / "jwtroles.yaml").read_text("utf-8"), "jwtroles: 1\n"):
        (tmp_path / "jwtroles.yaml").write_text(text, "utf-8")
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(start, cwd=tmp_path, capture_output=True, env=environ, check=False)
        codes.append(done.returncode)
    assert codes == [0, 1]
