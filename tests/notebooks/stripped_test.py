#!/usr/bin/env python3
"""Notebooks are stored without outputs, so that a change in one is a change of its text. Standard library only.

    stripped_test.py FOLDER            the test
    stripped_test.py FOLDER --strip    makes them so: after a notebook was edited or run in Jupyter
"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = ""
NAMES = {"tuning-curves.ipynb", "phi-eight.ipynb"}
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}}
LONGEST_LINE = 120


def stripped(book):
    """The notebook without outputs and without traces of where it was edited."""
    cells = []
    for cell in book["cells"]:
        kept = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {}, "source": cell["source"]}
        if cell["cell_type"] == "code":
            kept.update(execution_count=None, outputs=[])
        cells.append(dict(sorted(kept.items())))
    return {"cells": cells, "metadata": METADATA, "nbformat": book["nbformat"],
            "nbformat_minor": book["nbformat_minor"]}


def written(book):
    """As Jupyter writes it."""
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def faults(path):
    """What is wrong with a stored notebook: a list of sentences."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        book = json.loads(text)
    except ValueError as problem:
        return [f"not JSON: {problem}"]
    found = []
    if (book.get("nbformat"), book.get("nbformat_minor")) != (4, 5):
        found.append("not of format 4.5")
    if book.get("metadata") != METADATA:
        found.append("metadata of the machine it was edited on")
    if text != written(book):
        found.append("not written as Jupyter writes it")
    names = [cell.get("id") for cell in book.get("cells", [])]
    if not names or None in names or len(set(names)) != len(names):
        found.append("cells without a name of their own")
    for cell in book.get("cells", []):
        found += [f"cell {cell.get('id')}: {what}" for what in cell_faults(cell)]
    return found


def cell_faults(cell):
    source = "".join(cell["source"])
    if not source.strip():
        yield "empty"
    if max(map(len, source.split("\n"))) > LONGEST_LINE:
        yield f"a line longer than {LONGEST_LINE} columns"
    if cell["metadata"]:
        yield "metadata"
    if cell["cell_type"] == "code":
        if cell["outputs"]:
            yield "outputs"
        if cell["execution_count"] is not None:
            yield "an execution count"
        try:
            compile(source, cell["id"], "exec")
        except SyntaxError as problem:
            yield f"no Python: {problem}"


class Stripped(unittest.TestCase):
    def test_stored_notebooks_are_stripped(self):
        paths = sorted(Path(FOLDER).glob("*.ipynb"))
        self.assertEqual({path.name for path in paths}, NAMES)
        for path in paths:
            self.assertEqual(faults(path), [], path.name)

    def test_each_fault_is_found(self):
        original = json.loads((Path(FOLDER) / "phi-eight.ipynb").read_text(encoding="utf-8"))
        code = next(i for i, cell in enumerate(original["cells"]) if cell["cell_type"] == "code")
        changes = {
            "outputs": lambda cell: cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": ["1"]}),
            "an execution count": lambda cell: cell.update(execution_count=1),
            "metadata": lambda cell: cell["metadata"].update(collapsed=True),
            "no Python": lambda cell: cell.update(source=["if"]),
            "empty": lambda cell: cell.update(source=["\n"]),
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "changed.ipynb"
            for fault, change in changes.items():
                book = json.loads(json.dumps(original))
                change(book["cells"][code])
                path.write_text(written(book), encoding="utf-8")
                found = faults(path)
                self.assertEqual(len(found), 1, (fault, found))
                self.assertIn(fault, found[0])
            path.write_text(written({**original, "metadata": {}}), encoding="utf-8")
            self.assertIn("metadata", faults(path)[0])
            path.write_text(json.dumps(original)[:-1], encoding="utf-8")
            self.assertIn("not JSON", faults(path)[0])

    def test_stripping_undoes_what_jupyter_adds(self):
        for path in sorted(Path(FOLDER).glob("*.ipynb")):
            original = json.loads(path.read_text(encoding="utf-8"))
            book = json.loads(json.dumps(original))
            book["metadata"]["language_info"]["version"] = "3.11.2"
            for number, cell in enumerate(book["cells"]):
                cell["metadata"] = {"editable": True}
                if cell["cell_type"] == "code":
                    cell.update(execution_count=number, outputs=[{"output_type": "stream"}])
            self.assertNotEqual(book, original)
            self.assertEqual(written(stripped(book)), written(original))


if __name__ == "__main__":
    FOLDER = sys.argv.pop(1)
    if sys.argv[1:] == ["--strip"]:
        for name in sorted(Path(FOLDER).glob("*.ipynb")):
            name.write_text(written(stripped(json.loads(name.read_text(encoding="utf-8")))), encoding="utf-8")
        sys.exit()
    unittest.main()
