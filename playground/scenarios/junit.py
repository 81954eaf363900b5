"""What scenarios came to, as the XML that CI servers read."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from engine.scenarios.expectation import Verdict

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may have."""


def write_junit(verdicts: Sequence[Verdict], file: Path) -> None:
    """Write a report in JUnit's form: a test case for each scenario, its workflow as the class."""
    failures = sum(not verdict.passed for verdict in verdicts)
    seconds = sum(verdict.seconds for verdict in verdicts)
    counted = {"tests": str(len(verdicts)), "failures": str(failures), "errors": "0", "time": f"{seconds:.3f}"}
    root = Element("testsuites", counted)
    suite = SubElement(root, "testsuite", {"name": "scenarios", **counted})
    for verdict in verdicts:
        about = {"classname": verdict.workflow, "name": verdict.name, "file": verdict.file}
        case = SubElement(suite, "testcase", {**about, "time": f"{verdict.seconds:.3f}"})
        if not verdict.passed:
            text = NO_XML.sub("\ufffd", verdict.text)
            first = verdict.problem.partition("\n")[0] or "What came is not what was expected"
            SubElement(case, "failure", {"message": NO_XML.sub("\ufffd", first)}).text = text
    indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
