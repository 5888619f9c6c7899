"""The ways through flows: what is reached, what never ends, what goes round without asking."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from agent.flows.findings import Finding
from agent.flows.model import END, Act, AnyStep, Assign, CallFlow, Collect, Flow, LinkFlow

Graph = Mapping[str, Collection[str]]


def successors(step: AnyStep) -> tuple[str, ...]:
    """Steps that may come next; ending the conversation or going over to another flow leads nowhere here."""
    if isinstance(step, LinkFlow) or (isinstance(step, Act) and step.action.startswith("action_end_")):
        return (END,)
    return tuple(dict.fromkeys(branch.target for branch in step.next))


def reachable(flow: Flow) -> set[str]:
    """Ids of the steps that some way leads to."""
    seen: set[str] = set()
    open_ids = [flow.first]
    while open_ids:
        step_id = open_ids.pop()
        if step_id in seen or step_id not in flow.steps:
            continue
        seen.add(step_id)
        open_ids.extend(branch.target for branch in flow.steps[step_id].next)
    return seen


def without_exit(flow: Flow) -> Iterator[Finding]:
    """One finding for each loop (or dead part) from which no way leads to the end."""
    graph = {step_id: successors(step) for step_id, step in flow.steps.items()}
    ending = {
        END,
        *(t for targets in graph.values() for t in targets if t not in flow.steps),
    }  # unknown: said elsewhere
    grown = True
    while grown:
        more = {s for s, targets in graph.items() if s not in ending and any(t in ending for t in targets)}
        ending |= more
        grown = bool(more)
    seen = reachable(flow)
    stuck = [step_id for step_id in flow.steps if step_id in seen and step_id not in ending]
    for loop in cycles({step_id: graph[step_id] for step_id in stuck}):
        first = next(step_id for step_id in stuck if step_id in loop)
        message = f"{flow.id}: the loop {' -> '.join(s for s in stuck if s in loop)} has no way out"
        yield Finding(
            flow.path, flow.steps[first].line, "loop-without-exit", message, "let one `next` in it lead on or be END"
        )


def loops_that_never_ask(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[Finding]:
    """Loops with an exit that would spin: an ask that is filled is passed, so a loop must forget something."""
    graph = {step_id: successors(step) for step_id, step in flow.steps.items()}
    for loop in cycles(graph):
        steps = [flow.steps[step_id] for step_id in flow.steps if step_id in loop]
        filled = {slot for step in steps for slot in _filled(step, flows)}
        forgotten = {s for step in steps if isinstance(step, Assign) for s, v in step.values.items() if v is None}
        if not filled & forgotten:
            message = f"{flow.id}: the loop {' -> '.join(step.id for step in steps)} goes round without asking anything"
            remedy = "forget the answer inside the loop (`set_slots: [{SLOT: null}]`): a filled ask is not asked again"
            yield Finding(flow.path, steps[0].line, "loop-without-question", message, remedy)


def _filled(step: AnyStep, flows: Mapping[str, Flow]) -> Iterator[str]:
    if isinstance(step, Collect):
        yield from step.fills
    elif isinstance(step, CallFlow) and step.flow in flows:
        for inner in flows[step.flow].steps.values():
            if isinstance(inner, Collect):
                yield from inner.fills


def call_loops(flows: Mapping[str, Flow]) -> list[Finding]:
    """Flows that call each other in a ring."""
    calls = {
        flow.id: {step.flow for step in flow.steps.values() if isinstance(step, CallFlow) and step.flow in flows}
        for flow in flows.values()
    }
    found = []
    for loop in cycles(calls):
        ring = [flow for flow in flows.values() if flow.id in loop]
        message = f"the flows {', '.join(flow.id for flow in ring)} call each other in a ring"
        found.append(
            Finding(ring[0].path, ring[0].line, "call-loop", message, "use `link:` for one of the calls, or drop it")
        )
    return found


def cycles(graph: Graph) -> list[set[str]]:
    """Strongly connected groups with at least one edge inside, in the graph's order."""
    ahead = {node: _closure(graph, node) for node in graph}
    groups: list[set[str]] = []
    for node in graph:
        if node in ahead[node] and not any(node in group for group in groups):
            groups.append({other for other in ahead[node] if other in graph and node in ahead[other]})
    return groups


def _closure(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    open_nodes = list(graph[start])
    while open_nodes:
        node = open_nodes.pop()
        if node not in seen:
            seen.add(node)
            open_nodes.extend(graph.get(node, ()))
    return seen
