"""The house keeps its shape: imports and foreign keys point one way, files and functions stay small.

viveka.stores <- customers <- advances <- debts <- billing <- viveka
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
# From left to right: each may know those before it, none may know those after it.
FLOORS = ["viveka.embedded", "viveka.database", "viveka.stores", "customers", "advances", "debts", "billing", "viveka"]
APPS = ["viveka", "customers", "advances", "debts", "billing"]
LONGEST_FILE = 300
LONGEST_FUNCTION = 70
PASSED_OVER = re.compile(r"# type\: ignore(?P<why>\[[\w, -]+\]  # .)?")
# What may be longer. It should stay empty; whoever adds to it says why beside the line.
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
NAMES_THAT_SAY_NOTHING = {"utils.py", "helpers.py", "common.py", "misc.py", "tools.py"}


def files(*, tests: bool = False, migrations: bool = False) -> list[Path]:
    """Our own Python files, those of tests or migrations on request."""
    found = []
    for path in [file for app in APPS for file in sorted((ROOT / app).rglob("*.py"))]:
        if ("tests" in path.parts and not tests) or ("migrations" in path.parts and not migrations):
            continue
        found.append(path)
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def floor_of(module: str) -> int | None:
    """The place in FLOORS of a module; None for what is not ours."""
    for place, floor in enumerate(FLOORS):
        if module == floor or module.startswith(f"{floor}."):
            return place
    return None


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and module of every import, those inside functions and of type checking included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            yield node.lineno, f"{node.module}.{node.names[0].name}" if node.module == "viveka" else str(node.module)


def test_imports_point_to_the_left() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}"
        for path in files(tests=True, migrations=True)
        for line, imported in imports(path)
        if not _may_import(module_of(path), imported)
    ]
    assert wrong == []


def _may_import(importer: str, imported: str) -> bool:
    mine, theirs = floor_of(importer), floor_of(imported)
    if imported.split(".")[0] in {"tests", "benchmarks"}:
        return False
    return mine is None or theirs is None or theirs <= mine


def test_foreign_keys_point_to_the_left() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        mine = floor_of(model.__module__)
        for field in model._meta.get_fields():
            if mine is None or field.auto_created or not field.is_relation or field.related_model is None:
                continue
            theirs = floor_of(field.related_model.__module__)
            if theirs is not None and theirs > mine:
                wrong.append(f"{model.__name__}.{field.name} points to {field.related_model.__name__}")
    assert wrong == []


def test_apps_stand_in_the_order_of_the_arrows() -> None:
    ours = [name for name in settings.INSTALLED_APPS if name in FLOORS]
    assert ours == [name for name in FLOORS if name in ours]


@pytest.mark.parametrize("python", ["eval", "exec", "__import__"])
def test_no_code_hides_an_import(python: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == python
    ]
    assert wrong == []


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*files(), *(ROOT / "benchmarks").rglob("*.py"), *(ROOT / "static" / "js").glob("*.js")]
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert set(long) == LONG_FILES, long


def test_what_mypy_passes_over_says_why() -> None:
    """On the line: what is passed over, and then why. Tests are not read by it, and pass nothing over."""
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*files(tests=True), *sorted((ROOT / "tests").rglob("*.py"))]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (found := PASSED_OVER.search(line)) and ("tests" in path.parts or not found["why"])
    ]
    assert silent == []


def test_functions_stay_short() -> None:
    long = {}
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert set(long) == LONG_FUNCTIONS, long


def test_files_have_names_that_say_something() -> None:
    assert [str(path) for path in files(tests=True) if path.name in NAMES_THAT_SAY_NOTHING] == []


def test_modules_and_public_services_say_what_they_do() -> None:
    silent = []
    for path in files():
        public = _public_functions(path) if _is_a_service(path) else []
        silent += [f"{path.relative_to(ROOT)}:{one.name}" for one in public if not ast.get_docstring(one)]
        if _is_a_service(path) and tree(path).body and not ast.get_docstring(tree(path)):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_public_services_are_typed() -> None:
    untyped = []
    for path in filter(_is_a_service, files()):
        for function in _public_functions(path):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            missing = [one.arg for one in arguments if one.annotation is None and one.arg not in {"self", "cls"}]
            if missing or function.returns is None:
                untyped.append(f"{path.relative_to(ROOT)}:{function.name} {missing}")
    assert untyped == []


def _is_a_service(path: Path) -> bool:
    return path.name == "services.py" or path.parent.name == "services"


def _public_functions(path: Path) -> list[ast.FunctionDef]:
    return [one for one in tree(path).body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")]


def test_services_never_see_a_request() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}"
        for path in filter(_is_a_service, files())
        for line, imported in imports(path)
        if imported.startswith(("django.http", "django.shortcuts", "ninja"))
    ]
    assert wrong == []


def test_no_signals() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files()
        for line, imported in imports(path)
        if imported.startswith(("django.dispatch", "django.db.models.signals"))
    ]
    assert wrong == []
