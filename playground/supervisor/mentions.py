"""Whether a Python file may import another one, as its source says."""

import ast
from pathlib import Path


def mentions(file: Path, name: str) -> bool:
    """Tell whether a file imports a module of this name, anywhere in it, or has the name as a text.

    A text may be what it gives to an import. What cannot be read as Python is taken to import whatever it has the
    letters of.

    Args:
        file: the file; of one that is not there nothing is said.
        name: the last part of the module's name.
    """
    try:
        source = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if name not in source:
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return True
    return any(name in _names(node) for node in ast.walk(tree))


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [part for alias in names for part in alias.name.split(".")]
        case ast.ImportFrom(module=module, names=names):
            return [*(module or "").split("."), *(alias.name for alias in names)]
        case ast.Constant(value=str(text)):
            return text.removesuffix(".py").split(".")
        case _:
            return []
