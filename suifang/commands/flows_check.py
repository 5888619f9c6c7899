"""``suifang flows check``: all faults of the conversation's data files at once, with file, line and remedy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from agent.errors import DefinitionError
from agent.survey import Survey, survey
from evaluation.case_yaml import load_cases
from evaluation.cases import case_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="machine output")
    parser.add_argument("--quiet", action="store_true", help="faults only, no warnings")


def run(args: argparse.Namespace, root: Path) -> int:
    """Check and show; 1 with faults."""
    found = survey(root, cased_asks(root))
    if not found.flows and not (root / "dialogues").is_dir():
        first = found.faults[0]
        raise DefinitionError(first.code, first.message, first.remedy, path=first.path, line=first.line)
    if args.json:
        sys.stdout.write(json.dumps(_as_dict(found), ensure_ascii=False) + "\n")
    else:
        _show(found, args.quiet)
    return 1 if found.faults else 0


def cased_asks(root: Path) -> set[str] | None:
    """Asks with example answers; None when the root has no case files."""
    folder = root / "evaluation" / "cases" / "answers"
    if not folder.is_dir():
        return None
    cases = (case for path in case_files([folder]) for case in load_cases(path))
    return {str(case["ask"]) for case in cases if isinstance(case, dict) and "ask" in case}


def programmes(found: Survey) -> dict[str, str]:
    """Flows that a conversation may start with, and their forms."""
    return {flow.id: flow.form for flow in found.flows.values() if flow.form}


def _as_dict(found: Survey) -> dict[str, object]:
    return {
        "flows": len(found.flows),
        "programmes": programmes(found),
        "faults": [finding.to_dict() for finding in found.faults],
        "warnings": [finding.to_dict() for finding in found.findings if finding.warning],
    }


def _show(found: Survey, quiet: bool) -> None:
    for finding in found.findings:
        if not (quiet and finding.warning):
            sys.stdout.write(f"{finding}\n")
    if found.faults:
        sys.stdout.write(f"{len(found.faults)} faults in {len(found.flows)} flows\n")
    else:
        names = ", ".join(f"{flow} ({form})" for flow, form in sorted(programmes(found).items()))
        sys.stdout.write(f"{len(found.flows)} flows hold; programmes: {names}\n")
