"""Our flows, domain, wording and examples in Rasa's own readers and validators. Runs in an environment of its own.

Needs rasa-pro (no licence: reading and validating do not ask for one). Exit code 1 when Rasa refuses a file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from pypred import Predicate
from rasa.core.config.configuration import Configuration
from rasa.shared.core.domain import Domain
from rasa.shared.core.flows.flow_step_links import IfFlowStepLink
from rasa.shared.core.flows.flows_list import FlowsList
from rasa.shared.core.flows.steps import ActionFlowStep, CollectInformationFlowStep
from rasa.shared.core.flows.yaml_flows_io import YAMLFlowsReader
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

ROOT = Path(__file__).resolve().parents[2]
faults: list[str] = []


def attempt(what: str, work: Callable[[], str]) -> None:
    """Do one part and say how it went."""
    try:
        sys.stdout.write(f"ok    {what}: {work()}" + "\n")
    except Exception as error:  # Rasa raises many kinds; each is a refusal to show
        faults.append(what)
        sys.stdout.write(f"FAULT {what}: {type(error).__name__}: {error}" + "\n")


def read_flows() -> FlowsList:
    """Every flow file by Rasa's reader."""
    flows = FlowsList([])
    for path in sorted((ROOT / "dialogues" / "flows").glob("**/*.yml")):
        attempt(str(path.relative_to(ROOT)), lambda path=path: f"{len(YAMLFlowsReader.read_from_file(path))} flows")
        flows = flows.merge(YAMLFlowsReader.read_from_file(path))
    return flows


def validate(flows: FlowsList, domain: Domain) -> str:
    """Rasa's own validation, and the names that its data validation (which asks for a licence) would compare."""
    flows.validate(domain)
    slots = {slot.name for slot in domain.slots}
    said = set(domain.responses)
    missing = []
    for flow in flows.underlying_flows:
        for step in flow.steps_with_calls_resolved if hasattr(flow, "steps_with_calls_resolved") else flow.steps:
            if isinstance(step, CollectInformationFlowStep):
                missing += [f"{flow.id}: slot {step.collect}"] if step.collect not in slots else []
                missing += [f"{flow.id}: {step.utter}"] if step.utter not in said else []
            elif isinstance(step, ActionFlowStep) and step.action not in domain.action_names_or_texts:
                missing.append(f"{flow.id}: {step.action}")
    if missing:
        raise ValueError("the domain does not know " + "; ".join(missing))
    return f"{len(flows.underlying_flows)} flows, {len(slots)} slots, {len(said)} responses"


def conditions(flows: FlowsList) -> str:
    """Every condition in Rasa's predicate language."""
    found = []
    for flow in flows.underlying_flows:
        for step in flow.steps:
            found += [link.condition for link in step.next.links if isinstance(link, IfFlowStepLink)]
            found += [r.if_ for r in getattr(step, "rejections", ())]
    for source in found:
        if not (predicate := Predicate(source)).is_valid():
            raise ValueError(f"{source!r}: {predicate.errors()}")
    return f"{len(found)} conditions"


def examples(path: Path) -> str:
    """The NLU examples."""
    data = RasaYAMLReader().read(str(path))
    return f"{len(data.intent_examples)} examples of {len(data.intents)} intents"


def main() -> int:
    """Read everything."""
    Configuration.initialise_empty()
    flows = read_flows()
    files = [ROOT / "dialogues" / "domain.yml", *sorted((ROOT / "dialogues" / "responses").glob("*.yml"))]
    domain = Domain.load([str(path) for path in files])
    attempt("domain", lambda: f"{len(domain.slots)} slots, {len(domain.responses)} responses")
    attempt("flows with domain", lambda: validate(flows, domain))
    attempt("conditions", lambda: conditions(flows))
    for path in sorted((ROOT / "nlu_data").glob("intents*.yml")):
        attempt(str(path.relative_to(ROOT)), lambda path=path: examples(path))
    sys.stdout.write(f"{len(faults)} faults" + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
